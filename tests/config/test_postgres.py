"""The embedded PostgreSQL: its roles and rights, its sockets, a kill -9."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from config.launcher.data_directory import prepare_directories
from config.launcher.paths import APP, OWNER
from config.launcher.postgres import Postgres, buffers, program
from config.launcher.process import die_with_parent
from tests.config.services import Services, gone

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_the_application_role_cannot_change_structure_but_rows(services: Services) -> None:
    services.keep(1)
    with psycopg.connect(services.urls["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("update kept set n = 2")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("alter table kept add column m int")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine ()")


@pytest.mark.parametrize(("gigabytes", "megabytes"), [(1, 256), (4, 256), (8, 512), (16, 1024), (256, 1024)])
def test_the_servers_pages_take_a_sixteenth_of_memory_within_bounds(gigabytes: int, megabytes: int) -> None:
    assert buffers(gigabytes << 30) == megabytes


def test_the_roles_are_bound_by_row_security_and_system_must_be_stepped_into(services: Services) -> None:
    with psycopg.connect(services.urls["DATABASE_URL"]) as connection:
        roles = connection.execute(
            "select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreatedb from pg_roles"
            " where rolname like 'glassine%' order by rolname"
        ).fetchall()
        grant = connection.execute(
            "select inherit_option, set_option from pg_auth_members where member = %s::regrole", [APP]
        )
        assert grant.fetchall() == [(False, True)]
    assert roles == [
        ("glassine_app", False, False, True, False),
        ("glassine_owner", False, False, True, True),
        ("glassine_system", False, False, False, False),
    ]


def test_a_test_database_begins_with_the_same_rights_and_vectors(services: Services) -> None:
    with psycopg.connect(services.urls["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("create database test_rights")
    with psycopg.connect(services.paths.database_url(OWNER, "test_rights")) as owner:
        owner.execute("create table pictures (id serial primary key, v vector(3))")
    with psycopg.connect(services.paths.database_url(APP, "test_rights")) as app:
        app.execute("insert into pictures (v) values ('[1,2,3]')")


def test_a_wrong_password_opens_nothing(services: Services) -> None:
    right = services.urls["DATABASE_URL"]
    wrong = right.replace(services.paths.password(APP), "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_nothing_listens_on_the_network_and_other_users_are_kept_out(services: Services) -> None:
    with psycopg.connect(services.urls["DATABASE_URL"]) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert Redis.from_url(services.urls["REDIS_URL"]).config_get("port") == {"port": "0"}
    for private in (
        services.paths.data,
        services.paths.run,
        services.paths.postgres,
        services.paths.redis,
        services.paths.secrets,
    ):
        assert private.stat().st_mode & 0o777 == 0o700, private


def test_a_killed_postgres_comes_back_with_every_committed_row(services: Services) -> None:
    services.keep(*range(100))
    before = services.pid("postgres")
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    deadline = time.monotonic() + 60
    rows: list[int] = []
    while not rows and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            rows = services.rows()
        time.sleep(0.1)
    assert rows == list(range(100))


def test_an_ordinary_user_runs_it(data: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test here runs as an ordinary user already")
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    ask = [*nobody, sys.executable, "-c", "import sys; print(sys.base_prefix)"]
    told = subprocess.run(ask, cwd="/", capture_output=True, text=True, check=False)
    # With a Python below a private home the name may lead elsewhere, or nowhere.
    if told.returncode or told.stdout.strip() != sys.base_prefix:
        pytest.skip("the user nobody cannot read the Python of this virtual environment")
    os.chown(data, 65534, 65534)
    running = Services(data, before=nobody).wait_until_up()
    running.keep(5)
    assert running.rows() == [5]
    assert running.stop() == 0


def test_without_user_namespaces_root_runs_postgres_as_nobody() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root needs another user for PostgreSQL")
    probe = die_with_parent([str(program("postgres")), "--version"], death_signal=signal.SIGTERM, run_as="nobody")
    if subprocess.run(probe, cwd="/", capture_output=True, check=False).returncode:
        pytest.skip("the user nobody cannot read the virtual environment")
    data = Path(tempfile.mkdtemp(prefix="glassine-test-"))
    paths = prepare_directories(data)
    running = Postgres(paths, run_as="nobody").start()
    assert running.process is not None
    owner = os.stat(f"/proc/{running.process.pid}").st_uid
    with psycopg.connect(paths.database_url(APP)) as connection:
        answer = connection.execute("select 1").fetchone()
    running.stop()
    # A second start on the same data, now owned by nobody.
    Postgres(paths, run_as="nobody").start().stop()
    shutil.rmtree(data)
    assert (owner, answer) == (65534, (1,))
