"""Slots for pictures that take more memory to decode than an ordinary photo: few at a time on one machine."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from apps.media.sandbox import Limits

#: How many at a time, on one machine; they share half of its memory.
SLOTS = 1
#: How long a picture waits for a slot.
WAIT_SECONDS = 300.0
# A picture of ten times the pixels takes ten times as long.
_TIME_FACTOR = 5
_CGROUP = Path("/sys/fs/cgroup/memory.max")


def limits(usual: Limits, needed: int) -> Limits | None:
    """The limits under which a task gets `needed` bytes of address space; None if no slot gives so much."""
    if needed > most_memory():
        return None
    return replace(
        usual,
        memory_bytes=needed,
        cpu_seconds=usual.cpu_seconds * _TIME_FACTOR,
        wall_seconds=usual.wall_seconds * _TIME_FACTOR,
    )


def most_memory() -> int:
    """Bytes that one picture may take: half of what the machine or its container has, shared by the slots."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        allowed = int(_CGROUP.read_text())
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        allowed = machine
    return min(machine, allowed) // 2 // SLOTS


def sentence(needed: int, pixels: int) -> str:
    """Why a picture is refused: the true reason, and both ways out."""
    size = f"This picture has {pixels / 1e6:.0f} megapixels and would take" if pixels else "This picture would take"
    most = most_memory() / 1e9
    return (
        f"{size} {needed / 1e9:.1f} GB of memory to open; this server has {most:.1f} GB for one picture. "
        "Export it smaller, or ask your administrator for more memory."
    )


@contextmanager
def slot(folder: Path) -> Iterator[None]:
    """Hold one of the machine's slots while the block runs. Raises TimeoutError when none comes free in time.

    folder: where all processes of this machine keep their locks.

    The kernel gives a slot back when its holder ends, however that ends.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        for number in range(SLOTS):
            handle = os.open(folder / f"heavy.{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            try:
                yield
            finally:
                os.close(handle)
            return
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.2)
