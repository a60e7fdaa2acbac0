"""TIFF: directories are written anew behind the pictures; pixels stay where they are, and all else becomes zeros.

Whatever no kept tag refers to is no part of the picture: camera data, thumbnails, previews, what programs append.
"""

from __future__ import annotations

from apps.media.formats import Damaged
from apps.media.metadata import allowed_facts, ifd
from apps.media.metadata.allowed_facts import AllowedFacts, Policy
from apps.media.metadata.ifd import IfdEntry, IfdLayout, Value
from apps.media.metadata.pieces import Content, Piece, Span, length_of, only

# What decoding needs, colours, page numbers, ImageJ's and LERC's way of packing.
_DRAWING = {
    *range(254, 260), *range(262, 267), *range(273, 274), *range(277, 285), *range(286, 294), *range(296, 298), 301,
    *range(317, 326), 328, 332, 334, 336, *range(338, 348), 351, *range(512, 522), *range(529, 533),
    32995, 32996, 32997, 32998, 34675, 50674,
}  # fmt: skip
_SUBFILE, _WIDTH, _HEIGHT, _BITS, _PACKING, _SAMPLES = 254, 256, 257, 258, 259, 277
_OFFSETS = {273: 279, 324: 325, 513: 514}
_OLD_TABLES = {519: 64, 520: 272, 521: 272}
_XMP, _IPTC, _PHOTOSHOP = 700, 33723, 34377
_THUMBNAIL = 1
_MOST_PAGES = 2_000
_HEAD = {False: 8, True: 16}


def plan(content: Content, policy: Policy) -> list[Piece]:
    """The pieces of the same pictures under a policy. Raises Damaged."""
    found = ifd.layout_of(content)
    if found is None:
        raise Damaged
    layout, at = found
    pages = _pages(content, layout, at)
    said = _facts(content, layout, pages[0]).under(policy)
    spans = [span for page in pages for span in _spans(content, layout, page)]
    tail_at = max((span.end for span in spans), default=0)
    tail_at = max(tail_at, _HEAD[layout.big])
    tail_at += tail_at % 2
    head = bytes(content[:4]) if not layout.big else bytes(content[:8])
    body = list(only(spans, tail_at))
    tail = _directories(content, layout, pages, said, tail_at)
    # The old header's own bytes are zeros or, where a hostile file says so, a picture's; ours go over them.
    return [head + layout.number(tail_at), *_without_head(body, _HEAD[layout.big]), tail]


def _without_head(body: list[Piece], length: int) -> list[Piece]:
    rest: list[Piece] = []
    for piece in body:
        size = length_of([piece])
        cut, length = min(size, length), max(0, length - size)
        if isinstance(piece, Span):
            rest.append(Span(piece.start + cut, piece.end))
        elif not isinstance(piece, bytes):
            rest.append(type(piece)(size - cut))
    return rest


def _pages(content: Content, layout: IfdLayout, at: int) -> list[dict[int, IfdEntry]]:
    """The directories of all pictures but thumbnails, by tag."""
    pages: list[dict[int, IfdEntry]] = []
    seen: set[int] = set()
    while at and at not in seen and len(seen) < _MOST_PAGES:
        seen.add(at)
        try:
            entries, following = ifd.read(content, layout, at)
        except Damaged:
            # A broken last page is what viewers pass over too; a broken first one is a broken file.
            if not pages:
                raise
            break
        page = {entry.tag: entry for entry in reversed(entries)}
        if not pages or not _number(content, layout, page, _SUBFILE, 0) & _THUMBNAIL:
            pages.append(page)
        at = following
    if not pages or _WIDTH not in pages[0]:
        raise Damaged
    return pages


def _number(content: Content, layout: IfdLayout, page: dict[int, IfdEntry], tag: int, default: int) -> int:
    entry = page.get(tag)
    return next(iter(ifd.integers(content, layout, entry)), default) if entry else default


def _facts(content: Content, layout: IfdLayout, page: dict[int, IfdEntry]) -> AllowedFacts:
    said = allowed_facts.from_directory(content, layout, page)
    for tag, read in (
        (_XMP, allowed_facts.from_xmp),
        (_IPTC, allowed_facts.from_iptc),
        (_PHOTOSHOP, allowed_facts.from_photoshop),
    ):
        entry = page.get(tag)
        if entry:
            said = said.or_else(read(bytes(content[entry.at : entry.at + entry.size])))
    return said


def _spans(content: Content, layout: IfdLayout, page: dict[int, IfdEntry]) -> list[Span]:
    """Where a page's pixels and the values of its kept tags lie."""
    spans = [Span(e.at, e.at + e.size) for tag, e in page.items() if tag in _DRAWING and not e.is_inline]
    for at_tag, size_tag in _OFFSETS.items():
        if at_tag in page:
            spans += _strips(content, layout, page, at_tag, size_tag)
    for tag, most in _OLD_TABLES.items():
        places = ifd.integers(content, layout, page[tag]) if tag in page else []
        spans += [Span(at, at + most) for at in places]
    return [Span(span.start, min(span.end, len(content))) for span in spans]


def _strips(content: Content, layout: IfdLayout, page: dict[int, IfdEntry], at_tag: int, size_tag: int) -> list[Span]:
    places = ifd.integers(content, layout, page[at_tag])
    sizes = ifd.integers(content, layout, page[size_tag]) if size_tag in page else []
    if len(places) > len(sizes):
        raise Damaged("This TIFF does not say how long its parts are. Please export it again.")
    least = _uncompressed(content, layout, page, len(places)) if at_tag == 273 else 0
    return [Span(at, at + max(size, least)) for at, size in zip(places, sizes, strict=False)]


def _uncompressed(content: Content, layout: IfdLayout, page: dict[int, IfdEntry], strips: int) -> int:
    """How long a strip without compression is: readers believe that more than what the file says."""
    if _number(content, layout, page, _PACKING, 1) != 1 or strips != 1:
        return 0
    width, height, bits, samples = (
        _number(content, layout, page, tag, default)
        for tag, default in ((_WIDTH, 0), (_HEIGHT, 0), (_BITS, 1), (_SAMPLES, 1))
    )
    return (width * bits * samples + 7) // 8 * height


def _directories(
    content: Content, layout: IfdLayout, pages: list[dict[int, IfdEntry]], said: AllowedFacts, at: int
) -> bytes:
    written = bytearray()
    for number, page in enumerate(pages):
        values = [_value(content, entry) for tag, entry in sorted(page.items()) if tag in _DRAWING]
        facts = said if number == 0 else AllowedFacts(allowed_facts.from_directory(content, layout, page).orientation)
        start = at + len(written)
        length = len(facts.directories(layout, start, values))
        following = start + length if number + 1 < len(pages) else 0
        written += facts.directories(layout, start, values, following)
    return bytes(written)


def _value(content: Content, entry: IfdEntry) -> Value:
    if entry.is_inline:
        return Value(entry.tag, entry.kind, entry.count, bytes(content[entry.at : entry.at + entry.size]))
    return Value(entry.tag, entry.kind, entry.count, at=entry.at)
