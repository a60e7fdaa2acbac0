"""Picked photos for other programs: file names as text, a table, XMP sidecars."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from django.db.models import QuerySet

from apps.albums.filenames.index import stem_of
from apps.albums.models import Album, Flag, placements_of
from apps.sharing.models import Verdict, Work
from apps.sharing.review.answers import Said, Sayings
from apps.web import tables

# The longest list is that of an album; every program named here takes it in one go.
FORMS = {
    "lightroom": "Lightroom",
    "lightroom-comma": "Lightroom, with commas",
    "capture-one": "Capture One",
    "finder": "Finder",
    "lines": "One name per line",
}
REJECTED = -1
NEVER_IN_XML = {ord(c): None for c in map(chr, range(32)) if c not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True, slots=True)
class Named:
    """A photo as other programs know it, with the studio's own marks."""

    id: UUID
    name: str
    rating: int
    label: str
    flag: str
    keywords: Sequence[str]

    @property
    def stem(self) -> str:
        return stem_of(self.name)


def photos(album: Album, ids: QuerySet[Any] | Collection[UUID]) -> list[Named]:
    """These photos of the album in its order. One query."""
    rows = placements_of(album).live().filter(photo_id__in=ids).in_order()
    columns = ("photo_id", "photo__camera_name", "photo__rating", "photo__label", "photo__flag", "photo__keywords")
    return [Named(*row) for row in rows.values_list(*columns)]


def names(photos: Iterable[Named], form: str) -> str:
    """File names for the search field of a program, each once.

    Lightroom looks for any of the words in the names; Capture One and Finder take words joined by "or".
    """
    files = [photo.name for photo in photos]
    stems = list(dict.fromkeys(map(stem_of, files)))
    if form == "lightroom":
        # A name with a blank would be two words.
        return ", ".join(stems) if any(" " in stem for stem in stems) else " ".join(stems)
    if form == "lightroom-comma":
        return ", ".join(stems)
    if form == "capture-one":
        return ",".join(stems)
    if form == "finder":
        quoted = (stem.replace('"', "") for stem in stems)
        return " OR ".join(f'name:"{stem}"' for stem in quoted)
    return "\n".join(dict.fromkeys(files))


# -- table ---------------------------------------------------------------------------------------------------

HEAD = [
    "File", "Person", "Email", "Lists", "Round", "Work", "Verdict", "Label", "Stars",
    "Studio stars", "Studio flag", "Studio label", "Keywords",
]  # fmt: skip


def table(photos: Iterable[Named], sayings: Sayings) -> Iterator[str]:
    """Lines of CSV: one for each photo and person; photos about which nobody said anything have one, too."""
    yield tables.line(HEAD)
    for photo in photos:
        own = [photo.rating or "", photo.flag, photo.label, ", ".join(map(str, photo.keywords))]
        people: list[Said | None] = [*sayings.get(photo.id, ())]
        for said in people or [None]:
            yield tables.line([photo.name, *_cells(said), *own])


def _cells(said: Said | None) -> list[object]:
    if said is None:
        return [""] * 8
    lists = ", ".join(title for title, _, _ in said.picks)
    rounds = ", ".join(str(number) for _, number, _ in said.picks)
    work = ", ".join(Work(work).label for _, _, work in said.picks)
    verdict = Verdict(said.verdict).label if said.verdict else ""
    return [said.name, said.email, lists, rounds, work, verdict, said.label, said.stars or ""]


# -- sidecars ------------------------------------------------------------------------------------------------


def own_marks(photo: Named) -> Said:
    """The studio's own marks in the shape of a visitor's."""
    verdict = Verdict.REJECTED.value if photo.flag == Flag.REJECT.value else ""
    return Said(UUID(int=0), "", "", verdict=verdict, label=photo.label, stars=photo.rating)


def sidecar(photo: Named, said: Said) -> str:
    """XMP as Lightroom, Bridge and Capture One read it: rating, label, keywords. A rejected photo is rated -1."""
    rating = REJECTED if said.verdict == Verdict.REJECTED.value else said.stars
    label = f"\n    xmp:Label={_attribute(said.label.capitalize())}" if said.label else ""
    words = "".join(f"\n     <rdf:li>{_text(word)}</rdf:li>" for word in _keywords(photo, said))
    subject = f"\n   <dc:subject>\n    <rdf:Bag>{words}\n    </rdf:Bag>\n   </dc:subject>" if words else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '  <rdf:Description rdf:about=""\n'
        '    xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n'
        '    xmlns:dc="http://purl.org/dc/elements/1.1/"\n'
        f'    xmp:Rating="{rating}"{label}>{subject}\n'
        "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )


def _keywords(photo: Named, said: Said) -> list[str]:
    lists = [title for title, _, _ in said.picks]
    verdict = [Verdict(said.verdict).name.capitalize()] if said.verdict and said.name else []
    return list(dict.fromkeys([*map(str, photo.keywords), *lists, *verdict]))


def _text(text: str) -> str:
    return escape(text.translate(NEVER_IN_XML))


def _attribute(text: str) -> str:
    return quoteattr(text.translate(NEVER_IN_XML))


def sidecars(marked: Iterable[tuple[Named, Said]]) -> bytes:
    """A ZIP of sidecars named as Lightroom wants them, "IMG_1234.xmp" beside "IMG_1234.CR3".

    A second photo with the same stem keeps its ending in the name, so that none is lost.
    """
    file = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for photo, said in marked:
            name = next(name for name in _file_names(photo, len(taken)) if name.casefold() not in taken)
            taken.add(name.casefold())
            archive.writestr(zipfile.ZipInfo(name), sidecar(photo, said).encode())
    return file.getvalue()


def _file_names(photo: Named, number: int) -> Iterator[str]:
    safe = [part.replace("/", "-").replace("\\", "-").strip(". ") or "photo" for part in (photo.stem, photo.name)]
    yield from (f"{part}.xmp" for part in safe)
    yield f"{safe[1]}-{number}.xmp"
