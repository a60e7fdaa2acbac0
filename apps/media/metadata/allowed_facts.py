"""The few facts of a file that outlive a policy, wherever the file keeps them, and EXIF that says them and no more."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from html import escape, unescape

from apps.media.facts import clean, parse_date
from apps.media.formats import Damaged
from apps.media.metadata import ifd
from apps.media.metadata.ifd import ASCII, UNDEFINED, IfdEntry, IfdLayout, Value
from apps.media.metadata.pieces import Content

ORIENTATION, ARTIST, COPYRIGHT, EXIF_IFD = 0x0112, 0x013B, 0x8298, 0x8769
_VERSION, _TAKEN, _TAKEN_OFFSET, _TAKEN_FRACTION = 0x9000, 0x9003, 0x9011, 0x9291
_COLOUR_SPACE, _UNCALIBRATED = 0xA001, 0xFFFF
_INTEROP_IFD, _INTEROP_INDEX, _ADOBE_RGB = 0xA005, 0x0001, "R03"
_TEXT = 400
_PACKET = 1 << 20
_LITTLE = IfdLayout("<")


class Policy(StrEnum):
    """copyright: who made it and when, its colours and which way is up.  none: colours and which way is up."""

    COPYRIGHT = "copyright"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AllowedFacts:
    """What survives. orientation: 1..8, None if the file does not say.  taken: as EXIF writes it.

    is_adobe_rgb: EXIF says so by its interoperability index, where no profile does.
    """

    orientation: int | None = None
    creator: str = ""
    copyright: str = ""
    taken: str = ""
    fraction: str = ""
    offset: str = ""
    is_adobe_rgb: bool = False

    def under(self, policy: Policy) -> AllowedFacts:
        """What of it the policy allows."""
        return self if policy is Policy.COPYRIGHT else self._only_look()

    def _only_look(self) -> AllowedFacts:
        return AllowedFacts(self.orientation, is_adobe_rgb=self.is_adobe_rgb)

    def or_else(self, other: AllowedFacts) -> AllowedFacts:
        """This, completed by what another place of the same file says."""
        moment = self if self.taken else other
        return AllowedFacts(
            self.orientation or other.orientation,
            self.creator or other.creator,
            self.copyright or other.copyright,
            moment.taken,
            moment.fraction,
            moment.offset,
            self.is_adobe_rgb or other.is_adobe_rgb,
        )

    def shorter(self) -> Iterator[AllowedFacts]:
        """The same, then with less and less: for a place that cannot grow."""
        yield self
        for limit in (120, 40):
            yield replace(self, creator=self.creator[:limit], copyright=self.copyright[:limit])
        yield replace(self, creator="", copyright=self.copyright[:40])
        yield replace(self, creator="", copyright=self.copyright[:40], taken="", fraction="", offset="")
        yield self._only_look()
        yield AllowedFacts(self.orientation)
        yield AllowedFacts()

    def exif(self) -> bytes:
        """A TIFF structure with these facts; b"" when there are none."""
        if self == AllowedFacts():
            return b""
        block = self.directories(_LITTLE, 8, [])
        return b"II*\0" + struct.pack("<I", 8) + block

    def xmp(self) -> bytes:
        """An XMP packet with creator and copyright."""
        creator = f"<dc:creator><rdf:Seq><rdf:li>{escape(self.creator)}</rdf:li></rdf:Seq></dc:creator>"
        words = (
            f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{escape(self.copyright)}</rdf:li></rdf:Alt></dc:rights>'
        )
        inside = (creator if self.creator else "") + (words if self.copyright else "")
        packet = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
        )
        return packet.encode()

    def directories(self, layout: IfdLayout, at: int, others: list[Value], next_at: int = 0) -> bytes:
        """The main directory at `at` with `others` and these facts, followed by those with moment and colours."""
        values = others + self._main(layout)
        if not self.taken and not self.is_adobe_rgb:
            return ifd.write(layout, values, at, next_at)
        # The lengths do not depend on where the pointers lead.
        length = len(ifd.write(layout, [*values, layout.pointer(EXIF_IFD, 0)], at, next_at))
        main = ifd.write(layout, [*values, layout.pointer(EXIF_IFD, at + length)], at, next_at)
        return main + self._camera(layout, at + length)

    def _main(self, layout: IfdLayout) -> list[Value]:
        values = [layout.short(ORIENTATION, self.orientation)] if self.orientation else []
        return values + [
            _text(tag, text) for tag, text in ((ARTIST, self.creator), (COPYRIGHT, self.copyright)) if text
        ]

    def _camera(self, layout: IfdLayout, at: int) -> bytes:
        """The camera's directory at `at`, followed by the one that names the colours."""
        pairs = ((_TAKEN, self.taken), (_TAKEN_OFFSET, self.offset), (_TAKEN_FRACTION, self.fraction))
        values = [Value(_VERSION, UNDEFINED, 4, b"0232"), *(_text(tag, text) for tag, text in pairs if text)]
        if not self.is_adobe_rgb:
            return ifd.write(layout, values, at)
        values.append(layout.short(_COLOUR_SPACE, _UNCALIBRATED))
        length = len(ifd.write(layout, [*values, layout.pointer(_INTEROP_IFD, 0)], at))
        camera = ifd.write(layout, [*values, layout.pointer(_INTEROP_IFD, at + length)], at)
        return camera + ifd.write(layout, [_text(_INTEROP_INDEX, _ADOBE_RGB)], at + length)


def _text(tag: int, text: str) -> Value:
    data = text.encode() + b"\0"
    return Value(tag, ASCII, len(data), data)


