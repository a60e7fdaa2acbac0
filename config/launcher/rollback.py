"""Back to what was before the last upgrade: database, code and packages.

    python -m config.launcher.rollback --yes        does it
    python -m config.launcher.rollback              says what it would do
    python -m config.launcher.rollback --forget     removes the copies, so that there is no way back

It knows nothing of Django, so that it works where the new version does not. Nothing is thrown away: the newer database
stays beside the other one under a name of its own, and the bytes of newer photos stay where they are.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql

from config.addresses import Database, EnvError
from config.env import Env, load
from config.launcher import kept_database
from config.launcher.application import Application
from config.launcher.data_directory import lock, prepare_directories
from config.launcher.kept_database import KeptDatabase
from config.launcher.paths import Paths
from config.launcher.postgres import Postgres
from config.launcher.process import ROOT, LaunchError, write_lines_to
from config.launcher.ran_before import RanBefore, git, is_clone, write
from config.launcher.way_in import way_in

# Sees all studios; the application's role may step into it (config/launcher/roles.sql).
SYSTEM_ROLE = "glassine_system"
# What is counted of what came since: a table, and its rows in words.
COUNTED = (("albums_photo", "photo", "photos"), ("albums_album", "gallery", "galleries"))
NOTHING = (
    "There is nothing to roll back to: no upgrade with migrations ran here, or its copy of the database was removed "
    f"({kept_database.KEPT_FOR.days} days after the upgrade, or by --forget)."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 after a sentence that says why nothing was done, or what is left to do."""
    parser = argparse.ArgumentParser(prog="rollback", description="Go back to what was before the last upgrade.")
    parser.add_argument("--yes", action="store_true", help="do it")
    parser.add_argument("--forget", action="store_true", help="remove the copies instead: there is no way back then")
    options = parser.parse_args(arguments)
    try:
        env = load(os.environ)
        with _alone(env) as paths:
            return _forget(env, paths) if options.forget else _roll_back(env, paths, do_it=options.yes)
    except psycopg.Error as error:
        print(f"The database says: {str(error).strip()}", file=sys.stderr)
    except (LaunchError, EnvError) as error:
        print(error, file=sys.stderr)
    return 1


@contextmanager
def _alone(env: Env) -> Iterator[Paths]:
    """Nothing that `make run` started is at work for the length of the block. Raises InUse."""
    if not env.embedded_postgres and not Paths(env.data).run.exists():
        # It never ran here: then the folder and who may look into it are another supervisor's business.
        yield Paths(env.data)
        return
    paths = prepare_directories(env.data)
    with lock(paths):
        # Of a run that was killed.
        Application.of(env, paths.run).end_leftover()
        yield paths


def _roll_back(env: Env, paths: Paths, *, do_it: bool) -> int:
    with _server(env, paths):
        copy = kept_database.find(env.database_owner)
        if copy is None:
            raise LaunchError(NOTHING)
        _check_code(copy)
        print(_described(env, copy), flush=True)
        if not do_it:
            raise LaunchError("Nothing was changed. Add --yes to do it.")
        aside = kept_database.put_back(env.database_owner, copy)
    print(f"The database is as it was. The newer one is kept as {aside} until `rollback --forget`.", flush=True)
    write(env.data, RanBefore(copy.revision, copy.packages, datetime.now(UTC)))
    _forget_cache(env, paths)
    _put_code_back(copy)
    return 0


def _forget(env: Env, paths: Paths) -> int:
    with _server(env, paths):
        names = kept_database.forget(env.database_owner, aside=True)
    print(f"Removed: {', '.join(names)}." if names else "There is no copy of the database.")
    return 0


@contextmanager
def _server(env: Env, paths: Paths) -> Iterator[None]:
    """The embedded PostgreSQL runs for the length of the block, if it is the one in use."""
    if not env.embedded_postgres:
        yield
        return
    write_lines_to(paths.data / "services.log")
    child = Postgres(paths).start()
    try:
        yield
    finally:
        child.stop()


# -- what it would do ------------------------------------------------------------------------------------------------


