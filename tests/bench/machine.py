"""How fast this machine is now, beside the one that the goals are of."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from PIL import Image

from tests.bench.corpus import textures

#: Of all memory, what may be free where bytes are written: more than that, and it is free because nobody needed it yet.
MOST_FREE: Final = 1 / 8
#: Bytes of a file that holds nothing, and of one read.
_NOTHING, _PIECE = 1 << 40, 1 << 20
#: CPU seconds for one photo of 24 megapixels at half its size, on the machine that the goals are of.
DECODED_IN: Final = 0.13
_TIMES: Final = 5


class Machine:
    """A shared one is half as fast in one hour as in another, so it is asked before each module of rows.

    speed: as a part of that of the other machine; 1.0 until it was asked.
    """

    def __init__(self) -> None:
        self.speed = 1.0

    def look(self, folder: Path) -> None:
        """Take the speed now, by the quickest of some decodes: what else runs makes single ones slow."""
        photo = textures(folder)[0]
        self.speed = DECODED_IN / min(_decode(photo) for _ in range(_TIMES))


def use_memory(folder: Path) -> Path:
    """Have nearly all memory hold something, as on a machine that has run for a day: pages that can be thrown away.

    Some hosts take back what a virtual machine leaves free. Then the first use of a page is up to thirty times as dear
    as the second, and who of two writes first gets the pages that are there. Returns the file whose pages they are, to
    be removed when they are no longer needed.
    """
    file = folder / "nothing"
    with file.open("wb") as nothing:
        nothing.truncate(_NOTHING)
    buffer = memoryview(bytearray(_PIECE))
    with file.open("rb", buffering=0) as nothing:
        # No more than there is: some kernels leave some of it free whatever is read.
        for _ in range(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _PIECE):
            if _free() < MOST_FREE:
                break
            nothing.readinto(buffer)
    return file


def _free() -> float:
    """Of all memory, what holds nothing."""
    return os.sysconf("SC_AVPHYS_PAGES") / os.sysconf("SC_PHYS_PAGES")


def _decode(photo: Path) -> float:
    with Image.open(photo) as image:
        image.draft("RGB", (image.width // 2, image.height // 2))
        began = time.thread_time()
        image.load()
        return time.thread_time() - began
