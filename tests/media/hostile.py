"""What a decoder would do that a hostile file has taken over. Each is a task for the jail."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TARGET = "target.json"


def _tried(deed: Callable[[], object]) -> dict[str, Any]:
    try:
        deed()
    except OSError as error:
        return {"done": False, "why": type(error).__name__}
    return {"done": True}


def connects(source: Path, out_dir: Path) -> dict[str, Any]:
    """Reach the listener whose port is the content of `source`."""
    port = int(source.read_text())
    return _tried(lambda: socket.create_connection(("127.0.0.1", port), timeout=2).close())


def opens_many(source: Path, out_dir: Path) -> dict[str, Any]:
    files = []

    def deed() -> None:
        for _ in range(100):
            files.append(source.open("rb"))

    return _tried(deed) | {"opened": len(files)}


def tells_environment(source: Path, out_dir: Path) -> dict[str, Any]:
    return {
        "environment": dict(os.environ),
        "modules": sorted(sys.modules),
        "handles": sorted(handle for handle in range(256) if _is_open(handle)),
    }


def _is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


def reads_elsewhere(source: Path, out_dir: Path) -> dict[str, Any]:
    """Read the file whose path is the content of `source`."""
    return _tried(lambda: Path(source.read_text()).read_bytes())


def writes_elsewhere(source: Path, out_dir: Path) -> dict[str, Any]:
    return _tried(lambda: Path(source.read_text()).write_text("was here"))


def kills_its_parent(source: Path, out_dir: Path) -> dict[str, Any]:
    return _tried(lambda: os.kill(os.getppid(), signal.SIGKILL))


def forks(source: Path, out_dir: Path) -> dict[str, Any]:
    def deed() -> None:
        if os.fork() == 0:
            os._exit(0)

    return _tried(deed)


def runs_a_program(source: Path, out_dir: Path) -> dict[str, Any]:
    return _tried(lambda: os.execv("/bin/true", ["/bin/true"]))


def eats_memory(source: Path, out_dir: Path) -> dict[str, Any]:
    hoard = [bytearray(50_000_000) for _ in range(200)]
    return {"eaten": len(hoard)}


def computes_for_ever(source: Path, out_dir: Path) -> dict[str, Any]:
    while True:
        sum(range(10_000))


def sleeps_for_ever(source: Path, out_dir: Path) -> dict[str, Any]:
    (out_dir / TARGET).write_text(json.dumps({"pid": os.getpid(), "parent": os.getppid()}))
    time.sleep(600)
    return {}


def fills_the_disk(source: Path, out_dir: Path) -> dict[str, Any]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def deed() -> None:
        with (out_dir / "large").open("wb") as file:
            for _ in range(100):
                file.write(bytes(1_000_000))

    return _tried(deed)


def lifts_its_limits(source: Path, out_dir: Path) -> dict[str, Any]:
    most = resource.RLIM_INFINITY

    def deed() -> None:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        except ValueError as error:
            raise PermissionError from error

    return _tried(deed)


def crashes(source: Path, out_dir: Path) -> dict[str, Any]:
    ctypes.string_at(0)
    return {}


def raises(source: Path, out_dir: Path) -> dict[str, Any]:
    raise RuntimeError("decoder\x00 says \x1b[31mno")


def answers_itself(source: Path, out_dir: Path) -> dict[str, Any]:
    """Send the bytes of `source` instead of an answer, and end as if all were well."""
    os.write(3, source.read_bytes())
    os._exit(0)


def answers_without_end(source: Path, out_dir: Path) -> dict[str, Any]:
    while True:
        os.write(3, b"[" * 65536)


def renders_a_link(source: Path, out_dir: Path) -> dict[str, Any]:
    """Render as due, then put a link where a rendition is expected."""
    from apps.media import images

    plain = images.render(source, out_dir).as_plain()
    (out_dir / "web.webp").unlink()
    (out_dir / "web.webp").symlink_to(source)
    return plain


def renders_with_exif(source: Path, out_dir: Path) -> dict[str, Any]:
    """Render as due, then hide something behind the pixels."""
    from apps.media import images

    plain = images.render(source, out_dir).as_plain()
    hidden = b"EXIF" + (6).to_bytes(4, "little") + b"secret"
    with (out_dir / "web.webp").open("ab") as file:
        file.write(hidden)
    plain["renditions"][0]["bytes"] += len(hidden)
    return plain


def renders_and_tells_what_it_loaded(source: Path, out_dir: Path) -> dict[str, Any]:
    """Not hostile: render as due, and name the modules that were not there before."""
    from apps.media import images

    before = set(sys.modules)
    images.render(source, out_dir)
    return {"loaded": sorted(set(sys.modules) - before)}
