"""The sizes in which a guest may take photos home, and the files of each. Run in `acting_in(grant.studio)`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from isal.isal_zlib import crc32

from apps.accounts.models import Studio
from apps.media import damage, on_demand
from apps.media.facts import YEARS
from apps.media.formats import is_film
from apps.media.models import Blob, BlobState, Rendition
from apps.media.on_demand import VIDEO
from apps.media.storage import LocalStore, store
from apps.sharing.access import Grant
from apps.sharing.downloads import studio_sizes
from apps.sharing.downloads.files import File
from apps.sharing.models import Metadata
from apps.web.refusal import Refusal

# So much is read at once for CRCs of files from before they were counted; a worker does the rest, and all of it where
# reading asks a bucket: no page and no transaction waits for one.
READ_AT_ONCE = 64 << 20
_CHUNK = 1 << 20
_SEEN_EACH = timedelta(days=1)


class Unwhole(Refusal):
    """A file is missing or damaged."""

    status = 409
    code = "damaged"
    sentence = _("One of the photos cannot be delivered at the moment. The studio has been told; please ask them.")


@dataclass(slots=True)
class Unmade:
    """What has to be made before an archive can be planned. kind: of the rendition; "" for CRCs alone.

    sources: blobs of which a rendition is missing.  uncounted: blobs without a CRC.
    """

    kind: str
    sources: list[UUID] = field(default_factory=list)
    uncounted: list[UUID] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sources) + len(self.uncounted)


def pixels_of(studio: Studio) -> tuple[int, ...]:
    """The longest edges that the studio offers, the smallest first; the installation's, if it chose none."""
    return tuple(studio_sizes.offered(studio))


def is_offered(grant: Grant, size: str) -> bool:
    """True if the studio offers this size and the link gives it."""
    known = size in ("original", "web") or size in map(str, pixels_of(grant.studio))
    return known and grant.may_download(size)


def rendition_of(size: str, policy: str) -> str:
    """The kind of rendition that is delivered as this size, or "" for the original itself."""
    if size == "original":
        return "" if policy == Metadata.ALL else f"clean.{policy}"
    return size if size == "web" else f"fit.{size}"


def modified_at(taken_at: datetime | None, created_at: datetime) -> int:
    """When a photo was made, in seconds since 1970; a moment at an end of the calendar counts as unknown."""
    known = taken_at if taken_at is not None and taken_at.year in YEARS else created_at
    return int(known.timestamp())


_PHOTO = ("photo_id", "section_id", "section__title", "photo__camera_name", "photo__taken_at", "photo__created_at")
_BLOB = ("id", "mime", "size", "crc32", "sha256", "state", "storage_key", "alarmed_at")


# What `files_of` asks of each photo.
COLUMNS: Final = (*_PHOTO, *(f"photo__original__{name}" for name in _BLOB))


def files_of(grant: Grant, rows: Sequence[tuple[Any, ...]], size: str) -> tuple[list[File], Unmade]:
    """The files of photos in their order, and what is still to be made. rows: their `COLUMNS`.

    CRCs that nobody counted yet are counted now, as long as that is quick. Raises Unwhole for a damaged original;
    anything else that is damaged can be made again.
    """
    kind = rendition_of(size, grant.rights.metadata)
    sources = [row[len(_PHOTO)] for row in rows]
    blobs = (
        _renditions(grant.studio.pk, sources, kind) if kind else {row[len(_PHOTO)]: row[len(_PHOTO) :] for row in rows}
    )
    if kind == "web":
        # The small size of a video is the copy that plays, not its poster.
        films = [row[len(_PHOTO)] for row in rows if is_film(row[len(_PHOTO) + 1])]
        playing = _renditions(grant.studio.pk, films, VIDEO) if films else {}
        blobs = {source: blob for source, blob in blobs.items() if source not in films} | playing
        kind = VIDEO if len(playing) < len(set(films)) else kind
    missing = Unmade(kind, [source for source in dict.fromkeys(sources) if source not in blobs])
    crcs = _counted(grant.studio.pk, blobs, missing)
    files = []
    for row, source in zip(rows, sources, strict=True):
        blob = blobs.get(source)
        if blob is None or blob[0] not in crcs:
            continue
        blob_id, mime, length, _crc, sha256, state, key, alarmed_at = blob
        if state == BlobState.DAMAGED or alarmed_at is not None:
            raise Unwhole
        photo_id, section_id, title, name, taken_at, created_at = row[: len(_PHOTO)]
        section = (section_id, title) if section_id else None
        moment = modified_at(taken_at, created_at)
        files.append(File(photo_id, blob_id, section, name, mime, length, crcs[blob_id], sha256, moment, key))
    return files, missing


def _renditions(studio_id: UUID, sources: Sequence[UUID], kind: str) -> dict[UUID, tuple[Any, ...]]:
    """Whole blobs of a kind of rendition, by their source; what is damaged, or by an old recipe, is made again."""
    made = Rendition.objects.for_studio(studio_id).filter(source_id__any=sources, kind=kind, blob__state=BlobState.LIVE)
    recipe = on_demand.RECIPES.get(kind.partition(".")[0])
    if recipe is not None:
        made = made.filter(recipe=recipe)
    return {row[0]: row[1:] for row in made.values_list("source_id", *(f"blob__{name}" for name in _BLOB))}


def _counted(studio_id: UUID, blobs: dict[UUID, tuple[Any, ...]], missing: Unmade) -> dict[UUID, int]:
    """CRCs by blob. Those unknown are counted, up to `READ_AT_ONCE`; the rest goes to `missing`. blobs: by source."""
    known = {blob[0]: blob[3] for blob in blobs.values() if blob[3] is not None}
    left = READ_AT_ONCE if isinstance(store(), LocalStore) else 0
    for source, (blob_id, _mime, size, crc, sha256, state, key, _alarmed_at) in blobs.items():
        if crc is not None or blob_id in known or state == BlobState.DAMAGED:
            continue
        left -= size
        if left < 0:
            missing.uncounted.append(blob_id)
            continue
        try:
            known[blob_id] = count_crc(studio_id, blob_id, key, sha256)
        except Unwhole:
            damage.report(studio_id, blob_id, "missing or altered when an archive was planned")
            if not missing.kind:
                raise
            missing.sources.append(source)
    return known


def count_crc(studio_id: UUID, blob_id: UUID, key: str, sha256: str) -> int:
    """Read a file for its CRC and write it down. Raises Unwhole when it is not there or not what was recorded."""
    crc, digest = 0, hashlib.sha256()
    try:
        with store().open(key) as file:
            while chunk := file.read(_CHUNK):
                crc = crc32(chunk, crc)
                digest.update(chunk)
    except FileNotFoundError:
        digest = hashlib.sha256()
    if digest.hexdigest() != sha256:
        raise Unwhole
    Blob.objects.for_studio(studio_id).filter(pk=blob_id).update(crc32=crc)
    return crc


def mark_used(grant: Grant, size: str, blob_ids: Sequence[UUID]) -> None:
    """Note once a day that renditions made on demand are used; unused ones are swept. Originals never are."""
    if not rendition_of(size, grant.rights.metadata):
        return
    old = timezone.now() - _SEEN_EACH
    blobs = Blob.objects.for_studio(grant.studio).filter(pk__any=blob_ids, seen_at__lt=old)
    blobs.update(seen_at=timezone.now())
