"""The tables of another chain of migrations are refused with a sentence, before anything is changed."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

pytestmark = pytest.mark.django_db(databases=["owner", "default"])


def record(app: str, name: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("insert into django_migrations (app, name, applied) values (%s, %s, now())", [app, name])


def test_a_database_of_this_chain_is_migrated() -> None:
    call_command("migrate", database="owner", verbosity=0)


@pytest.mark.parametrize("name", ["0002_visitors_proofing_delivery", "0099_of_a_newer_version"])
def test_a_database_of_another_chain_is_refused(name: str) -> None:
    record("sharing", name)
    with pytest.raises(CommandError, match=rf"sharing\.{name}.*Nothing was changed"):
        call_command("migrate", database="owner", verbosity=0)


def test_the_first_migration_of_another_chain_is_told_by_its_tables() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table accounts_task rename to accounts_something")
    with pytest.raises(CommandError, match="another version of Glassine"):
        call_command("migrate", database="owner", verbosity=0)


def test_other_peoples_tables_are_none_of_its_business() -> None:
    record("somebody_else", "0001_initial")
    call_command("migrate", database="owner", verbosity=0)
