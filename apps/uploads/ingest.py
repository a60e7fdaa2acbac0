"""Keep one file as a photo: the deed behind the page, the API and everything that will ever upload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

from apps.accounts.models import Studio, User
from apps.albums import photo_versions, placements, sections
from apps.albums.filenames.names import camera_name
from apps.albums.models import Album, Photo, PhotoState, Section, Version
from apps.media import cas
from apps.media.models import Blob
from apps.uploads import limits, pipeline, receipts, replacing
from apps.web.compiled_queries import together
from apps.web.raw_rows import insert, inserting


@dataclass(frozen=True, slots=True)
class Ingested:
    """A photo that is safe now, and whether the album had it already, or got another file for it."""

    photo: Photo
    status: Literal["stored", "duplicate", "replaced"]


def ingest_file(
    studio: Studio,
    album: Album | None,
    file: BinaryIO,
    *,
    name: str,
    by: User,
    section: Section | str | None = None,
) -> Ingested:
    """Read a whole file and keep it. Raises what `cas.receive` and `ingest` raise; then nothing was kept."""
    stored = cas.receive(file, limit=limits.most_bytes(name))
    try:
        return ingest(studio, album, stored, name=name, by=by, section=section)
    finally:
        stored.discard()


def ingest(
    studio: Studio,
    album: Album | None,
    stored: cas.Stored,
    *,
    name: str,
    by: User | None,
    section: Section | str | None = None,
    number: int | None = None,
    replace: Photo | Literal["name"] | None = None,
    told: receipts.OnReceipt | None = None,
) -> Ingested:
    """Make durable bytes a photo of the studio, lying in `album` if one is given.

    The same bytes again are the same photo. When this returns (after the outermost commit), the photo survives
    a power cut and its processing is on the list.

    section: where in the album; a string is a title and makes the section if needed.
    number: the sender's own count, for the order by hand.  by: None for what a watched folder brought.
    replace: the photo whose file it takes the place of; "name": of the album's photo that has its name, if one has.
    told: the receipt on which it stands.
    Raises QuotaExceeded or replacing.OfAnotherPhoto; then nothing was kept.
    """
    with cas.keeping(studio, stored) as kept:
        found = as_photo(studio, album, kept, name=name, by=by, section=section, number=number, replace=replace)
        if told is not None:
            receipts.note(told, kept[0], name=name, status=found.status, photo=found.photo)
        return found


def as_photo(
    studio: Studio,
    album: Album | None,
    kept: tuple[Blob, bool],
    *,
    name: str,
    by: User | None,
    section: Section | str | None = None,
    number: int | None = None,
    replace: Photo | Literal["name"] | None = None,
) -> Ingested:
    """The rows of `ingest`, in the transaction of `cas.keeping`, which gave `kept`: the blob, and whether it is new."""
    blob, fresh = kept
    if replace == "name":
        replace = photo_versions.namesake(album, name) if album is not None else None
    if replace is not None:
        return Ingested(replace, replacing.replace(replace, blob, name=name, by=by))
    photo = Photo(studio=studio, original=blob, camera_name=camera_name(name), uploaded_by=by)
    known = _known(photo, fresh=fresh)
    if known is not None:
        placements.save_from_trash(known)
    if isinstance(section, str):
        section = sections.named(album, section, by=by) if album is not None else None
    if known is None:
        _keep_new(studio, photo, album, section=section, number=number, is_there=not fresh)
        return Ingested(photo, "stored")
    placed = album is not None and placements.place(album, known, section=section, number=number)
    if known.state == PhotoState.FAILED:
        known.reprocess()
    return Ingested(known, "stored" if placed else "duplicate")


def _known(photo: Photo, *, fresh: bool) -> Photo | None:
    """The studio's photo of these bytes, if there is one; else `photo` is, and has its row. fresh: new bytes.

    Of new bytes nobody else can have a photo; that one gets its row in `_keep_new`.
    """
    if fresh:
        return None
    # Also by a file that it no longer shows: a RAW that was retouched comes again with its card.
    known = photo_versions.owner_of(photo.studio_id, photo.original_id)
    if known is None and not insert(photo, unless_there=True):
        # The same file was sent twice at one moment: the other row is the photo.
        return Photo.objects.for_studio(photo.studio_id, by_key=True).get(original=photo.original_id)
    return known


def _keep_new(
    studio: Studio, photo: Photo, album: Album | None, *, section: Section | None, number: int | None, is_there: bool
) -> None:
    """All rows of a photo that nobody has seen, in one exchange. is_there: it has its own row already."""
    rows = [] if is_there else [inserting(photo)]
    rows.append(inserting(Version(studio=studio, photo=photo, blob_id=photo.original_id)))
    if album is not None:
        rows.append(inserting(placements.placement_for(album, photo, section=section, number=number)))
    # Room comes last, because it locks the studio's row until the commit.
    *_, taken = together(*rows, *pipeline.starting(photo), studio.taking_room(photo.original.size))
    studio.check_taken(taken)
    photo._state.adding = False
