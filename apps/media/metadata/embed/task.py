"""The task of the jail: a copy of a picture's file that says what the studio says."""

from __future__ import annotations

import json
import mmap
import os
import struct
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from apps.media import camera_tags, xmp
from apps.media.facts import clean
from apps.media.formats import BadFile, Damaged
from apps.media.handover import EMBEDDED, SAID
from apps.media.metadata import pieces
from apps.media.metadata.allowed_facts import ARTIST, COPYRIGHT
from apps.media.metadata.embed import description
from apps.media.metadata.embed.containers import HOLDING
from apps.media.metadata.embed.description import Description
from apps.media.wholeness import opened

#: What reading a broken container raises.
BROKEN = (struct.error, IndexError, KeyError, ValueError, OverflowError, MemoryError, RecursionError)


def embed(source: Path, out_dir: Path) -> dict[str, Any]:
    """Write `embedded`: the file with the description in `said.json`. Raises NotAnImage, Damaged or MetadataTooLong."""
    said = Description.from_plain(json.loads((out_dir / SAID).read_text()))
    format, _ = opened(source)
    said = _with_owners(said, _told_by(source))
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            plan = HOLDING[format.mime](content, said)
        except BadFile:
            raise
        except BROKEN as error:
            raise Damaged from error
        # Exclusive: a file that is there already is not ours, and a link would lead out of the folder.
        handle = os.open(out_dir / EMBEDDED, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as made:
            pieces.write(plan, content, made)
    return {}


def told(source: Path, out_dir: Path) -> dict[str, Any]:
    """What a file that was written by `embed` says, as `Description.as_plain`. Raises NotAnImage or Damaged."""
    opened(source)
    return description.read(_told_by(source).packet).as_plain()


def _told_by(source: Path) -> camera_tags.CameraTags:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(source) as image:
                return camera_tags.told_by(image)
        except (Exception, MemoryError) as error:  # decoders of hostile bytes raise anything
            raise Damaged from error


def _with_owners(said: Description, told: camera_tags.CameraTags) -> Description:
    """Whose the picture is stays as the file says; what we know fills what it leaves open.

    So does who made it, unless a person has corrected that.
    """
    creator = xmp.first(told.packet, "dc:creator") or told.main.get(ARTIST) or told.iptc.get((2, 80))
    if said.creator and said.creator != camera_tags.artist_of(told):
        creator = said.creator
    rights = xmp.first(told.packet, "dc:rights") or told.main.get(COPYRIGHT) or told.iptc.get((2, 116))
    return replace(said, creator=clean(creator), copyright=clean(rights) or said.copyright)
