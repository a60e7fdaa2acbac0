"""Hostile bytes are decoded here: one throw-away process per file, with nothing to steal and nowhere to go.

Call it from any thread of any process; each process gets its own forkserver (jailer.py) on first use. What a decoder
needs loaded beforehand is named by a `crew`; each crew has a forkserver of its own, so that the models of one weigh on
nobody who never asks for them.
"""

import array
import atexit
import contextlib
import io
import json
import os
import selectors
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

from apps.media import heavy
from apps.media.facts import clean
from apps.media.formats import AVI, HEAD_BYTES, HEIF, JPEG, MKV, MOV, MP4, WEBM, BadFile, TooManyPixels, sniff
from apps.media.handover import IN_MEMORY
from apps.media.render_result import Rendered, RenditionFile
from apps.media.sandbox import Limits
from apps.web.pages_first import PAGES

__all__ = [
    "DECODERS",
    "Crashed",
    "Limits",
    "Rejected",
    "abilities",
    "check_webp",
    "close",
    "give_way",
    "open_made",
    "render",
    "run",
    "warm",
]

#: What one photo may cost. Enough for MAX_PIXELS of RGB.
LIMITS = Limits()
#: The crew of all that opens pictures: what its forkserver calls before it serves ("package.module:function").
DECODERS: Final = "apps.media.images:preload"
ANSWER_BYTES = 1 << 20
START_SECONDS = 60.0
#: What gives way may take so much longer by the clock: beside pages that want all processors it gets a tenth of one.
BEHIND_SECONDS = 270.0
#: How long it stands back at most before each file while a guest looks and files come faster than their turns.
LETS_PASS_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_ROOT = Path(__file__).resolve().parent.parent.parent
_START = (
    "import socket, sys; sys.path.insert(0, sys.argv[1]); "
    "from apps.media.jailer import serve; "
    "serve(socket.socket(fileno=int(sys.argv[2])), sys.argv[3], gives_way=sys.argv[4] == 'gives way')"
)
# All that the decoders get to see of the environment. Two arenas: more would only fill the address space.
# No threads of the linear algebra below the hash: a process that has some cannot be forked safely. None of OpenMP, with
# which faces are looked for: they wait for each other in loops, and take several times the CPU where cores are busy.
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Pictures lie in huge pages where the system has some: a twelfth of a photo's CPU went into handing out small ones.
    # What is freed is used again by the next step instead of being given back to the system, which has to clear each
    # page before it hands it out: another tenth. 32 MB is the most that glibc takes for the first of the two.
    "GLIBC_TUNABLES": ":".join(
        (
            "glibc.malloc.hugetlb=1",
            f"glibc.malloc.mmap_threshold={32 << 20}",
            f"glibc.malloc.trim_threshold={256 << 20}",
        )
    ),
}
# What tasks for these kinds of files need beyond their crew. Loaded by the server when the first comes, so that it
# weighs on nobody who has none, and takes its time once.
_LOADED_FOR = {
    HEIF: "apps.media.hevc_stills",
    JPEG: "apps.media.jpeg_stills",
    **dict.fromkeys((MP4, MOV, WEBM, MKV, AVI), "apps.media.video"),
}


class Rejected(Exception):
    """The file is bad and stays bad. `reason` is a sentence for people, `kind` the name of a BadFile."""

    def __init__(self, reason: str, kind: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind

    @property
    def is_final(self) -> bool:
        """Whether no other server could take the file either: what is too large here may fit after an upgrade."""
        return self.kind != TooManyPixels.__name__


class Crashed(Exception):
    """The decoder was ended by a signal, a limit or a fault. It may go well the next time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _NeedsMore(Exception):
    """The task ended because the picture takes more address space than it was given; as the task says."""

    def __init__(self, needed: int, pixels: int) -> None:
        super().__init__(f"{needed} bytes of memory are needed")
        self.needed = needed
        self.pixels = pixels


class _Server:
    """A forkserver of this process and our end of the line to it."""

    def __init__(self, crew: str) -> None:
        """Start it and wait until it can fork: what it imports is not on the first file's clock. Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = ours
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, str(_ROOT), str(theirs.fileno()), crew, _State.place],
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Ctrl-C in a terminal is for us; the server ends when its line does.
                start_new_session=True,
            )
        if not self._is_ready():
            ours.close()
            self.process.kill()
            self.process.wait()
            raise OSError("the decoders' server did not start")

    def _is_ready(self) -> bool:
        """Wait for the server's first word."""
        self.control.settimeout(START_SECONDS)
        try:
            return bool(self.control.recv(16))
        except OSError:
            return False
        finally:
            self.control.settimeout(None)

    def ask(self, request: dict[str, Any], handles: list[int]) -> None:
        """Send one request with what its process and the server shall hold (see `jailer`). Safe in threads."""
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))]
        self.control.sendmsg([json.dumps(request).encode()], ancillary)

    def stop(self) -> None:
        self.control.close()
        self.process.wait(timeout=10)


