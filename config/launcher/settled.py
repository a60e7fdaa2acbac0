"""Whether the set-up of a start would find nothing to do, told without starting Django, which takes seconds.

What a set-up depends on is noted once it is done: the migrations at hand, the packages, which bring some too, and the
migrations that the database says were applied. A database that was brought back, or is another one, says something
else, and then the set-up runs, as it does when the note is lost.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

import psycopg

from config.addresses import Database
from config.launcher.process import ROOT
from config.launcher.way_in import way_in


def is_settled(run: Path, database: Database) -> bool:
    """Whether the last set-up noted all that holds now, and somebody owns the installation."""
    try:
        return _note(run).read_text() == _state(database)
    except (OSError, psycopg.Error):
        return False


def settle(run: Path, database: Database) -> None:
    """Note that the set-up is done, unless nobody has an account yet: each start prints a code until then."""
    # Without the note the next start is slower, and no more.
    with suppress(OSError, psycopg.Error):
        if state := _state(database):
            _note(run).write_text(state)


def _note(run: Path) -> Path:
    return run / "settled"


def _state(database: Database) -> str:
    """SHA-256 over the migrations at hand, the list of packages, and what was applied; "" while nobody has an account.

    Raises psycopg.Error when the database does not answer, or has no such tables.
    """
    with psycopg.connect(way_in(database)) as connection:
        applied = connection.execute("select app, name from django_migrations order by app, name").fetchall()
        is_owned = connection.execute("select from accounts_user limit 1").fetchone() is not None
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for path in sorted((ROOT / "apps").glob("*/migrations/*.py")):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    digest.update(repr(applied).encode())
    return f"{digest.hexdigest()}\n" if is_owned else ""
