"""Glassine on one machine: PostgreSQL, Redis, web, worker, faces and beat under one foreground process.

    main                          everything, until Ctrl-C
    main --demo                   the same, and a studio full of sample photos
    main --only postgres,redis    the services, and shell lines that export their URLs
    main --only ... -- command    the services while the command runs; ends with its exit code

`main` stands for `python -m config.launcher.main`. A server that DATABASE_URL or REDIS_URL names is used
as it is.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config.addresses import EnvError
from config.env import Env, load
from config.launcher import ran_before
from config.launcher.application import TOGETHER, Application, manage
from config.launcher.data_directory import InUse, lock, prepare_directories
from config.launcher.paths import APP, OWNER, Paths
from config.launcher.postgres import Postgres
from config.launcher.process import LaunchError, die_with_parent, write_lines_to
from config.launcher.redis import Redis
from config.launcher.settled import is_settled, settle
from config.launcher.supervisor import Supervisor

# Seconds between two looks at the children.
TICK = 0.2
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked for a stop. Not an error, so nothing that handles errors may catch it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until asked to stop. Gives the exit code: 0 after a stop, 1 after an error, or the command's own."""
    options = _parser().parse_args(arguments)
    if options.data is not None:
        os.environ["GLASSINE_DATA"] = str(options.data.absolute())
    _catch_stop_signals()
    try:
        env = load(os.environ)
        # Children may work in another directory.
        os.environ["GLASSINE_DATA"] = str(env.data)
        paths = prepare_directories(env.data)
        with lock(paths):
            return _run(env, paths, options)
    except Stopped:
        return 0
    except InUse as in_use:
        if not options.demo:
            print(in_use, file=sys.stderr, flush=True)
            return 1
        # It runs already: the sample photos go into it.
        manage("demo")
        return 0
    except (LaunchError, EnvError) as error:
        print(error, file=sys.stderr, flush=True)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.launcher.main", description="Run Glassine.")
    parser.add_argument("--data", type=Path, help="the data directory, instead of GLASSINE_DATA")
    parser.add_argument("--only", type=_services, help="postgres, redis or both, without the application")
    parser.add_argument("--demo", action="store_true", help="add sample photos once all is up")
    parser.add_argument("command", nargs="*", help="after --: run this while the services are up")
    return parser


def _services(text: str) -> list[str]:
    names = text.split(",")
    if not set(names) <= {"postgres", "redis"}:
        raise argparse.ArgumentTypeError("may only name postgres and redis")
    return names


def _run(env: Env, paths: Paths, options: argparse.Namespace) -> int:
    supervisor = Supervisor()
    try:
        if options.only:
            return _run_services(supervisor, env, paths, options)
        _run_all(supervisor, env, paths, options)
    finally:
        # A second Ctrl-C must not leave a database half stopped.
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()


def _run_services(supervisor: Supervisor, env: Env, paths: Paths, options: argparse.Namespace) -> int:
    _start_services(supervisor, env, paths, options.only)
    if options.command:
        return _run_command(supervisor, options.command, _urls(env, paths, options.only), paths)
    for name, value in _urls(env, paths, options.only).items():
        print(f"export {name}={shlex.quote(value)}", flush=True)
    _supervise(supervisor)


def _run_all(supervisor: Supervisor, env: Env, paths: Paths, options: argparse.Namespace) -> NoReturn:
    """Started in the order of `TOGETHER` and stopped in reverse, the databases last."""
    app = Application.of(env, paths.run)
    app.end_leftover()
    app.check_port()
    _start_services(supervisor, env, paths, ["postgres", "redis"])
    if options.demo or not is_settled(paths.run, env.database):
        app.set_up(demo=options.demo)
        settle(paths.run, env.database)
    app.collect_static()
    for name in TOGETHER:
        supervisor.add(name, partial(app.start, name))
    _wait_until_ready(supervisor, app)
    ran_before.note(paths.data)
    _say_ready(app, demo=options.demo)
    _supervise(supervisor)


def _start_services(supervisor: Supervisor, env: Env, paths: Paths, names: list[str]) -> None:
    if "postgres" in names and env.embedded_postgres:
        supervisor.add("postgres", Postgres(paths).start)
    if "redis" in names and env.embedded_redis:
        supervisor.add("redis", Redis(paths).start)


def _wait_until_ready(supervisor: Supervisor, app: Application) -> None:
    """Nobody listens at the port for most of this time, and a server that is not well yet is not asked all the time."""
    while not app.is_healthy():
        supervisor.check()
        time.sleep(TICK)


def _say_ready(app: Application, *, demo: bool) -> None:
    """The last lines of a start: with a demo its own, which tell address, sign-in and passwords."""
    if demo:
        print("Preparing the demo", flush=True)
        manage("demo")
    else:
        print(f"Glassine is ready at http://127.0.0.1:{app.port}", flush=True)


def _supervise(supervisor: Supervisor) -> NoReturn:
    """Restart what dies, until Stopped is raised."""
    while True:
        supervisor.check()
        time.sleep(TICK)


def _run_command(supervisor: Supervisor, command: list[str], urls: dict[str, str], paths: Paths) -> int:
    """Run the command on this terminal with the services' URLs in its environment; its exit code."""
    # The lines of the databases would stand between the command's own.
    write_lines_to(paths.data / "services.log")
    environment = {**os.environ, **urls}
    process = subprocess.Popen(die_with_parent(command, death_signal=signal.SIGTERM), env=environment)
    try:
        while process.poll() is None:
            supervisor.check()
            time.sleep(TICK)
    except Stopped:
        process.terminate()
        process.wait()
    return process.returncode


def _urls(env: Env, paths: Paths, names: list[str]) -> dict[str, str]:
    """The variables with the URLs of the servers that this run started."""
    embedded: dict[str, str] = {}
    if "postgres" in names and env.embedded_postgres:
        embedded["DATABASE_URL"] = paths.database_url(APP)
        embedded["DATABASE_OWNER_URL"] = paths.database_url(OWNER)
    if "redis" in names and env.embedded_redis:
        embedded["REDIS_URL"] = paths.redis_url
    return embedded


def _catch_stop_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in STOP_SIGNALS:
        # nohup sets SIGHUP to be ignored, and means it. A shell's `&` does that to SIGINT, and does not.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)


if __name__ == "__main__":
    sys.exit(main())