class _State:
    """Whether what this process has decoded is waited for."""

    place = ""
    patience = 0.0


def give_way() -> None:
    """From now on what this process has decoded comes last for the processor. Call it before the first.

    For processes whose work nobody looks at while it is done. A file may then take longer by the clock, as long as it
    computes no longer.
    """
    _State.place, _State.patience = "gives way", BEHIND_SECONDS


_lock = threading.Lock()
_servers: dict[str, _Server] = {}


def _get_server(crew: str) -> _Server:
    with _lock:
        server = _servers.get(crew)
        if server is None or server.process.poll() is not None:
            if server is not None:
                server.control.close()
            server = _servers[crew] = _Server(crew)
        return server


def warm(crew: str = DECODERS) -> None:
    """Start the forkserver of a crew, if it does not run, so that the first file does not wait. Raises Crashed."""
    try:
        _get_server(crew)
    except OSError as error:
        raise Crashed(f"the decoder process could not be started: {error}") from error


def close() -> None:
    """End this process's forkservers and what they still run. The next run() starts another."""
    with _lock:
        servers = list(_servers.values())
        _servers.clear()
    for server in servers:
        server.stop()


def _forget() -> None:
    """After a fork: the servers belong to the parent, and must not live on because we hold their lines."""
    global _servers, _lock
    servers, _servers, _lock = _servers, {}, threading.Lock()
    for server in servers.values():
        server.control.close()
        server.process.returncode = 0  # not our child: nothing to wait for


atexit.register(close)
os.register_at_fork(after_in_child=_forget)


def render(source: Path, out_dir: Path, *, limits: Limits = LIMITS) -> Rendered:
    """Make the renditions of the local file `source` in the empty, private folder `out_dir`.

    The files written are checked before this returns. Raises Rejected or Crashed; then the folder may hold
    anything and is to be thrown away.
    """
    plain = run("apps.media.images:render", source, out_dir, limits=limits)
    try:
        rendered = Rendered.from_plain(plain)
        for made in rendered.renditions:
            check_webp(out_dir / made.file, made, limits)
    except (ValueError, OSError) as error:
        raise Crashed(f"the decoder gave something else than pictures: {error}") from error
    return rendered


def check_webp(path: Path, made: RenditionFile, limits: Limits) -> None:
    """Raise ValueError or OSError unless `path` is a WebP file of its own with pixels and profile only."""
    if len(read_webp(path, limits.file_bytes)) != made.bytes:
        raise ValueError("another length than told")


