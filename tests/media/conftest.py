"""What the tests of bytes share: a store of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.media.storage import LocalStore, store


@pytest.fixture
def local(settings: Settings, tmp_path: Path) -> LocalStore:
    """A store on this machine's disk that holds nothing yet."""
    settings.STORAGE = ("local", str(tmp_path / "blobs"))
    settings.STORAGE_TEMP = str(tmp_path / "tmp")
    made = store()
    assert isinstance(made, LocalStore)
    return made


def files_below(folder: Path) -> list[Path]:
    """Every file in a folder, at any depth."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
