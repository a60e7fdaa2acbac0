"""IPTC's older datasets (IIM 4.2) and Photoshop's image resources around them."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import Final

from apps.media.metadata.allowed_facts import words
from apps.media.metadata.embed.description import Description

_HEADS = (b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR")
_IPTC, _DIGEST = 0x0404, 0x0425
_UTF8: Final = b"\x1c\x01\x5a\x00\x03\x1b%G"
_KEYWORDS, _DATE, _TIME, _CREATOR, _PLACE, _CREDIT, _COPYRIGHT, _CAPTION = 25, 55, 60, 80, 92, 110, 116, 120
# The longest that the standard allows, in bytes.
_LONGEST = {_KEYWORDS: 64, _CREATOR: 32, _PLACE: 32, _CREDIT: 32, _COPYRIGHT: 128, _CAPTION: 2000}


def amended(data: bytes, said: Description) -> bytes:
    """Datasets that say this too, all in UTF-8. data: the file's own, b"" for none."""
    ours = _ours(said)
    gone = {number for number, _ in ours} | {_KEYWORDS, _CAPTION, _PLACE}
    kept = [(number, text) for number, text in _read(data) if number not in gone]
    sets = sorted([*kept, *ours], key=lambda one: one[0])
    return _UTF8 + b"".join(_dataset(2, number, text) for number, text in [(0, b"\0\4"), *sets])


def in_resources(resources: bytes, said: Description | None) -> bytes:
    """Photoshop's resources with these datasets and the digest by which programs see that they are up to date.

    said: None takes the datasets out.
    """
    found = list(_resources(resources))
    old = next((data for number, _, data in found if number == _IPTC), b"")
    rest = b"".join(whole for number, whole, _ in found if number not in (_IPTC, _DIGEST))
    if said is None:
        return rest
    new = amended(old, said)
    return _resource(_IPTC, new) + _resource(_DIGEST, hashlib.md5(new, usedforsecurity=False).digest()) + rest


def _ours(said: Description) -> list[tuple[int, bytes]]:
    moment = said.moment
    pairs = [(_CAPTION, said.caption), (_PLACE, said.place), (_CREATOR, said.creator), (_CREDIT, said.credit)]
    pairs += [(_COPYRIGHT, said.copyright), *((_KEYWORDS, word) for word in said.keywords)]
    found = [(number, _cut(text, _LONGEST[number])) for number, text in pairs if text]
    if moment:
        clock = f"{moment:%H%M%S}{said.offset.replace(':', '')}"
        found += [(_DATE, f"{moment.year:04}{moment.month:02}{moment.day:02}".encode()), (_TIME, clock.encode())]
    return found


def _cut(text: str, most: int) -> bytes:
    return text.encode()[:most].decode("utf-8", "ignore").encode()


def _dataset(record: int, number: int, text: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(text)) + text


def _read(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The texts of the second record; each as UTF-8, whatever it was in."""
    at = 0
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        record, number, size = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        if size & 0x8000:
            return
        # Dataset 0 is the version of the record, which is written anew.
        if record == 2 and number:
            yield number, words(data[at + 5 : at + 5 + size]).encode()
        at += 5 + size


def _resources(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, the whole resource, and its data."""
    at = 0
    while data[at : at + 4] in _HEADS and at + 12 <= len(data):
        name = data[at + 6] + 1
        start = at + 6 + name + name % 2
        size = int.from_bytes(data[start : start + 4], "big")
        end = start + 4 + size + size % 2
        yield int.from_bytes(data[at + 4 : at + 6], "big"), data[at:end], data[start + 4 : start + 4 + size]
        at = end


def _resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)
