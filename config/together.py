"""Web processes and workers of one machine, forked from one process that has loaded the application.

    python -m config.together /path/of/run name=descriptor...

run: directory of the pid files and of the schedule. Each part writes to a descriptor that this process was given. A
part that dies is forked again; what is not of one machine starts each by itself (`config.launcher.serve`).
"""

import signal
import sys
import time
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from config.env import current
from config.launcher.application import FORKED, Application
from config.launcher.forked import Forked
from config.launcher.supervisor import Supervisor

# Seconds between two looks at the parts.
TICK: Final = 0.2
#: Seconds after which videos are waited for: pages and photos come first.
VIDEO_WAITS: Final = 3.0


class Stopped(BaseException):
    """A signal asked for a stop."""


def load() -> None:
    """What the parts need. Nothing of it opens a connection or starts a thread."""
    from config import granian
    from config.celery import app

    app.loader.import_default_modules()
    app.finalize()
    # Last, because it has the collector leave alone all that is there.
    granian.load()


def become(command: list[str]) -> None:
    """Be what the command line of a part says for the rest of this process's life: [python, "-m", module, ...]."""
    sys.argv = command[2:]
    if command[2] == "celery":
        _work(command[command.index("worker") + 1 :])
    else:
        from config.granian import serve

        serve()


def _work(options: list[str]) -> None:
    """`celery worker` with these options. Celery's own command would load a shell too: 10 MB."""
    from celery.bin.base import CLIContext
    from celery.bin.worker import worker

    from config.celery import app

    worker.params.extend(app.user_options["worker"])
    worker.main(options, prog_name="celery worker", obj=CLIContext(app, no_color=False, workdir=None, quiet=True))


def run(folder: Path, outputs: dict[str, int]) -> NoReturn:
    """Fork the parts and restart what dies, until Stopped is raised."""
    app = Application.of(current(), folder)
    supervisor = Supervisor()
    try:
        load()
        for name in FORKED:
            supervisor.add(name, partial(_fork, app, name, outputs.get(name)), waits=name == "video")
        ready = time.monotonic() + VIDEO_WAITS
        while True:
            if ready and time.monotonic() > ready:
                ready = 0.0
                supervisor.start_waiting()
            supervisor.check()
            time.sleep(TICK)
    finally:
        supervisor.stop()


def _fork(app: Application, name: str, output: int | None) -> Forked:
    part = Forked(name, partial(become, app.command(name, keeps_schedule=True)), app.run, output)
    part.start()
    return part


def main() -> None:
    """Ends when asked to, with all parts."""
    folder, *outputs = sys.argv[1:]

    def stop(number: int, frame: FrameType | None) -> None:
        # A second signal must not leave parts behind.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
    try:
        run(Path(folder), {name: int(number) for name, _, number in (one.partition("=") for one in outputs)})
    except Stopped:
        return


if __name__ == "__main__":
    main()
