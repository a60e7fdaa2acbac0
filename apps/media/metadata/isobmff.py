"""HEIC and AVIF: nothing moves; what is no picture is overwritten in place, and what lies behind the picture goes.

Of the media data only what a picture's item or a track's sample refers to is left; Exif and XMP items become small
ones of the same length.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.media.formats import Damaged
from apps.media.metadata import allowed_facts
from apps.media.metadata.allowed_facts import AllowedFacts, Policy
from apps.media.metadata.pieces import Content, Piece, Span, Zeros, merged

_KEPT_BOXES = {b"ftyp", b"meta", b"mdat", b"moov"}
# Items that are data about the picture and no picture.
_EXIF, _MIME, _URI = b"Exif", b"mime", b"uri "
# Properties and boxes that hold people's words or anything at all.
_TALK = {b"xml ", b"bxml", b"uuid", b"udta", b"udes", b"altt", b"crtt", b"mdft", b"free", b"skip", b"prft"}
_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"iprp", b"ipco"}
_TIMES = {b"mvhd", b"tkhd", b"mdhd"}
_PICTURE_TRACKS = {b"pict", b"vide", b"auxv"}
_MOST_ITEMS = 20_000
_MOST_SAMPLES = 1_000_000


@dataclass(frozen=True, slots=True)
class Box:
    """kind, and where it begins, its body begins, and it ends."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(slots=True)
class _Edit:
    """What is to be written over the old bytes, and which bytes of the media data are pictures."""

    patches: dict[int, bytes | Zeros] = field(default_factory=dict)
    pictures: list[Span] = field(default_factory=list)

    def blank(self, box: Box) -> None:
        """Make a box free space of the same length."""
        self.patches[box.start + 4] = b"free"
        self.patches[box.body] = Zeros(box.end - box.body)


def plan(content: Content, policy: Policy) -> list[Piece]:
    """The pieces of the same picture under a policy. Raises Damaged."""
    try:
        return _plan(content, policy)
    except (struct.error, IndexError) as error:
        raise Damaged from error


def _plan(content: Content, policy: Policy) -> list[Piece]:
    edit = _Edit()
    top = list(boxes(content, 0, len(content)))
    while top and top[-1].kind not in _KEPT_BOXES:
        top.pop()
    if not any(box.kind in (b"meta", b"moov") for box in top):
        raise Damaged
    for box in top:
        if box.kind == b"meta":
            _meta(content, box, policy, edit)
        elif box.kind == b"moov":
            _tidy(content, box, policy, edit)
            _tracks(content, box, edit)
        elif box.kind not in _KEPT_BOXES:
            edit.blank(box)
    _empty_media(top, edit)
    return list(_pieces(edit, top[-1].end))


