"""A copy of the database beside it: when it is made, what it holds, and how it takes the other's place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from apps.media import sweeping
from config.addresses import Database
from config.launcher import kept_database
from config.launcher.kept_database import CannotKeep
from config.launcher.process import LaunchError
from config.launcher.ran_before import RanBefore
from config.launcher.way_in import way_in

pytestmark = pytest.mark.slow
RAN = RanBefore("0123abcd", "4567", datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database of its owner with one row."""
    monkeypatch.setattr(kept_database, "LEAVING", 0.3)
    facts = connections["owner"].settings_dict
    name = f"kept_{uuid4().hex[:12]}"
    ours = Database(name, facts["USER"], facts["PASSWORD"], facts["HOST"], int(facts["PORT"]))
    with psycopg.connect(way_in(ours, "postgres"), autocommit=True) as server:
        server.execute(f'create database "{name}"')
        with psycopg.connect(way_in(ours)) as inside:
            inside.execute("create table notes (id int generated always as identity, text text)")
            inside.execute("insert into notes (text) values ('before')")
        yield ours
        found = server.execute("select datname from pg_database where starts_with(datname, %s)", [name]).fetchall()
        for (one,) in found:
            server.execute(f'drop database "{one}"')


@contextmanager
def inside(database: Database, name: str = "") -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(way_in(database, name)) as connection:
        yield connection


def texts(database: Database, name: str = "") -> list[str]:
    with inside(database, name) as connection:
        return [text for (text,) in connection.execute("select text from notes order by id").fetchall()]


def add(database: Database, text: str) -> int:
    with inside(database) as connection:
        [[number]] = connection.execute("insert into notes (text) values (%s) returning id", [text]).fetchall()
        return int(number)


def test_the_copy_takes_the_place_of_what_an_upgrade_made_which_stays_aside(database: Database) -> None:
    copy = kept_database.keep(database, RAN)
    assert kept_database.find(database) == copy
    assert (copy.revision, copy.packages, copy.upgraded_at) == ("0123abcd", "4567", None)
    add(database, "after")
    aside = kept_database.put_back(database, copy)
    assert texts(database) == ["before"]
    assert texts(database, aside) == ["before", "after"]
    # Sequences too.
    assert add(database, "again") == 2
    assert kept_database.find(database) is None
    assert kept_database.forget(database, aside=True) == [aside]


def test_nothing_is_copied_or_exchanged_while_somebody_is_connected(database: Database) -> None:
    with inside(database) as somebody:
        somebody.execute("select from notes")
        with pytest.raises(CannotKeep, match="others are connected"):
            kept_database.keep(database, RAN)
    copy = kept_database.keep(database, RAN)
    add(database, "after")
    with inside(database), pytest.raises(LaunchError, match="still uses the database"):
        kept_database.put_back(database, copy)
    assert texts(database) == ["before", "after"]
    assert kept_database.find(database) == copy


def test_another_try_keeps_what_was_before_the_first_one(database: Database) -> None:
    """What an upgrade left half done must not take the place of what was well."""
    copy = kept_database.keep(database, RAN)
    add(database, "half done")
    assert kept_database.keep(database, RAN) == copy
    assert kept_database.keep(database, None) == copy
    kept_database.upgraded(database, copy)
    # Its migrations ran, but it never came up: the next version mends that, and the way back is still to the first.
    assert kept_database.keep(database, RAN).name == copy.name


def test_the_next_upgrade_after_one_that_was_well_replaces_the_copy(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept_database.keep(database, RAN)
    kept_database.upgraded(database, first)
    add(database, "well")
    monkeypatch.setattr(kept_database, "_name", lambda database, which, at: f"{database.name}_{which}_later")
    second = kept_database.keep(database, RanBefore("89ef", "", datetime.now(UTC)))
    assert kept_database.find(database) == second
    assert texts(database, second.name) == ["before", "well"]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        texts(database, first.name)


def test_the_days_of_a_copy_begin_when_its_upgrade_is_done(database: Database) -> None:
    copy = kept_database.keep(database, RAN)
    assert kept_database.forget(database) == []
    kept_database.upgraded(database, copy)
    assert kept_database.forget(database, older=kept_database.KEPT_FOR) == []
    assert kept_database.forget(database) == [copy.name]
    assert kept_database.find(database) is None


def test_a_copy_that_was_cut_short_is_none_and_goes_with_the_next(database: Database) -> None:
    with psycopg.connect(way_in(database, "postgres"), autocommit=True) as server:
        server.execute(f'create database "{database.name}_before_20260101_000000"')
    assert kept_database.find(database) is None
    copy = kept_database.keep(database, RAN)
    assert kept_database.forget(database, aside=True) == [copy.name]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        texts(database, f"{database.name}_before_20260101_000000")


def test_bytes_wait_as_long_as_the_copy_is_kept() -> None:
    assert sweeping.ROLLBACK_KEPT == kept_database.KEPT_FOR


@pytest.mark.django_db
def test_the_sweep_knows_of_the_copy_by_the_name_that_it_has() -> None:
    facts = connections["default"].settings_dict
    ours = Database(facts["NAME"], facts["USER"], facts["PASSWORD"], facts["HOST"], int(facts["PORT"]))
    owner = connections["owner"].settings_dict
    name = kept_database._name(ours, kept_database.BEFORE, datetime.now(UTC))
    assert not sweeping.may_be_rolled_back()
    server = psycopg.connect(
        way_in(Database("", owner["USER"], owner["PASSWORD"], ours.host, ours.port), "postgres"), autocommit=True
    )
    with server:
        server.execute(f'create database "{name}"')
        try:
            assert sweeping.may_be_rolled_back()
        finally:
            server.execute(f'drop database "{name}"')
