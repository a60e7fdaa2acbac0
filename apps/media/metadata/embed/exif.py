"""EXIF that says what the studio says, by appending: directories are written anew behind the old block.

Nothing that was there moves, so the makers' own notes, thumbnails and the strips of a TIFF stay where their offsets
lead. Tags and their forms: CIPA DC-008 (Exif 2.32).
"""

from __future__ import annotations

import struct
from typing import Final

from apps.media.metadata import ifd
from apps.media.metadata.allowed_facts import ARTIST, COPYRIGHT, EXIF_IFD
from apps.media.metadata.embed.description import Description
from apps.media.metadata.ifd import ASCII, UNDEFINED, IfdEntry, IfdLayout, Value
from apps.media.metadata.pieces import Content

BYTE, RATIONAL = 1, 5
_CAPTION, _RATING, _GPS_IFD = 0x010E, 0x4746, 0x8825
_VERSION, _TAKEN, _TAKEN_FRACTION, _TAKEN_OFFSET = 0x9000, 0x9003, 0x9291, 0x9011
_LATITUDE, _LONGITUDE, _ALTITUDE = 2, 4, 6
_EMPTY = b"II*\0\x08\0\0\0" + bytes(6)
_TINY: Final = 10**7

Values = dict[int, Value | None]


def amended(block: bytes, said: Description) -> bytes:
    """An EXIF block that says this too. block: the file's own, b"" for none. Raises Damaged, struct.error."""
    found = ifd.layout_of(block) if block else None
    if found is None:
        block, found = _EMPTY, (IfdLayout("<"), 8)
    layout, at = found
    start = len(block) + len(block) % 2
    tail, first = behind(block, layout, at, start, said, {})
    block = _without_old_words(block, layout, at, said)
    return block[:4] + layout.number(first) + block[8:].ljust(start - 8, b"\0") + tail


def _without_old_words(block: bytes, layout: IfdLayout, at: int, said: Description) -> bytes:
    """The block where nobody finds the words that others have replaced, though no directory leads to them any more."""
    changed = bytearray(block)
    replaced = _main(layout, said)
    for entry in ifd.read(block, layout, at)[0]:
        if entry.tag in replaced and entry.kind == ASCII and not entry.is_inline:
            changed[entry.at : entry.at + entry.size] = bytes(entry.size)
    return bytes(changed)


def behind(
    content: Content, layout: IfdLayout, at: int, start: int, said: Description, more: Values
) -> tuple[bytes, int]:
    """Directories to be put at `start`, and where the main one lies. Raises Damaged, struct.error.

    at: the main directory that is there.  more: what else the main one shall say; None takes a tag out.
    """
    entries, following = ifd.read(content, layout, at)
    main = {entry.tag: entry for entry in reversed(entries)}
    written = bytearray()
    pointers: Values = {}
    for tag, changes in ((EXIF_IFD, _camera(said)), (_GPS_IFD, _position(layout, said))):
        if changes:
            below = _directory(content, layout, main.get(tag)) | changes
            if tag == EXIF_IFD:
                below.setdefault(_VERSION, Value(_VERSION, UNDEFINED, 4, b"0232"))
            pointers[tag] = layout.pointer(tag, start + len(written))
            written += _written(layout, below, start + len(written))
    place = start + len(written)
    values = _values(content, main) | _main(layout, said) | pointers | more
    return bytes(written + _written(layout, values, place, following)), place


def _written(layout: IfdLayout, values: Values, at: int, following: int = 0) -> bytes:
    written = ifd.write(layout, [value for value in values.values() if value is not None], at, following)
    return written + b"\0" * (len(written) % 2)


def _values(content: Content, entries: dict[int, IfdEntry]) -> Values:
    return {tag: _kept(content, entry) for tag, entry in entries.items()}


def _kept(content: Content, entry: IfdEntry) -> Value:
    if entry.is_inline:
        return Value(entry.tag, entry.kind, entry.count, bytes(content[entry.at : entry.at + entry.size]))
    return Value(entry.tag, entry.kind, entry.count, at=entry.at)


def _directory(content: Content, layout: IfdLayout, pointer: IfdEntry | None) -> Values:
    """What the directory says that a tag leads to; nothing where it leads nowhere."""
    at = next(iter(ifd.integers(content, layout, pointer)), 0) if pointer else 0
    if not at:
        return {}
    return _values(content, {entry.tag: entry for entry in reversed(ifd.read(content, layout, at)[0])})


def _main(layout: IfdLayout, said: Description) -> Values:
    values: Values = {
        _CAPTION: _text(_CAPTION, said.caption),
        _RATING: layout.short(_RATING, said.rating) if said.rating else None,
    }
    pairs = ((ARTIST, said.creator), (COPYRIGHT, said.copyright))
    return values | {tag: _text(tag, text) for tag, text in pairs if text}


def _camera(said: Description) -> Values:
    moment = said.moment
    if moment is None:
        return {}
    fraction = f"{moment.microsecond:06}".rstrip("0")
    written = f"{moment.year:04}:{moment.month:02}:{moment.day:02} {moment:%H:%M:%S}"
    pairs = ((_TAKEN, written), (_TAKEN_FRACTION, fraction), (_TAKEN_OFFSET, said.offset))
    return {tag: _text(tag, text) for tag, text in pairs}


def _position(layout: IfdLayout, said: Description) -> Values:
    if said.latitude is None or said.longitude is None:
        return {}
    values: Values = {
        0: Value(0, BYTE, 4, b"\x02\x03\0\0"),
        1: _text(1, "S" if said.latitude < 0 else "N"),
        _LATITUDE: _degrees(layout, _LATITUDE, said.latitude),
        3: _text(3, "W" if said.longitude < 0 else "E"),
        _LONGITUDE: _degrees(layout, _LONGITUDE, said.longitude),
    }
    if said.altitude_m is not None:
        values[5] = Value(5, BYTE, 1, b"\1" if said.altitude_m < 0 else b"\0")
        values[_ALTITUDE] = _rationals(layout, _ALTITUDE, [(round(abs(said.altitude_m) * 1000), 1000)])
    return values


def _degrees(layout: IfdLayout, tag: int, degrees: float) -> Value:
    # Degrees and minutes whole, seconds to a hundred millionth: some millimetres on the ground.
    tiny = round(abs(degrees) * 3600 * _TINY)
    minutes, seconds = divmod(tiny, 60 * _TINY)
    return _rationals(layout, tag, [(minutes // 60, 1), (minutes % 60, 1), (seconds, _TINY)])


def _rationals(layout: IfdLayout, tag: int, parts: list[tuple[int, int]]) -> Value:
    data = b"".join(struct.pack(layout.order + "II", *part) for part in parts)
    return Value(tag, RATIONAL, len(parts), data)


def _text(tag: int, text: str) -> Value | None:
    """UTF-8, as the Metadata Working Group recommends; None for no text."""
    data = text.replace("\0", "").encode() + b"\0"
    return Value(tag, ASCII, len(data), data) if text else None
