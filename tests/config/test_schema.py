"""A first start makes the tables from one file, and they are what the migrations lead to, rights included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from config import schema
from config.management.commands.schema import empty_database, migrated


@pytest.fixture
def scratch(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database that no other process of the tests uses."""
    with django_db_blocker.unblock():
        yield f"{connections['owner'].settings_dict['NAME']}_schema"
        connections["owner"].close()


def test_the_file_is_of_the_migrations_at_hand() -> None:
    call_command("schema", check=True)


def test_what_the_file_makes_is_what_the_file_says(scratch: str) -> None:
    with empty_database(scratch) as connection:
        call_command("migrate", database=scratch, verbosity=0)
        assert schema.dump(connection) == schema.FILE.read_text(encoding="utf-8")
        here, there = (MigrationRecorder(one).applied_migrations().keys() for one in (connections["owner"], connection))
        assert here == there


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_migrations_one_by_one_lead_to_the_file(scratch: str) -> None:
    assert migrated(scratch) == schema.FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("header", ["-- Migrations 0123456789abcdef, PostgreSQL 9\n", "{of today}99\n", "create"])
def test_a_file_of_other_migrations_or_of_a_newer_server_is_not_used(
    header: str, scratch: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = schema.FILE.read_text(encoding="utf-8")
    of_today = text.split("\n")[0].rstrip("0123456789")
    other = tmp_path / "schema.sql"
    other.write_text(header.replace("{of today}", of_today) + text.split("\n", 1)[1])
    monkeypatch.setattr(schema, "FILE", other)
    with empty_database(scratch) as connection:
        assert not schema.load(connection)
        assert connection.introspection.table_names() == []


@pytest.mark.django_db(databases=["owner", "default"])
def test_a_database_that_has_tables_is_left_alone() -> None:
    assert not schema.load(cast(DatabaseWrapper, connections["owner"]))


def test_the_check_says_how_to_write_it_anew(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schema.sql").write_text("-- Migrations 0123456789abcdef, PostgreSQL 18\n")
    monkeypatch.setattr(schema, "FILE", tmp_path / "schema.sql")
    with pytest.raises(CommandError, match="make schema"):
        call_command("schema", check=True)