def boxes(content: Content, at: int, end: int) -> Iterator[Box]:
    """The boxes in [at, end), one behind the other. Raises Damaged for one that ends elsewhere."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, at + 8)
            body = at + 16
        stop = end if size == 0 else at + size
        if stop > end or stop < body:
            raise Damaged
        yield Box(kind, at, body, stop)
        at = stop


def _child(content: Content, start: int, end: int, kind: bytes) -> Box | None:
    return next((box for box in boxes(content, start, end) if box.kind == kind), None)


# -- the picture's items -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ContentItem:
    id: int
    kind: bytes
    is_packed: bool


def _meta(content: Content, box: Box, policy: Policy, edit: _Edit) -> None:
    parts: dict[bytes, Box] = {}
    for part in boxes(content, box.body + 4, box.end):
        parts[part.kind] = part
        if part.kind in _TALK:
            edit.blank(part)
        elif part.kind == b"iprp":
            _tidy(content, part, policy, edit)
    if b"iinf" not in parts or b"iloc" not in parts:
        return
    items = {item.id: item for item in items_of(content, parts[b"iinf"])}
    idat = parts.get(b"idat")
    extents = dict(extents_of(content, parts[b"iloc"], idat))
    drawn = [span for pk, spans in extents.items() if not _is_talk(items.get(pk)) for span in spans]
    edit.pictures += drawn
    if idat:
        inside = [span for span in drawn if idat.body <= span.start < idat.end]
        _blank_between(edit, inside, idat.body, idat.end)
    said = _facts(content, items, extents)
    by_exif, by_xmp = (facts.under(policy) for facts in said)
    if any(item.kind == _EXIF for item in items.values()):
        # One place says it; only a file without Exif goes on saying it in XMP.
        by_exif, by_xmp = by_exif.or_else(by_xmp), AllowedFacts()
    for item in filter(_is_talk, items.values()):
        _silence(item, extents.get(item.id, []), by_exif if item.kind == _EXIF else by_xmp, edit, len(content))


def _is_talk(item: ContentItem | None) -> bool:
    return item is None or item.kind in (_EXIF, _MIME, _URI)


def items_of(content: Content, iinf: Box) -> Iterator[ContentItem]:
    version = content[iinf.body]
    first = iinf.body + (6 if version == 0 else 8)
    for number, box in enumerate(boxes(content, first, iinf.end)):
        version = content[box.body]
        if number > _MOST_ITEMS or box.kind != b"infe" or version < 2:
            raise Damaged
        wide = version > 2
        (pk,) = struct.unpack_from(">I" if wide else ">H", content, box.body + 4)
        at = box.body + (10 if wide else 8)
        kind = bytes(content[at : at + 4])
        texts = bytes(content[at + 4 : box.end]).split(b"\0")
        yield ContentItem(pk, kind, is_packed=kind == _MIME and len(texts) > 2 and bool(texts[2]))


def extents_of(content: Content, iloc: Box, idat: Box | None) -> Iterator[tuple[int, list[Span]]]:
    """The places of each item, in the file's own counting."""
    version = content[iloc.body]
    if version > 2:
        raise Damaged
    sizes, more = content[iloc.body + 4], content[iloc.body + 5]
    reader = _Reader(content, iloc.body + 6, iloc.end)
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    for _ in range(min(reader.take(4 if version == 2 else 2), _MOST_ITEMS)):
        pk = reader.take(4 if version == 2 else 2)
        method = reader.take(2) & 15 if version else 0
        elsewhere = reader.take(2)
        base, spans = reader.take(base_size), []
        for _ in range(reader.take(2)):
            reader.take(index_size)
            at, length = base + reader.take(offset_size), reader.take(length_size)
            end = len(content)
            if method == 1 and idat:
                at, end = at + idat.body, idat.end
            if method < 2 and not elsewhere:
                spans.append(Span(at, min(at + length, end) if length else end))
        yield pk, spans


@dataclass(slots=True)
class _Reader:
    content: Content
    at: int
    end: int

    def take(self, size: int) -> int:
        if self.at + size > self.end:
            raise Damaged
        self.at += size
        return int.from_bytes(self.content[self.at - size : self.at], "big")


def _facts(
    content: Content, items: dict[int, ContentItem], extents: dict[int, list[Span]]
) -> tuple[AllowedFacts, AllowedFacts]:
    """What the Exif items say, and what XMP says."""
    found, by_xmp = AllowedFacts(), AllowedFacts()
    for pk, item in items.items():
        if item.kind not in (_EXIF, _MIME) or item.is_packed:
            continue
        spans = extents.get(pk, [])
        data = b"".join(bytes(content[span.start : min(span.end, span.start + (1 << 20))]) for span in spans)
        if item.kind == _EXIF:
            found = found.or_else(allowed_facts.from_exif(data, 4 + int.from_bytes(data[:4], "big")))
        else:
            by_xmp = by_xmp.or_else(allowed_facts.from_xmp(data))
    return found, by_xmp


def _silence(item: ContentItem, spans: list[Span], said: AllowedFacts, edit: _Edit, most: int) -> None:
    """Overwrite an item's data, wherever its parts lie, with so much of what is kept as fits."""
    room = sum(max(0, span.end - span.start) for span in spans)
    if room > most:
        raise Damaged
    data = b""
    if item.kind == _EXIF:
        data = _short_exif(said, room)
    elif item.kind == _MIME and not item.is_packed:
        data = _short_packet(said, min(room, 1 << 20))
    for span in spans:
        length = max(0, span.end - span.start)
        part, data = data[:length], data[length:]
        if part:
            edit.patches[span.start] = part
        if length > len(part):
            edit.patches[span.start + len(part)] = Zeros(length - len(part))


def _short_exif(said: AllowedFacts, room: int) -> bytes:
    for less in said.shorter():
        block = less.exif() or b"II*\0\x08\0\0\0" + bytes(6)
        data = b"\0\0\0\x06Exif\0\0" + block
        if len(data) <= room:
            return data
    return b""


def _short_packet(said: AllowedFacts, room: int) -> bytes:
    """An XMP packet of exactly this length; blanks fill it, as the format wants it."""
    for less in said.shorter():
        packet = less.xmp()
        if len(packet) <= room:
            return packet.ljust(room)
    return b" " * room


def _blank_between(edit: _Edit, keeping: list[Span], start: int, end: int) -> None:
    at = start
    for span in merged(keeping):
        if span.start > at:
            edit.patches[at] = Zeros(min(span.start, end) - at)
        at = max(at, span.end)
    if at < end:
        edit.patches[at] = Zeros(end - at)


