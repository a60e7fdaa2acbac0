"""The API keeps its published schema under input that nobody would think of (schemathesis)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.amounts import LONG, amount
from tests.installation import EMAIL, PASSWORD, Installation

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(3600 if LONG else 600)]

# The suite tries the same input every time, so that a red run tells of the change at hand; `make long` looks for
# more faults with new input at each run.
EXAMPLES = amount(suite=0, long=200)


@pytest.fixture(scope="module")
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("openapi") / "data").move_in() as installation:
        installation.make_album("For the fuzzer")
        yield installation


@pytest.fixture(scope="module")
def published(glassine: Installation) -> Any:
    return schemathesis.openapi.from_url(f"{glassine.url}/api/schema/?format=json")


@pytest.fixture(scope="module")
def tokens(glassine: Installation) -> dict[str, str]:
    """An API key does not end after five minutes."""
    answer = httpx.post(f"{glassine.url}/api/auth/token", json={"email": EMAIL, "password": PASSWORD}, timeout=30)
    bearer = {"Authorization": f"Bearer {answer.json()['access']}"}
    scopes = ["read", "upload", "albums", "share", "people", "admin"]
    made = httpx.post(
        f"{glassine.url}/api/api-keys", json={"name": "fuzzer", "scopes": scopes}, headers=bearer, timeout=30
    )
    made.raise_for_status()
    return {"Authorization": f"Api-Key {made.json()['key']}"}


# Deleting the key that asks would end the test, and the token routes would spend the guess budget; both are
# tested in tests/accounts.
LEFT_OUT = ("/api/auth/", "/api/api-keys")


def test_any_input_gets_a_published_answer(published: Any, tokens: dict[str, str]) -> None:
    """Never a 5xx, never a body of another type or shape than published, errors always in the one shape."""
    operations = [result.ok() for result in published.get_all_operations()]
    tried = [operation for operation in operations if not operation.path.startswith(LEFT_OUT)]
    assert len(tried) > 15
    for operation in tried:
        _try(operation, tokens)


def _try(operation: Any, tokens: dict[str, str]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES or 3,
        derandomize=not EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def check(case: Any) -> None:
        response = case.call(headers=tokens)
        case.validate_response(
            response, checks=(not_a_server_error, content_type_conformance, response_schema_conformance)
        )
        if response.status_code >= 400:
            error = response.json()["error"]
            assert error["code"]
            assert len(error["message"]) > 5

    check()


def test_the_schema_is_openapi_3_1_and_names_every_answer(glassine: Installation) -> None:
    document = httpx.get(f"{glassine.url}/api/schema/?format=json", timeout=30).json()
    assert document["openapi"].startswith("3.1")
    bare = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, deed in methods.items()
        if not any(code.startswith(("2", "3")) for code in deed["responses"])
    ]
    assert bare == []
