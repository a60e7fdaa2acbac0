"""A retouched file takes the place of a photo's file, once it could be decoded: until then the old one is shown."""

from __future__ import annotations

from typing import BinaryIO, Literal
from uuid import UUID

from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import photo_versions
from apps.albums.filenames.names import camera_name
from apps.albums.models import Photo, Version, VersionKind
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.media import cas, fingerprint, jail, on_demand, renditions
from apps.media.formats import FORMATS
from apps.media.models import Blob
from apps.media.render_result import Rendered
from apps.uploads import limits, progress
from apps.web.refusal import Refusal

#: The step that decodes a version and shows it.
REPLACE = "replace"
GIVEN_UP = "it could not be processed"


class OfAnotherPhoto(Refusal):
    """The file is one of another photo's."""

    status = 409
    code = "of_another_photo"
    sentence = "This file is already in your library as another photo, so it can’t replace this one."


def replace_file(photo: Photo, file: BinaryIO, *, name: str, by: User | None) -> Literal["replaced", "duplicate"]:
    """Read a whole file and let it take the place of the photo's. Raises what `cas.receive` and `replace` raise."""
    stored = cas.receive(file, limit=limits.most_bytes(name))
    try:
        with cas.keeping(photo.studio, stored) as (blob, _fresh):
            return replace(photo, blob, name=name, by=by)
    finally:
        stored.discard()


def replace(photo: Photo, blob: Blob, *, name: str, by: User | None) -> Literal["replaced", "duplicate"]:
    """Let these bytes take the place of the photo's file soon, in the transaction of `cas.keeping`.

    "duplicate": they are shown already.  A file that the photo had before is shown again at once.
    Raises OfAnotherPhoto or QuotaExceeded.
    """
    studio: Studio = photo.studio
    owner = photo_versions.owner_of(studio.pk, blob.pk)
    if owner is not None and owner.pk != photo.pk:
        raise OfAnotherPhoto
    if blob.pk == photo.original_id:
        return "duplicate"
    version, new = Version.objects.for_studio(studio).get_or_create(
        studio=studio,
        photo=photo,
        blob=blob,
        defaults={
            "kind": VersionKind.RETOUCHED,
            "is_current": False,
            "name": camera_name(name),
            "uploaded_by": by,
            "created_at": timezone.now(),
        },
    )
    if version.look:
        photo_versions.show(version, by=by)
        return "replaced"
    queue.put(studio, REPLACE, version.pk, queue=Queue.IMAGES, again=not new)
    if new:
        # Last, because it locks the studio's row until the commit.
        studio.take_room(blob.size)
    return "replaced"


def adopt(job: queue.Claimed) -> None:
    """Decode a version and let its photo show it. A version that is gone meanwhile is no error."""
    with acting_in(job.studio_id):
        rows = Version.objects.for_studio(job.studio_id).select_related("blob", "photo", "studio", "uploaded_by")
        version = rows.filter(pk=job.subject_id).first()
    if version is None:
        return
    try:
        rendered = renditions.render(version.blob)
    except jail.Rejected as rejected:
        _refuse(version, rejected.reason)
        raise queue.JobRefused(rejected.reason) from rejected
    except Exception as error:
        if queue.is_last(job, error):
            _refuse(version, GIVEN_UP)
        raise
    with acting_in(job.studio_id):
        version.look = _look(rendered)
        version.save(update_fields=["look"])
        photo_versions.show(version, by=version.uploaded_by, verb="photo.replaced")
        if version.look["kind"] == "video":
            on_demand.request(job.studio_id, [version.blob_id], on_demand.VIDEO)
        progress.announce(version.photo)


def given_up(studio_id: UUID, version_id: UUID) -> None:
    """The sweeper gave a version up because its worker died three times."""
    rows = Version.objects.for_studio(studio_id).select_related("blob", "photo", "studio", "uploaded_by")
    version = rows.filter(pk=version_id).first()
    if version is not None:
        _refuse(version, GIVEN_UP)


def _look(rendered: Rendered) -> dict[str, object]:
    seconds = rendered.facts.duration_seconds
    return {
        "width": rendered.width,
        "height": rendered.height,
        "color": rendered.color,
        "phash": fingerprint.as_signed(rendered.phash),
        "fingerprint_version": fingerprint.VERSION,
        "kind": FORMATS[rendered.format].kind,
        "duration_ms": round(seconds * 1000) if seconds else None,
        "recipe": rendered.recipe,
    }


def _refuse(version: Version, reason: str) -> None:
    """The file cannot be shown: the photo keeps the one it has, and its history says why."""
    with acting_in(version.studio_id):
        detail = {"name": version.name, "photo": version.photo.camera_name, "reason": reason}
        if Version.objects.for_studio(version.studio_id).filter(pk=version.pk).delete()[0]:
            version.studio.give_room(version.blob.size)
            note(version.studio, version.uploaded_by, "photo.replace_refused", version.photo, **detail)
