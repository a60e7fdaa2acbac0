"""Child processes on a leash: named, output prefixed, remembered by pid file, stopped in good order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TextIO

TAG = "EMBEDDED_CHILD"
ROOT = Path(__file__).resolve().parents[2]
LEASH = Path(__file__).with_name("die_with_parent.py")
COLOURS = {"postgres": 34, "redis": 31, "web": 32, "worker": 33, "beat": 36}
_printing = threading.Lock()


class Trouble(Exception):
    """The house cannot start or go on; the message is a sentence for the person at the terminal."""


class _Voice:
    """Where the lines go: standard output, until somebody else needs it for himself."""

    file: TextIO | None = None

    @classmethod
    def out(cls) -> TextIO:
        return cls.file or sys.stdout


def speak_into(path: Path) -> None:
    """From now on the children's lines go to a fresh file instead of standard output."""
    _Voice.file = path.open("w")


def say(name: str, line: str) -> None:
    """One line after its speaker's name, coloured on a terminal."""
    label = f"{name:<8} |"
    if _Voice.out().isatty():
        label = f"\033[{COLOURS.get(name, 35)}m{label}\033[0m"
    with _printing, suppress(OSError):
        # A closed pipe must not stop the house; a closed terminal does, by SIGHUP.
        print(label, line, file=_Voice.out(), flush=True)


def leashed(command: Sequence[str], *, death: signal.Signals, way: str = "plain") -> list[str]:
    """`command` so that the kernel sends it `death` when this process dies. `way`: see die_with_parent.py."""
    return [sys.executable, "-S", str(LEASH), str(int(death)), way, *command]


@dataclass
class Child:
    """One long-running program in a session of its own.

    stop_signal: asks it to end in good order. grace: seconds until SIGKILL follows.
    """

    name: str
    command: Sequence[str]
    run: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    way: str = "plain"
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid_file(self) -> Path:
        return self.run / f"{self.name}.pid"

    def start(self) -> None:
        """Start the program. Call it from the main thread: the leash is tied to the thread that forks."""
        self.process = subprocess.Popen(
            leashed(self.command, death=self.stop_signal, way=self.way),
            env={**os.environ, **self.environment, TAG: tag(self.run, self.name)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
        )
        self.pid_file.write_text(f"{self.process.pid} {started_at(self.process.pid)}\n")
        assert self.process.stdout is not None
        threading.Thread(target=_echo, args=(self.name, self.process.stdout), daemon=True).start()

    def ended(self) -> int | None:
        """The exit code once it ended by itself, else None. What it left of its session is ended first."""
        if self.process is None or self.process.poll() is None:
            return None
        self._end_session(signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)
        return self.process.returncode

    def stop(self) -> None:
        """End it and all that it started, in good order, or hard after `grace` seconds. Twice is harmless."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace)
        self._end_session(signal.SIGKILL)
        self.process.wait()
        self.process = None
        self.pid_file.unlink(missing_ok=True)

    def _end_session(self, how: signal.Signals) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)


def _echo(name: str, pipe: IO[bytes]) -> None:
    with pipe:
        for line in pipe:
            say(name, line.decode(errors="replace").rstrip())


def started_at(pid: int) -> str:
    """The start time of a living process in kernel ticks, else ''. With the pid it names one process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The program's name stands in brackets and may hold spaces: state is field 3, start time field 22.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def command_line(pid: int) -> list[str]:
    """The arguments of a process, empty when there is none."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")[:-1]
    except OSError:
        return []


def end_stale(run: Path, name: str, how: signal.Signals, grace: float = 30.0) -> None:
    """End what an earlier run left of the child `name`: its process, then all that the process had started.

    Only processes that are surely ours are signalled: the pid file's, if its start time still fits, and those
    that carry the tag of this child in their environment.
    """
    pid_file = run / f"{name}.pid"
    with suppress(OSError, ValueError):
        number, born = pid_file.read_text().split()
        if born == started_at(int(number)):
            say(name, f"ends process {number}, left by an earlier run")
            end(int(number), how, grace)
    for pid in tagged(run, name):
        say(name, f"ends process {pid}, left by an earlier run")
        end(pid, signal.SIGKILL, grace)
    pid_file.unlink(missing_ok=True)


def tag(run: Path, name: str) -> str:
    """What a child and its descendants carry in their environment."""
    return f"{run}:{name}"


def tagged(run: Path, name: str) -> list[int]:
    """The processes that carry the tag. Those of other users cannot be read and are left out."""
    mark = os.fsencode(f"{TAG}={tag(run, name)}")
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end(pid: int, how: signal.Signals, grace: float) -> None:
    """Signal a process that is not our child and wait until it is gone; SIGKILL after `grace` seconds."""
    born = started_at(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    deadline = time.monotonic() + grace
    while born and started_at(pid) == born:
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
