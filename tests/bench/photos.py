"""As many different photos as are needed from few textures, without encoding anything again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

# Large enough for the EXIF block of a texture, where the capture time stands.
HEAD = 8192
DAWN = datetime(2026, 6, 6, 9, 0, 0)
_MOMENT = re.compile(rb"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d\0")


@dataclass(frozen=True)
class Photo:
    """One file to send: `head` and `tail` are its bytes. The tail is shared between variants of a texture."""

    name: str
    head: bytes
    tail: memoryview

    def __len__(self) -> int:
        return len(self.head) + len(self.tail)

    @cached_property
    def sha256(self) -> str:
        digest = hashlib.sha256(self.head)
        digest.update(self.tail)
        return digest.hexdigest()


class Camera:
    """Takes photos from textures: each has a number, a name and a capture time of its own, one second apart."""

    def __init__(self, textures: Sequence[Path]) -> None:
        self.textures = [path.read_bytes() for path in textures]
        self.taken = 0

    def take(self, count: int) -> list[Photo]:
        """The next `count` photos; none equals any taken before."""
        first = self.taken
        self.taken += count
        return [self._photo(number) for number in range(first, self.taken)]

    def _photo(self, number: int) -> Photo:
        data = self.textures[number % len(self.textures)]
        moment = (DAWN + timedelta(seconds=number)).strftime("%Y:%m:%d %H:%M:%S").encode()
        head, changes = _MOMENT.subn(moment + b"\0", data[:HEAD])
        if not changes:
            raise ValueError("a texture without a capture time")
        return Photo(f"DSC_{number:05}.JPG", head, memoryview(data)[HEAD:])
