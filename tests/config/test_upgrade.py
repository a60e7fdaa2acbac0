"""When an upgrade keeps the database as it was: only if there is something to keep and something to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connections

from config import upgrade
from config.env import Env, current
from config.launcher import kept_database
from config.launcher.kept_database import CannotKeep, KeptDatabase
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
COPY = KeptDatabase("glassine_before", datetime.now(UTC), "", "", None)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whenever the database was kept."""
    times: list[Any] = []

    def keep(database: object, before: object) -> KeptDatabase:
        times.append(before)
        return COPY

    monkeypatch.setattr(kept_database, "keep", keep)
    monkeypatch.setattr(kept_database, "size", lambda database: 10**6)
    return times


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return replace(current(), data=tmp_path, embedded_postgres=True)


@pytest.fixture
def pending() -> Iterator[None]:
    """The last migration of the albums has not run yet."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "delete from django_migrations where id = "
            "(select max(id) from django_migrations where app = 'albums') returning app, name, applied"
        )
        row = cursor.fetchone()
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("insert into django_migrations (app, name, applied) values (%s, %s, %s)", row)


def test_a_database_that_somebody_uses_is_kept_before_migrations(env: Env, kept: list[Any], pending: None) -> None:
    UserFactory.create()
    said: list[str] = []
    assert upgrade.begin(env, said.append) == COPY
    assert kept == [None]
    assert "make rollback" in said[0]


def test_without_migrations_to_come_there_is_nothing_to_keep(env: Env, kept: list[Any]) -> None:
    UserFactory.create()
    assert upgrade.begin(env, print) is None
    assert kept == []


def test_a_first_start_keeps_nothing(env: Env, kept: list[Any], pending: None) -> None:
    assert upgrade.begin(env, print) is None
    assert kept == []


def test_an_upgrade_that_cannot_be_kept_says_so_and_goes_on(
    env: Env, pending: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines of a cluster are replaced one by one: the others are at work meanwhile."""

    def keep(database: object, before: object) -> None:
        raise CannotKeep("others are connected to the database")

    monkeypatch.setattr(kept_database, "keep", keep)
    monkeypatch.setattr(kept_database, "size", lambda database: 10**6)
    UserFactory.create()
    said: list[str] = []
    assert upgrade.begin(env, said.append) is None
    assert "others are connected" in said[0]
    assert "only a backup" in said[0]


def test_an_upgrade_without_room_for_the_copy_does_not_begin(
    env: Env, kept: list[Any], pending: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_database, "size", lambda database: 10**15)
    UserFactory.create()
    with pytest.raises(CommandError, match="Make room"):
        upgrade.begin(env, print)
    assert kept == []