# -- sequences ---------------------------------------------------------------------------------------


def _tidy(content: Content, box: Box, policy: Policy, edit: _Edit) -> None:
    """Blank what talks, at any depth, and under `none` the moments of making."""
    for inner in boxes(content, box.body, box.end):
        if inner.kind in _TALK or (inner.kind == b"meta" and box.kind != b"iprp"):
            edit.blank(inner)
        elif inner.kind in _CONTAINERS:
            _tidy(content, inner, policy, edit)
        elif inner.kind in _TIMES and policy is Policy.NONE:
            edit.patches[inner.body + 4] = bytes(16 if content[inner.body] == 1 else 8)


def _tracks(content: Content, moov: Box, edit: _Edit) -> None:
    """Keep the samples of the tracks that are pictures; other tracks become free space."""
    for trak in boxes(content, moov.body, moov.end):
        if trak.kind != b"trak":
            continue
        mdia = _child(content, trak.body, trak.end, b"mdia")
        hdlr = mdia and _child(content, mdia.body, mdia.end, b"hdlr")
        minf = mdia and _child(content, mdia.body, mdia.end, b"minf")
        stbl = minf and _child(content, minf.body, minf.end, b"stbl")
        if hdlr and stbl and bytes(content[hdlr.body + 8 : hdlr.body + 12]) in _PICTURE_TRACKS:
            edit.pictures += _samples(content, {box.kind: box for box in boxes(content, stbl.body, stbl.end)})
        else:
            edit.patches = {at: over for at, over in edit.patches.items() if not trak.start <= at < trak.end}
            edit.blank(trak)


def _samples(content: Content, tables: dict[bytes, Box]) -> Iterator[Span]:
    """Where a track's samples lie, chunk by chunk."""
    sizes, runs = tables[b"stsz"], tables[b"stsc"]
    same, count = struct.unpack_from(">II", content, sizes.body + 4)
    if count > _MOST_SAMPLES or (not same and sizes.body + 12 + 4 * count > sizes.end):
        raise Damaged
    lengths = [same] * count if same else list(struct.unpack_from(f">{count}I", content, sizes.body + 12))
    wide = b"co64" in tables
    chunks = tables[b"co64" if wide else b"stco"]
    (number,) = struct.unpack_from(">I", content, chunks.body + 4)
    if chunks.body + 8 + (8 if wide else 4) * number > chunks.end:
        raise Damaged
    places = struct.unpack_from(f">{number}{'Q' if wide else 'I'}", content, chunks.body + 8)
    (many,) = struct.unpack_from(">I", content, runs.body + 4)
    if runs.body + 8 + 12 * many > runs.end:
        raise Damaged
    firsts = [struct.unpack_from(">II", content, runs.body + 8 + 12 * run) for run in range(many)]
    done, run = 0, 0
    for chunk, at in enumerate(places, 1):
        while run + 1 < many and firsts[run + 1][0] <= chunk:
            run += 1
        per = firsts[run][1] if firsts else 0
        yield Span(at, at + sum(lengths[done : done + per]))
        done += per


# -- the file anew -----------------------------------------------------------------------------------


def _empty_media(top: list[Box], edit: _Edit) -> None:
    """In the media data only pictures stay, and the small items that were written over old ones."""
    ours = [Span(at, at + len(over)) for at, over in edit.patches.items() if isinstance(over, bytes)]
    for box in top:
        if box.kind == b"mdat":
            inside = [span for span in (*edit.pictures, *ours) if span.end > box.body and span.start < box.end]
            for at in [at for at, over in edit.patches.items() if box.body <= at < box.end and isinstance(over, Zeros)]:
                del edit.patches[at]
            _blank_between(edit, [Span(max(s.start, box.body), min(s.end, box.end)) for s in inside], box.body, box.end)


def _pieces(edit: _Edit, end: int) -> Iterator[Piece]:
    at = 0
    for start, over in sorted(edit.patches.items()):
        length = over.length if isinstance(over, Zeros) else len(over)
        if start < at or length <= 0 or start >= end:
            # Hostile files let a picture and a text share bytes; what was written first stands.
            if start < at and start + length > at and length > 0:
                start, over = at, Zeros(start + length - at)
                length = over.length
            else:
                continue
        length = min(length, end - start)
        if start > at:
            yield Span(at, start)
        yield over[:length] if isinstance(over, bytes) else Zeros(length)
        at = start + length
    if at < end:
        yield Span(at, end)
