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
from apps.web.raw_rows import insert


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
    photo, new = _photo_of(studio, blob, camera_name(name), by, fresh=fresh)
    placed = new
    if not new:
        # The photo's row is held before the album's, as everywhere (see `Album.hold`).
        placements.save_from_trash(photo)
    if album is not None:
        place_in = sections.named(album, section, by=by) if isinstance(section, str) else section
        placed = placements.place(album, photo, section=place_in, number=number, is_new=new)
    if new:
        insert(Version(studio=studio, photo=photo, blob=blob))
        # Last, because it locks the studio's row until the commit.
        studio.take_room(blob.size)
    elif photo.state == PhotoState.FAILED:
        photo.reprocess()
    return Ingested(photo, "stored" if placed else "duplicate")


def _photo_of(studio: Studio, blob: Blob, name: str, by: User | None, *, fresh: bool) -> tuple[Photo, bool]:
    """The studio's photo of these bytes; a new one goes to the start of the pipeline. fresh: so are the bytes."""
    # Also by a file that it no longer shows: a RAW that was retouched comes again with its card.
    known = None if fresh else photo_versions.owner_of(studio.pk, blob.pk)
    if known is not None:
        return known, False
    photo = Photo(studio=studio, original=blob, camera_name=name, uploaded_by=by)
    if not insert(photo, unless_there=True):
        # The same file was sent twice at one moment: the other row is the photo.
        return Photo.objects.for_studio(studio).get(original=blob), False
    pipeline.start(photo)
    return photo, True
