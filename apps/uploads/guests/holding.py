"""What guests send lies in a section of its own, hidden from every guest until the studio shows it.

Nothing says twice whether it waits: a guest's photo that is hidden in its album waits, one that is shown is approved,
one in the trash is rejected. So the studio's own acts (show, hide, move, delete, undo) decide, wherever they are done.
"""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.albums import counts, placements
from apps.albums.filenames.names import camera_name
from apps.albums.models import Album, Photo, Placement
from apps.media.models import Blob
from apps.sharing.models import Activity, ActivityKind, ShareLink
from apps.uploads.guests import digest
from apps.uploads.guests.waiting import waiting
from apps.uploads.ingest import as_photo
from apps.uploads.models import ReceivedFile, ReceivedState, Upload, UploadResult

SECTION: Final = "From guests"


def keep(upload: Upload, kept: tuple[Blob, bool], *, name: str) -> tuple[Photo, UploadResult]:
    """Make a guest's file a photo in the transaction of `cas.keeping`, which gave `kept`.

    Bytes that lie in the album already stay as the studio has them. Raises what `ingest.as_photo` raises.
    """
    album = upload.album
    assert album is not None
    album.studio = upload.studio
    assert upload.link_id is not None
    link = ShareLink.objects.for_studio(upload.studio_id).only("uploads_wait").get(pk=upload.link_id)
    ingested = as_photo(upload.studio, album, kept, name=name, by=None, section=SECTION)
    is_new = ingested.status == "stored"
    if is_new:
        _hold(album, ingested.photo, hidden=link.uploads_wait)
        Activity(
            studio=upload.studio,
            shown_id=album.pk,
            link_id=upload.link_id,
            visitor_id=upload.visitor_id,
            photo=ingested.photo,
            kind=ActivityKind.UPLOADED,
        ).save(force_insert=True)
        digest.announce(album)
    _note(upload, name, kept[0].sha256, ReceivedState.STORED if is_new else ReceivedState.DUPLICATE, ingested.photo)
    return ingested.photo, UploadResult(ingested.status)


def _hold(album: Album, photo: Photo, *, hidden: bool) -> None:
    """The placement that was just made, or came back from the trash, lies in the section of guests."""
    section = album.sections.get(title=SECTION)
    lying = Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk, photo=photo)
    lying.update(is_hidden=hidden, section=section, section_rank=section.rank)
    counts.forget(album.pk)


def refuse(upload: Upload, name: str, reason: Exception) -> None:
    """Note what a guest's file was refused for; a member is told at once, and nothing is noted."""
    if upload.link_id:
        with acting_in(upload.studio_id):
            _note(upload, name or "photo", "", ReceivedState.REFUSED, None, reason=str(reason))


def _note(
    upload: Upload, name: str, sha256: str, state: ReceivedState, photo: Photo | None, *, reason: str = ""
) -> None:
    assert upload.album_id is not None
    ReceivedFile(
        studio_id=upload.studio_id,
        album_id=upload.album_id,
        visitor_id=upload.visitor_id,
        link_id=upload.link_id,
        name=camera_name(name),
        size=upload.length,
        sha256=sha256,
        state=state,
        reason=reason[:300],
        photo=photo,
    ).save(force_insert=True)


def withdraw(file: ReceivedFile, album: Album) -> bool:
    """A guest takes a file back while it waits. False if it does not any more.

    A photo that came by this file goes to the trash, unless another guest sent the same bytes: then it waits as theirs.
    What the studio has, or sent itself since, stays as it is.
    """
    rows = ReceivedFile.objects.for_studio(file.studio_id)
    mine = rows.filter(pk=file.pk, withdrawn_at__isnull=True)
    if file.state == ReceivedState.DUPLICATE:
        return bool(mine.update(withdrawn_at=timezone.now()))
    if file.photo_id is None or not waiting(album).filter(photo_id=file.photo_id).exists():
        return False
    if not mine.update(withdrawn_at=timezone.now()):
        return False
    same = rows.filter(album_id=album.pk, photo_id=file.photo_id, withdrawn_at__isnull=True)
    heir = same.filter(state=ReceivedState.DUPLICATE, receipt__isnull=True).order_by("pk").first()
    if heir is not None:
        rows.filter(pk=heir.pk).update(state=ReceivedState.STORED)
    elif not same.filter(receipt__isnull=False).exists():
        placements.take_out(album, [file.photo_id])
    return True
