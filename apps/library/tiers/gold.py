"""The gold copy of an approved photo: its file, which says what the record says, or an XMP sidecar beside it.

It is a version of the photo that is never shown. The file that is shown stays as it is, bit for bit.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.albums import photo_versions
from apps.albums.filenames.index import stem_of
from apps.albums.models import Photo, Version, VersionKind
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.library.tiers import said
from apps.media import cas, jail
from apps.media.formats import FORMATS, HEAD_BYTES, sniff
from apps.media.handover import EMBEDDED, SAID
from apps.media.metadata.embed import packet
from apps.media.metadata.embed.containers import HOLDING
from apps.media.metadata.embed.description import Description
from apps.media.models import Blob
from apps.media.storage import as_local_file, temp_directory

#: The kind of job that writes the copy of a photo.
GOLD: Final = "gold"
XMP, XMP_ENDING = "application/rdf+xml", "xmp"
_ENDINGS: Final = {format.mime: format.extensions for format in FORMATS.values()}
# What three kinds of metadata can add to a file; Photoshop's resources may be some megabytes.
_ROOM: Final = 16 << 20


def request(photo: Photo) -> None:
    """Have the copy written, in the transaction that approved the photo or changed its record."""
    queue.put(photo.studio_id, GOLD, photo.pk, queue=Queue.IMAGES, again=True)


def photo_came(job: queue.Claimed) -> None:
    """Step after the renditions: a photo that was approved before it was read has no copy yet."""
    with acting_in(job.studio_id):
        photo = Photo.objects.for_studio(job.studio_id).filter(pk=job.subject_id, approved_at__isnull=False).first()
        if photo is not None and photo_versions.gold_of(photo) is None:
            request(photo)


def write(job: queue.Claimed) -> None:
    """Write the copy of one photo. One that is approved no more, or gone, is no error."""
    with acting_in(job.studio_id):
        rows = Photo.objects.for_studio(job.studio_id).select_related("original", "studio")
        photo = rows.filter(pk=job.subject_id, approved_at__isnull=False, trashed_at__isnull=True).first()
        if photo is None or not photo.is_ready:
            return
        words = said.of(photo)
    out = Path(mkdtemp(prefix="gold.", dir=temp_directory()))
    try:
        stored = _embedded(photo.original, words, out) or _sidecar(words, out)
        try:
            with cas.keeping(job.studio_id, stored) as (blob, _):
                _take(photo, blob)
        finally:
            stored.discard()
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _embedded(blob: Blob, words: Description, out: Path) -> cas.Stored | None:
    """The file with these words in it, or None where its format cannot hold them. Raises jail.Crashed, OSError."""
    if blob.mime not in HOLDING:
        return None
    (out / SAID).write_text(json.dumps(words.as_plain()))
    limits = jail.Limits(file_bytes=blob.size + _ROOM, wall_seconds=90.0)
    with as_local_file(blob.storage_key) as source:
        try:
            jail.run("apps.media.metadata.embed.task:embed", source, out, limits=limits)
        except jail.Rejected:
            return None
    with jail.open_made(out / EMBEDDED) as file:
        if sniff(file.read(HEAD_BYTES)).mime != blob.mime:
            return None
    return cas.receive_path(out / EMBEDDED)


def _sidecar(words: Description, out: Path) -> cas.Stored:
    path = out / "sidecar.xmp"
    path.write_bytes(packet.merged(b"", words))
    return cas.receive_path(path, mime=XMP)


def _take(photo: Photo, blob: Blob) -> None:
    """Let this be the photo's gold copy, in the transaction of `cas.keeping`. The one before goes."""
    studio = photo.studio
    held = Photo.objects.for_studio(studio).filter(pk=photo.pk, original_id=photo.original_id)
    fresh = held.select_for_update(no_key=True).first()
    if fresh is None:
        return
    versions = Version.objects.for_studio(studio).filter(photo_id=photo.pk)
    gone = list(versions.filter(kind=VersionKind.GOLD).exclude(blob_id=blob.pk).select_related("blob"))
    now = timezone.now()
    version, new = versions.get_or_create(
        studio=studio,
        photo=photo,
        blob=blob,
        defaults={"kind": VersionKind.GOLD, "is_current": False, "name": _name(photo, blob), "created_at": now},
    )
    if not new:
        Version.objects.for_studio(studio).filter(pk=version.pk).update(created_at=now)
    versions.filter(pk__in=[old.pk for old in gone]).delete()
    if fresh.updated_at != photo.updated_at:
        # The record changed while the copy was written.
        request(fresh)
    # Last, because it locks the studio's row until the commit.
    if new:
        studio.take_room(blob.size)
    if gone:
        studio.give_room(sum(old.blob.size for old in gone), files=len(gone))


def _name(photo: Photo, blob: Blob) -> str:
    """The photo's name, with an ending that says what the copy is."""
    endings = _ENDINGS.get(blob.mime, (XMP_ENDING,))
    name, ending = photo.camera_name, photo.camera_name.rpartition(".")[2].lower()
    return name if ending in endings else f"{stem_of(name)[:240]}.{endings[0]}"
