"""Child processes: they die with their parent, their output is prefixed with their name, a pid file names each."""

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
SCRIPT = Path(__file__).with_name("die_with_parent.py")
COLOURS = {"postgres": 34, "redis": 31, "web": 32, "worker": 33, "video": 34, "faces": 35, "beat": 36, "app": 35}
_printing = threading.Lock()


class LaunchError(Exception):
    """Glassine cannot start or go on; the message is a sentence for the person at the terminal."""


class _Output:
    """Where the lines of the children go: standard output, unless a command has the terminal."""

    file: TextIO | None = None

    @classmethod
    def out(cls) -> TextIO:
        return cls.file or sys.stdout


def write_lines_to(path: Path) -> None:
    """From now on write the children's output into a new file instead of standard output."""
    _Output.file = path.open("w")


def write_line(name: str, line: str) -> None:
    """Write one line of output behind the name of the child, coloured on a terminal."""
    label = f"{name:<8} |"
    if _Output.out().isatty():
        label = f"\033[{COLOURS.get(name, 35)}m{label}\033[0m"
    with _printing, suppress(OSError):
        # A closed pipe must not stop the supervisor; a closed terminal does, by SIGHUP.
        print(label, line, file=_Output.out(), flush=True)


def die_with_parent(command: Sequence[str], *, death_signal: signal.Signals, run_as: str = "plain") -> list[str]:
    """The command line that runs `command` so that the kernel sends it `death_signal` when this process dies.

    run_as: plain, map or nobody, see die_with_parent.py.
    """
    return [sys.executable, "-S", str(SCRIPT), str(int(death_signal)), run_as, *command]


@dataclass
class Child:
    """One long-running program in a session of its own.

    run: directory of the pid file. stop_signal: asks for an orderly end. grace: seconds until SIGKILL follows.
    parts: what it starts itself and whose lines shall have names of their own. It is told at the end of its command
    line, as name=number, into which descriptor each part writes.
    """

    name: str
    command: Sequence[str]
    run: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    run_as: str = "plain"
    parts: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid_file(self) -> Path:
        return self.run / f"{self.name}.pid"

    def start(self) -> None:
        """Start the program. Call it from the main thread: the death signal is tied to the thread that forks."""
        pipes = {part: os.pipe() for part in self.parts}
        readers = {part: os.fdopen(reading, "rb") for part, (reading, _) in pipes.items()}
        writing = {part: number for part, (_, number) in pipes.items()}
        told = [f"{part}={number}" for part, number in writing.items()]
        try:
            self.process = subprocess.Popen(
                die_with_parent([*self.command, *told], death_signal=self.stop_signal, run_as=self.run_as),
                env={**os.environ, **self.environment, TAG: tag(self.run, self.name)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=ROOT,
                pass_fds=list(writing.values()),
            )
        finally:
            for number in writing.values():
                os.close(number)
        try:
            self.pid_file.write_text(f"{self.process.pid} {started_at(self.process.pid)}\n")
        except OSError as error:
            # It runs all the same: a later run finds it by its tag.
            write_line(self.name, f"its pid file could not be written: {error.strerror}")
        assert self.process.stdout is not None
        for name, lines in {self.name: self.process.stdout, **readers}.items():
            threading.Thread(target=_echo, args=(name, lines), daemon=True).start()

    def ended(self) -> int | None:
        """The exit code once it ended by itself, else None. The rest of its session is killed first."""
        if self.process is None or self.process.poll() is None:
            return None
        self._signal_session(signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)
        return self.process.returncode

    def stop(self) -> None:
        """End it and all that it started: by its stop signal, by SIGKILL after `grace` seconds. Twice is harmless."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace)
        self._signal_session(signal.SIGKILL)
        self.process.wait()
        self.process = None
        self.pid_file.unlink(missing_ok=True)

    def _signal_session(self, number: signal.Signals) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def _echo(name: str, pipe: IO[bytes]) -> None:
    with pipe:
        for line in pipe:
            write_line(name, line.decode(errors="replace").rstrip())


def started_at(pid: int) -> str:
    """The start time of a living process in clock ticks since boot, else ''. With the pid it identifies a process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The program's name stands in brackets and may hold spaces: state is field 3, start time field 22.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def command_line(pid: int) -> list[str]:
    """The arguments of a process; empty when there is no such process."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")[:-1]
    except OSError:
        return []


def working_in(folder: Path) -> list[int]:
    """Processes whose working directory this is, as far as one may know it of them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if Path(os.readlink(entry / "cwd")) == folder.resolve():
                    found.append(int(entry.name))
    return found


def end_leftover(run: Path, name: str, how: signal.Signals, grace: float = 30.0) -> None:
    """End what a killed run left of the child `name`: its process, then all that the process had started.

    Only processes that are surely ours are signalled: that of the pid file, if its start time is still the same, and
    those that carry the tag of this child in their environment.
    """
    pid_file = run / f"{name}.pid"
    with suppress(OSError, ValueError):
        number, born = pid_file.read_text().split()
        if born == started_at(int(number)):
            write_line(name, f"ends process {number}, left by an earlier run")
            end(int(number), how, grace)
    for pid in find_tagged(run, name):
        write_line(name, f"ends process {pid}, left by an earlier run")
        end(pid, signal.SIGKILL, grace)
    pid_file.unlink(missing_ok=True)


def tag(run: Path, name: str) -> str:
    """The value of TAG in the environment of a child and its descendants."""
    return f"{run}:{name}"


def find_tagged(run: Path, name: str) -> list[int]:
    """Pids of the processes that carry the tag. Those of other users cannot be read and are left out."""
    wanted = os.fsencode(f"{TAG}={tag(run, name)}")
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end(pid: int, how: signal.Signals, grace: float) -> None:
    """Signal a process that is not a child of this one and wait until it is gone; SIGKILL after `grace` seconds."""
    born = started_at(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    deadline = time.monotonic() + grace
    while born and started_at(pid) == born:
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
