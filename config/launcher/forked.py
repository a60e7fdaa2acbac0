"""Parts that are forked from this process, and so share the memory of all that it has loaded.

The process must have no other thread and no open connection: neither survives a fork.
"""

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final

from config.launcher.process import started_at, write_line

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
_FORK: Final = multiprocessing.get_context("fork")


def title(name: str) -> str:
    """What a part is called in `ps` and `top`, of which the kernel keeps 15 letters."""
    return f"glassine-{name}"


@dataclass
class Forked:
    """One long-running part in a session of its own. It ends with this process.

    become: what it does, all its life.  run: directory of the pid file.  output: the descriptor into which it writes;
    None: as this process.  grace: seconds from SIGTERM until SIGKILL follows.
    """

    name: str
    become: Callable[[], None]
    run: Path
    output: int | None = None
    grace: float = 15.0
    process: ForkProcess | None = None

    def start(self) -> None:
        """Fork it. Call it from the only thread."""
        self.process = _FORK.Process(target=self._live, args=(os.getpid(),), name=self.name)
        self.process.start()
        try:
            self._pid_file.write_text(f"{self.process.pid} {started_at(self.process.pid or 0)}\n")
        except OSError as error:
            # It runs all the same: a later run finds it by the tag that it has from this process.
            write_line(self.name, f"its pid file could not be written: {error.strerror}")

    def ended(self) -> int | None:
        """The exit code once it ended by itself, else None. The rest of its session is killed first."""
        if self.process is None or self.process.exitcode is None:
            return None
        self._kill_session()
        self._pid_file.unlink(missing_ok=True)
        return self.process.exitcode

    def stop(self) -> None:
        """End it and all that it started: by SIGTERM, by SIGKILL after `grace` seconds. Twice is harmless."""
        if self.process is None:
            return
        self.process.terminate()
        self.process.join(self.grace)
        self._kill_session()
        self.process.join()
        self.process = None
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.run / f"{self.name}.pid"

    def _kill_session(self) -> None:
        assert self.process is not None
        assert self.process.pid is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _live(self, parent: int) -> None:
        os.setsid()
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        libc.prctl(_PR_SET_NAME, title(self.name).encode(), 0, 0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.output is not None:
            os.dup2(self.output, 1)
            os.dup2(self.output, 2)
        self.become()
