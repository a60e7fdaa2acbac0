"""A start knows that there is nothing to set up, and never believes so when there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connections

from config.addresses import Database
from config.launcher import settled
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source tree with a list of packages and one migration."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("django==5\n")
    (tmp_path / "apps" / "albums" / "migrations").mkdir(parents=True)
    (tmp_path / "apps" / "albums" / "migrations" / "0001_initial.py").write_text("operations = []\n")
    monkeypatch.setattr(settled, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def database() -> Database:
    facts = connections["default"].settings_dict
    return Database(facts["NAME"], facts["USER"], facts["PASSWORD"], facts["HOST"], int(facts["PORT"]))


@pytest.fixture
def noted(root: Path, database: Database) -> Path:
    """Where a set-up of an installation that somebody owns left its note."""
    UserFactory.create()
    settled.settle(root, database)
    assert settled.is_settled(root, database)
    return root


@pytest.fixture
def later() -> Iterator[None]:
    """A migration that this version does not bring was applied."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("insert into django_migrations (app, name, applied) values ('albums', '9999_later', now())")
        yield
        cursor.execute("delete from django_migrations where name = '9999_later'")


def test_without_a_note_nothing_is_settled(root: Path, database: Database) -> None:
    UserFactory.create()
    assert not settled.is_settled(root, database)


def test_an_installation_that_nobody_owns_is_set_up_at_each_start(root: Path, database: Database) -> None:
    settled.settle(root, database)
    assert not settled.is_settled(root, database)


def test_a_new_migration_or_another_list_of_packages_is_a_reason(noted: Path, database: Database) -> None:
    (noted / "requirements" / "base.txt").write_text("django==6\n")
    assert not settled.is_settled(noted, database)
    settled.settle(noted, database)
    (noted / "apps" / "albums" / "migrations" / "0002_more.py").write_text("operations = []\n")
    assert not settled.is_settled(noted, database)


def test_a_database_to_which_something_else_was_applied_is_a_reason(
    noted: Path, database: Database, later: None
) -> None:
    assert not settled.is_settled(noted, database)


def test_a_database_that_is_away_or_empty_is_a_reason(noted: Path, database: Database) -> None:
    assert not settled.is_settled(noted, replace(database, port=1))
    assert not settled.is_settled(noted, replace(database, name="template1"))


def test_the_last_account_gone_is_a_reason(noted: Path, database: Database) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("delete from accounts_user")
    assert not settled.is_settled(noted, database)
