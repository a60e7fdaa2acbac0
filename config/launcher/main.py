"""Glassine on one machine: PostgreSQL, Redis, web, worker and beat under one foreground process.

    up                          everything, until Ctrl-C
    up --demo                   the same, and a studio full of sample photos
    up --only postgres,redis    the services, and the lines that export their addresses
    up --only ... -- command    the services while the command runs; its exit code is ours

`up` stands for `python -m config.launcher.main`. A server that DATABASE_URL or REDIS_URL names is used
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
from config.launcher.application import App, manage
from config.launcher.data_directory import Taken, held, prepare
from config.launcher.paths import APP, OWNER, Places
from config.launcher.postgres import Postgres
from config.launcher.process import Trouble, leashed, speak_into
from config.launcher.redis import Redis
from config.launcher.supervisor import House

TICK = 0.2
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop. Not an error, so nothing that handles errors may catch it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until asked to stop. Gives the exit code: 0 after a stop, 1 after trouble, or the command's own."""
    options = _parser().parse_args(arguments)
    if options.data is not None:
        os.environ["GLASSINE_DATA"] = str(options.data.absolute())
    _catch_stops()
    try:
        env = load(os.environ)
        # Children may work in another directory.
        os.environ["GLASSINE_DATA"] = str(env.data)
        places = prepare(env.data)
        with held(places):
            return _run(env, places, options)
    except Stopped:
        return 0
    except Taken as taken:
        if not options.demo:
            print(taken, file=sys.stderr, flush=True)
            return 1
        # It runs already: the sample photos go into it.
        manage("demo")
        return 0
    except (Trouble, EnvError) as trouble:
        print(trouble, file=sys.stderr, flush=True)
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


def _run(env: Env, places: Places, options: argparse.Namespace) -> int:
    house = House()
    try:
        if options.only:
            return _services_only(house, env, places, options)
        _everything(house, env, places, options)
    finally:
        # A second Ctrl-C must not leave a database half stopped.
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        house.stop()


def _services_only(house: House, env: Env, places: Places, options: argparse.Namespace) -> int:
    _start_services(house, env, places, options.only)
    if options.command:
        return _attend(house, options.command, _addresses(env, places, options.only), places)
    for name, value in _addresses(env, places, options.only).items():
        print(f"export {name}={shlex.quote(value)}", flush=True)
    _watch(house)


def _everything(house: House, env: Env, places: Places, options: argparse.Namespace) -> NoReturn:
    """Last in is first out: web stops before the worker, the worker before beat, and the databases last."""
    app = App.of(env, places.run)
    app.end_stale()
    app.check_port()
    _start_services(house, env, places, ["postgres", "redis"])
    app.set_up()
    house.add("beat", partial(app.start, "beat"))
    house.add("worker", partial(app.start, "worker"))
    house.add("web", partial(app.start, "web"))
    _wait_until_ready(house, app)
    if options.demo:
        manage("demo")
    _watch(house)


def _start_services(house: House, env: Env, places: Places, names: list[str]) -> None:
    if "postgres" in names and env.embedded_postgres:
        house.add("postgres", Postgres(places).start)
    if "redis" in names and env.embedded_redis:
        house.add("redis", Redis(places).start)


def _wait_until_ready(house: House, app: App) -> None:
    while not app.is_well():
        # A pause of a second: each question costs the web process four probes and a line in the log.
        for _ in range(round(1 / TICK)):
            house.look()
            time.sleep(TICK)
    print(f"Glassine is ready at http://127.0.0.1:{app.port}", flush=True)


def _watch(house: House) -> NoReturn:
    """Keep all alive until Stopped is raised."""
    while True:
        house.look()
        time.sleep(TICK)


def _attend(house: House, command: list[str], addresses: dict[str, str], places: Places) -> int:
    """Run the command on this terminal with the services' addresses in its environment."""
    # What the databases say would stand between the command's own lines.
    speak_into(places.data / "services.log")
    environment = {**os.environ, **addresses}
    process = subprocess.Popen(leashed(command, death=signal.SIGTERM), env=environment)
    try:
        while process.poll() is None:
            house.look()
            time.sleep(TICK)
    except Stopped:
        process.terminate()
        process.wait()
    return process.returncode


def _addresses(env: Env, places: Places, names: list[str]) -> dict[str, str]:
    """The variables that lead to the servers we started; those that were given stand there already."""
    embedded: dict[str, str] = {}
    if "postgres" in names and env.embedded_postgres:
        embedded["DATABASE_URL"] = places.database_url(APP)
        embedded["DATABASE_OWNER_URL"] = places.database_url(OWNER)
    if "redis" in names and env.embedded_redis:
        embedded["REDIS_URL"] = places.redis_url
    return embedded


def _catch_stops() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in STOPPING:
        # nohup sets SIGHUP to be ignored, and means it. A shell's `&` does that to SIGINT, and does not.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)


if __name__ == "__main__":
    sys.exit(main())
