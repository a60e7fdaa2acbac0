"""An installation with photos, a place for its backups, and another installation that is up and empty."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django.fixtures import Settings

from apps.accounts.models import Email, EmailState, Studio, User
from apps.accounts.tenancy import acting_in
from apps.backups import drill, dump
from apps.backups.destination import Destination, open_destination
from apps.media.models import Blob
from apps.media.storage import store, temp_directory
from apps.media.store import sha256_of
from config import schema
from tests import databases
from tests.furnished import furnish

Elsewhere = Callable[[], None]
KEY = "a passphrase that nobody guesses"


@pytest.fixture
def furnished(north: Studio, south: Studio, alice_user: User, charlie_user: User) -> list[Studio]:
    """Two studios with a row in every table; every blob has its bytes, and no email waits."""
    for studio, member in ((north, alice_user), (south, charlie_user)):
        furnish(studio, member)
        with acting_in(studio):
            for blob in Blob.objects.for_studio(studio):
                _fill(blob)
            Email.objects.for_studio(studio).update(state=EmailState.SENT)
    return [north, south]


def _fill(blob: Blob) -> None:
    if store().size(blob.storage_key) is not None:
        return
    temp = temp_directory() / f"test.{uuid4()}"
    temp.write_bytes(secrets.token_bytes(3000))
    with temp.open("rb") as file:
        blob.sha256 = sha256_of(file)
    blob.size, blob.storage_key = 3000, f"{blob.studio_id}/{blob.sha256[:2]}/{blob.sha256}.{blob.pk}"
    store().put(temp, blob.storage_key, sha256=blob.sha256)
    blob.save(update_fields=["sha256", "size", "storage_key"])


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Path, settings: Settings) -> None:
    settings.STORAGE = ("local", str(tmp_path / "storage"))


@pytest.fixture(autouse=True)
def migrated_scratch(db: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scratch databases begin as copies of one that is migrated: all migrations take a minute.

    A test may connect to databases that it names beforehand, and a scratch database has its name from the drill.
    """
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)
    monkeypatch.setattr(drill, "TEMPLATE", databases.PREFIX + schema.fingerprint())
    # A hundred thousand towns of the world, which only the suite's own databases hold from the start.
    monkeypatch.setattr(dump, "LEFT_OUT", (*dump.LEFT_OUT, "library_geoname"))


@pytest.fixture(params=["bare", "encrypted"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Destination:
    """An empty place for backups."""
    key = KEY if request.param == "encrypted" else None
    return open_destination(("local", str(tmp_path / "backup")), key, create=True)


@pytest.fixture
def bare(tmp_path: Path) -> Destination:
    return open_destination(("local", str(tmp_path / "backup")), None, create=True)


@pytest.fixture
def elsewhere(db: None, tmp_path: Path, settings: Settings) -> Iterator[Elsewhere]:
    """Call it to work in an installation of its own: another database, another folder."""
    here = str(django_settings.DATABASES["default"]["NAME"])
    there = f"{here}_elsewhere"

    def go() -> None:
        with connections["owner"]._nodb_cursor() as cursor:
            drill.drop(cursor, there)
            cursor.execute(f'create database "{there}" template "{databases.PREFIX + schema.fingerprint()}"')
        databases.use(there)
        settings.STORAGE = ("local", str(tmp_path / "elsewhere"))
        settings.DATA = tmp_path

    yield go
    databases.use(here)
    with connections["owner"]._nodb_cursor() as cursor:
        drill.drop(cursor, there)


def every_byte() -> dict[str, bytes]:
    """All objects of the storage."""
    found = {}
    for entry in store().entries():
        with store().open(entry.key) as file:
            found[entry.key] = file.read()
    return found
