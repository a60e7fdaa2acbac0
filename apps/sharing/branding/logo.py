"""The studio's logo: re-encoded in the sandbox, shown on pages that clients open."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from apps.accounts.journal import note
from apps.accounts.models import Brand, Studio, User
from apps.media import jail
from apps.media.storage import temp_directory
from apps.sharing.branding.handover import LOGO, LOGO_BOX

MOST_BYTES = 5 * 1000**2
# A logo is small, and somebody waits for the answer.
LIMITS = jail.Limits(memory_bytes=800_000_000, cpu_seconds=8, wall_seconds=12.0, file_bytes=6_000_000)
_PNG = b"\x89PNG\r\n\x1a\n"


class BadLogo(ValueError):
    """The file cannot be a logo; the message says why to a photographer."""


def set_logo(of: Studio | Brand, file: BinaryIO, *, by: User) -> None:
    """Keep a picture as the logo of a studio or brand. Raises BadLogo; then the old one stays."""
    of.logo = reencoded(file)
    # Its address changes with it, also when a logo was removed in between.
    of.logo_version = max(int(time.time()), of.logo_version + 1)
    of.save(update_fields=["logo", "logo_version"])
    _note(of, by, "logo_changed")


def remove_logo(of: Studio | Brand, *, by: User) -> None:
    """Show the name again."""
    of.logo, of.logo_version = None, 0
    of.save(update_fields=["logo", "logo_version"])
    _note(of, by, "logo_removed")


def _note(of: Studio | Brand, by: User, deed: str) -> None:
    if isinstance(of, Brand):
        note(of.studio, by, f"brand.{deed}", of, name=of.name)
    else:
        note(of, by, f"studio.{deed}", of)


def reencoded(file: BinaryIO, *, task: str = "shrink", box: tuple[int, int] = LOGO_BOX) -> bytes:
    """The picture as PNG that fits into `box`, made by a task of `reencode` in the jail. Raises BadLogo."""
    folder = Path(mkdtemp(prefix="logo.", dir=temp_directory()))
    try:
        source, out = folder / "in", folder / "out"
        out.mkdir()
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BadLogo(f"This file is larger than {MOST_BYTES // 1000**2} MB.")
        source.write_bytes(data)
        try:
            jail.run(f"apps.sharing.branding.reencode:{task}", source, out, limits=LIMITS)
        except jail.Rejected as rejected:
            raise BadLogo(rejected.reason) from rejected
        except jail.Crashed as crashed:
            raise BadLogo("This picture could not be read. Please save it as PNG and try again.") from crashed
        return _checked(out / LOGO, box)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _checked(path: Path, box: tuple[int, int]) -> bytes:
    """The sandbox's output, checked: a process that read hostile bytes is not trusted."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise BadLogo("This picture could not be read.") from error
    with os.fdopen(handle, "rb") as file:
        data = file.read(LIMITS.file_bytes + 1)
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not data.startswith(_PNG) or len(data) > LIMITS.file_bytes or width > box[0] or height > box[1]:
        raise BadLogo("This picture could not be read.")
    return data
