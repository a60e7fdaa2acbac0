"""The migrations began anew with one file per app; what the schema lost or gained by that is what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.accounts.schema_lines import schema_lines

SQUASH = [
    *((app, "0001_initial") for app in ("albums", "jobs", "media", "sharing")),
    ("accounts", "0002_galleries_of_members"),
]
BEFORE = Path(__file__).parent.parent / "data" / "schema_before_squash.txt"

# What the chain before had and this one has not, and the other way round: (pattern of the lines, why).
OF_SHOWN = "sharing_(activity|comment|mark|selection|selectionpreset|visitor)"
CASCADES = "triggers of rows that a foreign key takes along see their studio"
GONE: list[tuple[str, str]] = [
    (r"policy \w+ own_studio to \{glassine_app\} ", CASCADES),
    (r"column accounts_(invitation|membership)\.role character varying\(10\)", "the name of a contributor is longer"),
    (rf"column {OF_SHOWN}\.album_id ", "what guests say belongs to what is shown to them"),
    (rf"(constraint|index) {OF_SHOWN} .*\balbum_id\b", "as the column"),
    (r"grant accounts_journalentry UPDATE to glassine_system", "of the journal only a person's words are forgotten"),
    (r"index accounts_journalentry USING btree \(studio_id, at DESC\)", "pages of the journal follow its ids"),
    (r"\w+ sharing_letter(template)?\b", "emails wait in the outbox"),
    (r"\w+ django_session\b", "sessions of browsers know whose they are"),
]
NEW: list[tuple[str, str]] = [
    (r"policy \w+ own_studio to \{glassine_app,glassine_owner\} ", CASCADES),
    (r"column accounts_(invitation|membership)\.role character varying\(12\)", "the name of a contributor is longer"),
    (r"\w+ accounts_membershipalbum\b", "the galleries of a member who works in some"),
    (r"column accounts_membership\.is_restricted ", "whether a member works in some galleries only"),
    (r"constraint accounts_membership CHECK .*is_restricted", "owners work everywhere, contributors do not"),
    (r"column accounts_invitation\.albums ", "the galleries that an invitation carries"),
    (r"column accounts_journalentry\.(act|albums|changes|count|forgotten_at|is_first|undoes_id) ", "acts are undone"),
    (r"(constraint|index) accounts_journalentry\b", "an act is undone once"),
    (r"\w+ accounts_journalsubject\b", "what an entry of the journal is about"),
    (r"\w+ accounts_email\b", "the outbox"),
    (r"\w+ sharing_(clientemail|emailtemplate)\b", "emails to clients, and the studio's words for them"),
    (r"\w+ accounts_task(slice)?\b", "long acts are tasks, whose photos are fixed in slices"),
    (r"(column|constraint) jobs_job\b.*\bclaims\b", "a claim is told from all others of its job"),
    (r"(column|constraint|index) albums_photo\b.*\bfingerprint_version\b", "hashes of an older version are made anew"),
    (r"\w+ albums_album(version|change)\b", "the version of an album"),
    (r"\w+ sharing_shown\b", "what links show"),
    (rf"(column|constraint|index) {OF_SHOWN}\b.*\bshown_id\b", "what guests say belongs to what is shown to them"),
    (r"(column|constraint|index) sharing_sharelink\b.*\bshown_id\b", "what a link shows"),
]


def unexplained(lines: set[str], meant: list[tuple[str, str]]) -> list[str]:
    return sorted(line for line in lines if not any(re.match(pattern, line) for pattern, _ in meant))


@pytest.fixture(scope="module")
def squashed(django_db_setup: None, django_db_blocker: Any) -> Iterator[set[str]]:
    """The schema that the files of the squash make, whatever was added after them."""
    name = f"{connections['owner'].settings_dict['NAME']}_squash"
    with django_db_blocker.unblock(), connections["owner"]._nodb_cursor() as server:
        server.execute(f'drop database if exists "{name}"')
        server.execute(f'create database "{name}"')
        alone = connections["owner"].copy("owner")
        alone.settings_dict["NAME"] = name
        try:
            executor = MigrationExecutor(alone)
            leaves = executor.loader.graph.leaf_nodes()
            others = [key for key in leaves if key[0] in ("auth", "contenttypes", "sessions")]
            executor.migrate(SQUASH + others)
            with alone.cursor() as cursor:
                yield schema_lines(cursor)
        finally:
            alone.close()
            server.execute(f'drop database "{name}"')


@pytest.mark.slow
def test_the_schema_differs_from_the_chain_before_only_where_it_was_meant(squashed: set[str]) -> None:
    before = set(BEFORE.read_text().splitlines())
    assert unexplained(before - squashed, GONE) == []
    assert unexplained(squashed - before, NEW) == []
    for pattern, _ in GONE:
        assert any(re.match(pattern, line) for line in before - squashed), pattern
    for pattern, _ in NEW:
        assert any(re.match(pattern, line) for line in squashed - before), pattern


def test_constraints_and_policies_stand_in_the_first_migration() -> None:
    first = {key: one for key, one in MigrationLoader(None).disk_migrations.items() if key[1] == "0001_initial"}
    ours = {app: one for (app, _), one in first.items() if type(one).__module__.startswith("apps.")}
    assert set(ours) >= {"accounts", "jobs", "media", "albums", "sharing"}
    for app, migration in ours.items():
        kinds = [type(operation).__name__ for operation in migration.operations]
        assert not {"AddConstraint", "AddIndex", "AlterField"} & set(kinds), app
        assert {"ProtectByStudio", "CloseToStudios"} & set(kinds), app
