"""A rollback where the server of the database is another supervisor's, as in Docker: the database alone goes back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from config.addresses import Database
from config.launcher import kept_database, ran_before, rollback
from config.launcher.ran_before import RanBefore
from config.launcher.way_in import way_in

pytestmark = pytest.mark.slow


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    """The database of an environment that embeds no PostgreSQL, with a photo."""
    monkeypatch.setattr(kept_database, "LEAVING", 0.3)
    # An image has no clone.
    monkeypatch.setattr(rollback, "is_clone", lambda: False)
    name = f"elsewhere_{uuid4().hex[:12]}"
    for variable, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        facts = connections[alias].settings_dict
        monkeypatch.setenv(
            variable,
            f"postgresql://{facts['USER']}:{facts['PASSWORD']}@/{name}?host={facts['HOST']}&port={facts['PORT']}",
        )
    monkeypatch.setenv("GLASSINE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir(mode=0o755)
    # What is remembered in the suite's own Redis is none of its business.
    monkeypatch.delenv("REDIS_URL", raising=False)
    ours = Database(name, facts["USER"], facts["PASSWORD"], facts["HOST"], int(facts["PORT"]))
    with psycopg.connect(way_in(ours, "postgres"), autocommit=True) as server:
        server.execute(f'create database "{name}"')
        with psycopg.connect(way_in(ours)) as inside:
            inside.execute("create table albums_photo (id uuid primary key)")
            inside.execute("create table albums_album (id uuid primary key)")
        add(ours, 5)
        yield ours
        for (one,) in server.execute("select datname from pg_database where starts_with(datname, %s)", [name]):
            server.execute(f'drop database "{one}"')


def add(database: Database, *numbers: int) -> None:
    with psycopg.connect(way_in(database)) as inside:
        for number in numbers:
            inside.execute("insert into albums_photo values (%s)", [f"00000000-0000-0000-0000-{number:012}"])


def count(database: Database) -> int:
    with psycopg.connect(way_in(database)) as inside:
        [[number]] = inside.execute("select count(*) from albums_photo").fetchall()
        return int(number)


def test_what_came_since_is_counted_told_and_kept_aside(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept_database.keep(database, RanBefore("", "0123456789abcdef", datetime.now(UTC)))
    # Before, between and behind those that were there.
    add(database, 1, 7, 9)
    assert rollback.main([]) == 1
    told = capsys.readouterr()
    assert "3 photos and 0 galleries" in told.out
    assert "SHA-256 0123456789ab" in told.out
    assert "Add --yes" in told.err
    assert count(database) == 4
    assert rollback.main(["--yes"]) == 0
    assert count(database) == 1
    ran = ran_before.noted(tmp_path / "data")
    assert ran is not None
    assert ran.packages == "0123456789abcdef"
    # Who may look into the folder, and what is in it, is as it was.
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "data" / "run").exists()


def test_it_refuses_while_a_part_of_glassine_is_connected(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    kept_database.keep(database, None)
    add(database, 7)
    with psycopg.connect(way_in(database)):
        assert rollback.main(["--yes"]) == 1
    assert "Stop all of its parts first" in capsys.readouterr().err
    assert count(database) == 2


@pytest.mark.parametrize(
    ("said", "sentence"), [({"status": " M manage.py\n"}, "changed by hand"), ({"cat-file": None}, "does not have")]
)
def test_code_that_cannot_be_put_back_leaves_the_database_alone(
    database: Database,
    said: dict[str, str | None],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """said: what git prints; None: it fails."""

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        text = said.get(arguments[0], "")
        return subprocess.CompletedProcess(arguments, int(text is None), text or "", "")

    monkeypatch.setattr(rollback, "is_clone", lambda: True)
    monkeypatch.setattr(rollback, "git", git)
    kept_database.keep(database, RanBefore("0123abcd", "", datetime.now(UTC)))
    add(database, 7)
    assert rollback.main(["--yes"]) == 1
    assert sentence in capsys.readouterr().err
    assert count(database) == 2


def test_what_is_forgotten_cannot_be_gone_back_to(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    copy = kept_database.keep(database, None)
    assert rollback.main(["--forget"]) == 0
    assert copy.name in capsys.readouterr().out
    assert rollback.main(["--yes"]) == 1
    assert "nothing to roll back to" in capsys.readouterr().err


def test_tables_that_a_migration_took_away_keep_nothing_from_going_back(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    kept_database.keep(database, None)
    with psycopg.connect(way_in(database)) as inside:
        inside.execute("drop table albums_photo")
    assert rollback.main(["--yes"]) == 0
    assert "cannot be counted" in capsys.readouterr().out
    assert count(database) == 1