def read_webp(path: Path, most: int) -> bytes:
    """What a task wrote, at most so many bytes. Raises as `check_webp`."""
    with open_made(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError("more bytes than allowed")
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise ValueError("no WebP")
    at = 12
    while at + 8 <= len(content):
        if content[at : at + 4] not in (b"VP8 ", b"VP8L", b"VP8X", b"ICCP"):
            raise ValueError("more than pixels and a profile")
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return content


def open_made(path: Path) -> BinaryIO:
    """Open a file that a task wrote. Raises ValueError or OSError unless it is a file of its own."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        os.close(handle)
        raise ValueError("a link or a device")
    return os.fdopen(handle, "rb")


def run(
    task: str, source: Path | bytes, out_dir: Path, *, limits: Limits = LIMITS, crew: str = DECODERS, **options: Any
) -> dict[str, Any]:
    """Call `task` ("package.module:function") with (source, out_dir, **options) in a throw-away process.

    source: a local file, or bytes that stay in memory: the task is given a path to them that it alone can open.
    A picture whose header says that it needs more memory than `limits` has is decoded in one of the heavy slots.
    options: JSON-able.  Returns what the task returned, as JSON carried it: it comes from a process that read hostile
    bytes, so check it. Raises Rejected if the file is bad, Crashed for anything else.
    """
    if _State.place:
        _let_pages_pass()
    try:
        return _run_once(task, source, out_dir, limits, crew, options)
    except _NeedsMore as first:
        heavy_limits = heavy.limits(limits, first.needed)
        if heavy_limits is None:
            raise Rejected(heavy.sentence(first.needed, first.pixels), TooManyPixels.__name__) from first
    try:
        with heavy.slot(out_dir.absolute().parent):
            return _run_once(task, source, out_dir, heavy_limits, crew, options)
    except _NeedsMore as again:
        raise Rejected(heavy.sentence(again.needed, again.pixels), TooManyPixels.__name__) from again
    except TimeoutError as error:
        raise Crashed("other large pictures took all the time there was") from error


def _let_pages_pass() -> None:
    end = time.monotonic() + LETS_PASS_SECONDS
    while PAGES.are_crowded and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)


def _run_once(
    task: str, source: Path | bytes, out_dir: Path, limits: Limits, crew: str, options: dict[str, Any]
) -> dict[str, Any]:
    """The same with exactly these limits; raises _NeedsMore too."""
    # The process stands elsewhere: a path relative to here would lead it nowhere.
    place = IN_MEMORY if isinstance(source, bytes) else str(source.absolute())
    places = {"source": place, "out_dir": str(out_dir.absolute())}
    request = {"task": task, "limits": asdict(limits), "options": options, "loads": _loads(source), **places}
    held = _in_memory(source) if isinstance(source, bytes) else None
    reading, writing = os.pipe()
    line, their_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with line:
            with their_line:
                handles = [writing, their_line.fileno(), *([held] if held is not None else [])]
                _ask(crew, request, handles)
            writing = _closed(writing)
            answer, report = _listen(reading, line, limits.wall_seconds + _State.patience)
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
        if held is not None:
            os.close(held)
    return _judge(answer, report, limits)


def _loads(source: Path | bytes) -> str:
    """The module that the server shall load for a file of this kind, or ""."""
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            return _LOADED_FOR.get(sniff(file.read(HEAD_BYTES)), "")
    except (BadFile, OSError):  # for the task to say
        return ""


def _in_memory(content: bytes) -> int:
    """A handle to these bytes that lead to no disk."""
    handle = os.memfd_create("source", os.MFD_CLOEXEC)
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    return handle


def _closed(handle: int) -> int:
    os.close(handle)
    return -1


def _ask(crew: str, request: dict[str, Any], handles: list[int]) -> None:
    """Ask the server; once more if the one that we know has died since."""
    try:
        _get_server(crew).ask(request, handles)
    except OSError:
        try:
            _get_server(crew).ask(request, handles)
        except OSError as error:
            raise Crashed(f"the decoder process could not be started: {error}") from error


def _listen(reading: int, line: socket.socket, seconds: float) -> tuple[bytes, dict[str, Any] | None]:
    """What the process said and how it ended, or why it was stopped; None when the server is lost."""
    said, report = bytearray(), None
    deadline = time.monotonic() + seconds
    with selectors.PollSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        selector.register(line, selectors.EVENT_READ)
        while selector.get_map() and len(said) <= ANSWER_BYTES and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if key.fileobj is line:
                    message = line.recv(4096)
                    report = json.loads(message) if message else None
                    selector.unregister(line)
                    continue
                part = os.read(reading, 65536)
                said += part
                if not part:
                    selector.unregister(reading)
        if line in selector.get_map():
            _hang_up(line)
            late = len(said) <= ANSWER_BYTES
            report = {"stopped": f"it took longer than {seconds:g} seconds" if late else "it answered without end"}
    return bytes(said), report


def _hang_up(line: socket.socket) -> None:
    """Have the process killed, and wait until it is gone."""
    line.shutdown(socket.SHUT_WR)
    line.settimeout(10)
    with contextlib.suppress(TimeoutError):  # the server itself is stuck; it does not hold us up too
        line.recv(4096)


def _judge(answer: bytes, report: dict[str, Any] | None, limits: Limits) -> dict[str, Any]:
    """What the task returned, or Rejected or Crashed."""
    if reason := _cut_short(report, limits):
        raise Crashed(reason)
    try:
        outcome = json.loads(answer)
        if "rejected" in outcome:
            raise Rejected(clean(outcome["rejected"], 300), clean(outcome["kind"], 40))
        if "needs" in outcome:
            raise _NeedsMore(int(outcome["needs"]), int(outcome["pixels"]))
        if "crashed" in outcome:
            raise Crashed(clean(outcome["crashed"], 300))
        done = outcome["done"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Crashed("the decoder gave no answer") from error
    if not isinstance(done, dict):
        raise Crashed("the decoder gave no answer")
    return done


def _cut_short(report: dict[str, Any] | None, limits: Limits) -> str:
    """Why the process did not come to its end, or "" if it did."""
    if report is None:
        return "the decoder process was lost"
    if "stopped" in report:
        return str(report["stopped"])
    if report["code"] == -signal.SIGXCPU:
        return f"it took more than {limits.cpu_seconds} seconds of computing"
    return f"the decoder ended with {_ending(report['code'])}" if report["code"] else ""


def _ending(code: int) -> str:
    names = {-number: number.name for number in signal.Signals}
    return names.get(code, f"code {code}")


def abilities() -> dict[str, bool]:
    """Which walls stand on this machine: network, processes, files, memory. For the health page."""
    here = Path(__file__)
    found = run("apps.media.sandbox:walls_standing", here, Path("/dev/null"))
    return {name: standing is True for name, standing in found.items()}
