"""One installation for all clients that speak with a real Glassine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installation import Installation


@pytest.fixture(scope="package")
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("clients") / "data").move_in() as installation:
        yield installation


def make_key(glassine: Installation, *scopes: str) -> str:
    """The secret of a new API key."""
    with glassine.api() as api:
        made = api.post("/api/api-keys", json={"name": "Publisher", "scopes": list(scopes)})
        made.raise_for_status()
        return str(made.json()["key"])
