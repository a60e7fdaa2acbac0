"""The two commands of docs/operations.md that take a dump and restore it."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.config.services import ROOT, Services, bare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_dump_of_all_rows_is_restored_on_another_machine(services: Services, tmp_path: Path) -> None:
    """Forced row security would hide the rows from the owner's own dump."""
    services.keep(1, 2)
    with psycopg.connect(services.urls["DATABASE_OWNER_URL"]) as owner:
        owner.execute("alter table kept enable row level security, force row level security")
    dump = tmp_path / "glassine.dump"
    client(services.paths.data, "pg_dump", "--format=custom", f"--file={dump}", "glassine")
    fresh = Services(tmp_path / "fresh").wait_until_up()
    client(fresh.paths.data, "dropdb", "glassine")
    client(fresh.paths.data, "pg_restore", "--create", "--dbname=postgres", str(dump))
    rows = client(fresh.paths.data, "psql", "-XAt", "-c", "select n from kept order by n", "glassine").split()
    with psycopg.connect(fresh.urls["DATABASE_URL"]) as app:
        seen = app.execute("select count(*) from kept").fetchone()
    fresh.stop()
    assert rows == ["1", "2"]
    assert seen == (0,)


def client(data: Path, *command: str) -> str:
    """Run a client program as the superuser of the server on `data`; gives what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "config.launcher.postgres_client", *command],
        cwd=ROOT,
        env=bare() | {"GLASSINE_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