def _described(env: Env, copy: KeptDatabase) -> str:
    when = f"{copy.made_at.astimezone():%Y-%m-%d %H:%M}"
    if copy.revision:
        version = f"revision {copy.revision[:12]}"
    elif copy.packages:
        version = f"the version whose lists of packages have the SHA-256 {copy.packages[:12]}"
    else:
        version = "the version that ran then"
    try:
        since = " and ".join(_counted(env, copy, *names) for names in COUNTED)
    except psycopg.Error as error:
        since = f"whatever was added since then (it cannot be counted: {str(error).strip()})"
    return (
        f"Going back to {when}, before the upgrade, and to {version}. Changes made since then are undone; {since} "
        "added since then no longer show in Glassine. Their files remain in storage: `manage.py fsck` lists them as "
        "bytes without rows."
    )


def _counted(env: Env, copy: KeptDatabase, table: str, one: str, many: str) -> str:
    count = _newer(env.database, copy.name, table)
    return f"{count:,} {one if count == 1 else many}"


def _newer(database: Database, older: str, table: str) -> int:
    """How many rows the database has that the older one has not."""
    with _ids(database, database.name, table) as now, _ids(database, older, table) as then:
        count, known = 0, next(then, None)
        for one in now:
            while known is not None and known < one:
                known = next(then, None)
            count += one != known
    return count


@contextmanager
def _ids(database: Database, name: str, table: str) -> Iterator[Iterator[UUID]]:
    """All ids of a table in their order, without having them all at hand: there may be millions."""
    with psycopg.connect(way_in(database, name)) as connection:
        connection.execute(f"set role {SYSTEM_ROLE}")
        with connection.cursor("ids") as cursor:
            cursor.itersize = 10_000
            cursor.execute(sql.SQL("select id from {} order by id").format(sql.Identifier(table)))
            yield (one for (one,) in cursor)


def _check_code(copy: KeptDatabase) -> None:
    """Raises LaunchError if the code could not be put back."""
    if not copy.revision or not is_clone():
        return
    changed = git("status", "--porcelain", "--untracked-files=no")
    if changed.returncode != 0 or changed.stdout:
        raise LaunchError(
            f"The code in {ROOT} was changed by hand, and a rollback would check another revision out. Commit the "
            f"changes or put them aside (`git stash`). Nothing was changed.\n{changed.stdout}{changed.stderr}".rstrip()
        )
    if git("cat-file", "-e", f"{copy.revision}^{{commit}}").returncode != 0:
        raise LaunchError(
            f"The clone in {ROOT} does not have the revision {copy.revision} that ran before. Fetch it "
            "(`git fetch --unshallow`). Nothing was changed."
        )


# -- what it does beside the database --------------------------------------------------------------------------------


def _forget_cache(env: Env, paths: Paths) -> None:
    """What was remembered of the newer rows. Redis holds nothing that cannot be lost."""
    if env.embedded_redis:
        shutil.rmtree(paths.redis, ignore_errors=True)
        return
    import redis

    try:
        with redis.Redis.from_url(env.redis_url) as client:
            client.flushdb()
    except redis.RedisError as error:
        raise LaunchError(f"Redis could not be emptied ({error}). Do it (FLUSHDB) before you start Glassine.") from None


def _put_code_back(copy: KeptDatabase) -> None:
    """Raises LaunchError, with what is left to do by hand."""
    if not copy.revision or not is_clone():
        print("Now start the version that ran before: its code, or its image.")
        return
    done = git("checkout", "--quiet", copy.revision)
    if done.returncode != 0:
        raise LaunchError(
            f"The code could not be put back:\n{done.stderr.strip()}\nMend that, then `git checkout {copy.revision}` "
            "and `make run`."
        )
    print(f"The code is at {copy.revision[:12]}. `git switch -` goes to the newer version again, for another try.")
    venv = ROOT / ".venv"
    if Path(sys.prefix).resolve() != venv.resolve():
        print(f"Now install the packages of that revision into {sys.prefix}, and start it.")
        return
    # Not by the Python of the environment: it may have to be made anew.
    python = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([python, "requirements/bootstrap.py", "base"], cwd=ROOT, check=False).returncode != 0:
        raise LaunchError("The packages of that revision could not be installed; `make run` tries it again.")
    print("`make run` starts it.")


if __name__ == "__main__":
    sys.exit(main())