def words(value: bytes) -> str:
    """Text of a file as one clean line: UTF-8, else Latin-1."""
    value = value[: 4 * _TEXT].partition(b"\0")[0]
    try:
        return clean(value.decode("utf-8"), _TEXT)
    except UnicodeDecodeError:
        return clean(value.decode("latin-1"), _TEXT)


# -- where files keep them ---------------------------------------------------------------------------


def from_exif(content: Content, base: int = 0) -> AllowedFacts:
    """What the TIFF structure at `base` says. Never raises: a broken one says nothing."""
    try:
        found = ifd.layout_of(content, base)
        if found is None:
            return AllowedFacts()
        layout, at = found
        main = {entry.tag: entry for entry in ifd.read(content, layout, at, base)[0]}
        return from_directory(content, layout, main, base)
    except (Damaged, struct.error):
        return AllowedFacts()


def from_directory(content: Content, layout: IfdLayout, main: dict[int, IfdEntry], base: int = 0) -> AllowedFacts:
    """What a main directory and the camera's directory below it say."""
    kept = AllowedFacts(
        orientation=_orientation(content, layout, main),
        creator=_said(content, main, ARTIST),
        copyright=_said(content, main, COPYRIGHT),
    )
    camera = _below(content, layout, main.get(EXIF_IFD), base)
    interop = _below(content, layout, camera.get(_INTEROP_IFD), base)
    kept = replace(kept, is_adobe_rgb=_said(content, interop, _INTEROP_INDEX) == _ADOBE_RGB)
    return _with_moment(kept, *(_said(content, camera, tag) for tag in (_TAKEN, _TAKEN_FRACTION, _TAKEN_OFFSET)))


def _below(content: Content, layout: IfdLayout, pointer: IfdEntry | None, base: int) -> dict[int, IfdEntry]:
    """The directory that a tag leads to; empty when it leads nowhere."""
    try:
        (at,) = ifd.integers(content, layout, pointer)[:1] if pointer else [0]
        return {entry.tag: entry for entry in ifd.read(content, layout, at, base)[0]} if at else {}
    except (Damaged, struct.error, ValueError):
        return {}


def _said(content: Content, entries: dict[int, IfdEntry], tag: int) -> str:
    entry = entries.get(tag)
    return words(content[entry.at : entry.at + min(entry.size, 4 * _TEXT)]) if entry and entry.kind == ASCII else ""


def _orientation(content: Content, layout: IfdLayout, main: dict[int, IfdEntry]) -> int | None:
    entry = main.get(ORIENTATION)
    value = next(iter(ifd.integers(content, layout, entry)), 0) if entry and entry.count == 1 else 0
    return value if 1 <= value <= 8 else None


def _with_moment(kept: AllowedFacts, taken: str, fraction: str = "", offset: str = "") -> AllowedFacts:
    moment = parse_date(taken)
    if moment is None:
        return kept
    return replace(
        kept,
        taken=_exif_date(moment),
        fraction=fraction if re.fullmatch(r"[0-9]{1,9}", fraction) else "",
        offset=offset if re.fullmatch(r"[+\-]\d\d:\d\d", offset) else "",
    )


def _exif_date(moment: datetime) -> str:
    return f"{moment.year:04}:{moment.month:02}:{moment.day:02} {moment:%H:%M:%S}"


def from_xmp(packet: bytes) -> AllowedFacts:
    """What an XMP packet says. It is searched, never parsed: no XML of a stranger reaches a parser."""
    text = packet[:_PACKET].decode("utf-8", "replace")
    # Its orientation is passed over: browsers obey EXIF alone, and a copy must stand as the original does.
    kept = AllowedFacts(
        creator=_property(text, "dc:creator") or _property(text, "photoshop:Credit"),
        copyright=_property(text, "dc:rights"),
    )
    for name in ("exif:DateTimeOriginal", "photoshop:DateCreated"):
        moment = _property(text, name)
        if parse_date(moment):
            return _with_moment(kept, moment, offset=moment[-6:])
    return kept


def _property(text: str, name: str) -> str:
    start = re.search(rf"<{name}\b[^>]{{0,200}}>|\b{name}\s*=\s*(?=[\"'])", text)
    if start is None:
        return ""
    rest = text[start.end() : start.end() + 4000]
    if rest[:1] in "\"'" and not start[0].startswith("<"):
        return clean(unescape(rest[1:].partition(rest[0])[0]), _TEXT)
    rest = rest.partition(f"</{name}")[0]
    items = re.findall(r"<rdf:li\b[^>]*>([^<]*)", rest) or [rest.partition("<")[0]]
    return clean(unescape(", ".join(filter(None, (item.strip() for item in items[:5])))), _TEXT)


def from_photoshop(resources: bytes) -> AllowedFacts:
    """What IPTC among Photoshop's image resources says."""
    at = 0
    while resources[at : at + 4] in (b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR") and at + 12 <= len(resources):
        name = resources[at + 6] + 1
        start = at + 6 + name + name % 2
        size = int.from_bytes(resources[start : start + 4], "big")
        if resources[at + 4 : at + 6] == b"\x04\x04":
            return from_iptc(resources[start + 4 : start + 4 + size])
        at = start + 4 + size + size % 2
    return AllowedFacts()


def from_iptc(data: bytes) -> AllowedFacts:
    """What IPTC's datasets say: by-line or credit, and copyright."""
    found: dict[int, str] = {}
    at = 0
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        record, number, size = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        if size & 0x8000:
            break
        if record == 2:
            found.setdefault(number, words(data[at + 5 : at + 5 + size]))
        at += 5 + size
    return AllowedFacts(creator=found.get(80) or found.get(110, ""), copyright=found.get(116, ""))
