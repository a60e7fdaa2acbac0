"""Files that arrive in parts, perhaps over days: begun, written, ended, given up, forgotten.

The row says how many bytes are durable; what the file holds beyond that is written again. A lock on the file lets one
writer at a time in, and goes when its process dies. The last part and the photo are one transaction, so an upload is
never whole without being a photo.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Self
from uuid import UUID

from django.db.models import BigIntegerField, Case, F, Q, Sum, When
from django.http import Http404
from django.utils import timezone

from apps.accounts.models import QuotaExceeded, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, Photo, Section
from apps.albums.request_params import photos_of, uuid_or_none
from apps.media import antivirus, cas
from apps.media.formats import EMPTY, BadFile, NotAnImage, is_sidecar, sniff
from apps.media.models import Blob
from apps.media.storage import partial_directory, sync_directory
from apps.uploads import limits, receipts, sidecars, tus_headers
from apps.uploads.guests import budgets, holding
from apps.uploads.guests.guest import GuestSender
from apps.uploads.ingest import as_photo
from apps.uploads.models import Upload, UploadResult
from apps.web.ids import uuid7
from apps.web.refusal import Refusal

#: So many bytes are lost at most when the web process dies in the middle of one long part.
CHECKPOINT = 16 << 20
MOST_OPEN = 5000
# An upload that nobody touched for so long counts with what it holds, not with what it may come to.
ACTIVE = timedelta(hours=1)
DISK_RESERVE = 256 << 20
ORPHAN_SECONDS = 24 * 3600.0


class TooManyUploads(Refusal):
    """The studio began more uploads than it ends."""

    status = 429
    code = "too_many_uploads"
    sentence = "Your studio has too many unfinished uploads. Finish or cancel some, then try again."
    wait = 60


class DiskFull(Refusal):
    """The server has no room for the file, whatever the plan says."""

    status = 507
    code = "disk_full"
    sentence = "The server is out of storage. Nothing was lost. Please try again later."


class InUse(Refusal):
    """Another connection is writing to the upload."""

    status = 423
    code = "in_use"
    sentence = "This file is already being uploaded in another window."
    wait = 1


class OffsetConflict(Refusal):
    """The part does not begin where the upload stands."""

    status = 409
    code = "offset_conflict"
    sentence = "The part does not begin where the upload stands. Ask for the offset and go on from there."


class ChecksumMismatch(Refusal):
    """The bytes that arrived are not those that were sent."""

    status = 460
    code = "checksum_mismatch"
    sentence = "The data was damaged in transit. Please upload it again."


class FinalUpload(Refusal):
    """What was put together takes no bytes of its own."""

    status = 403
    code = "final_upload"
    sentence = "This upload was put together from others. It takes no more bytes."


# -- begin and find ------------------------------------------------------------------------------------------------


def begin(
    studio: Studio, *, by: User | GuestSender, album: Album | None, length: int, metadata: str, concat: str = ""
) -> Upload:
    """A new upload of `length` bytes, with an empty file that survives a power cut.

    metadata, concat: the headers as they came (`tus_headers` understands them). What a piece may be of is told by the
    file that it becomes part of, so it may be as large as any.
    Raises NotAnImage for an empty file, TooLarge, QuotaExceeded, TooManyUploads, DiskFull; of a guest also what
    `budgets.check` raises.
    """
    if not length:
        raise NotAnImage(EMPTY)
    upload = Upload(studio=studio, album=album, length=length, metadata=metadata, concat=concat, **sender(by))
    if upload.is_partial:
        limits.check_piece(length)
    else:
        limits.check_length(tus_headers.metadata(metadata).get("filename", ""), length)
    folder = partial_directory()
    if shutil.disk_usage(folder).free < length + DISK_RESERVE:
        raise DiskFull
    with acting_in(studio):
        # The pieces of a final one were counted when they were begun.
        if not upload.is_final:
            _check_room(studio, length)
            if isinstance(by, GuestSender):
                budgets.check(by, length, folder)
        os.close(os.open(upload.path, os.O_CREAT | os.O_EXCL, 0o600))
        sync_directory(folder)
        upload.save(force_insert=True)
    return upload


def _check_room(studio: Studio, length: int) -> None:
    """What is on its way takes room before it arrives, or a thousand uploads at once would fill the disk."""
    active = Case(
        When(touched_at__gt=timezone.now() - ACTIVE, then=F("length")),
        default=F("offset"),
        output_field=BigIntegerField(),
    )
    under_way = Upload.objects.for_studio(studio).filter(Upload.UNDER_WAY)
    # The plan itself is held when the photo is made; two that begin at the same moment may both pass here.
    studio.refresh_from_db(fields=["bytes_used", "quota_bytes"])
    if studio.bytes_used + length > studio.quota_bytes:
        raise QuotaExceeded(studio.room_sentence())
    if under_way.count() >= MOST_OPEN:
        raise TooManyUploads
    waiting: int = under_way.aggregate(sum=Sum(active))["sum"] or 0
    if studio.bytes_used + waiting + length > studio.quota_bytes:
        raise QuotaExceeded("The other uploads of your studio take all that your plan has left. Finish them first.")


def sender(by: User | GuestSender) -> dict[str, Any]:
    """Columns of who sends."""
    return {"visitor": by.visitor, "link_id": by.link_id} if isinstance(by, GuestSender) else {"user": by}


def find(studio: Studio, upload_id: UUID, *, by: User | GuestSender) -> Upload:
    """The upload that this person began. Raises Http404, also when it has run out."""
    found: Upload | None = (
        Upload.objects.for_studio(studio).select_related("studio", "album").filter(pk=upload_id, **sender(by)).first()
    )
    if found is None or found.expires_at < timezone.now():
        raise Http404
    return found


def give_up(upload: Upload) -> None:
    """Forget an upload and its bytes; the photo that a whole one became stays. Call it outside of a transaction."""
    with acting_in(upload.studio_id):
        Upload.objects.for_studio(upload.studio_id).filter(pk=upload.pk).delete()
    upload.path.unlink(missing_ok=True)


# -- one part ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Part:
    """Bytes that are being added to an upload, by its only writer at this time.

    at: where the next byte goes.  checksum: what `tus_headers.checksum` read; nothing is counted before it is right.
    """

    upload: Upload
    at: int
    checksum: tuple[hashlib._Hash, bytes] | None
    _handle: int

    @classmethod
    def open(cls, upload: Upload, offset: int, checksum: str = "") -> Self:
        """Take hold of the upload to write from `offset` on; `close` lets go.

        Raises InUse, OffsetConflict, BadHeader, and Http404 when it was given up meanwhile.
        """
        expected = tus_headers.checksum(checksum) if checksum else None
        try:
            handle = os.open(upload.path, os.O_WRONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            # A whole upload takes no more bytes, whatever their offset.
            raise (OffsetConflict if upload.is_whole else Http404) from None
        try:
            lock(handle)
            with acting_in(upload.studio_id):
                # Read again, as another writer may have moved it before we held the file.
                upload.refresh_from_db(fields=["offset", "result"])
            if upload.is_whole or offset != upload.offset:
                raise OffsetConflict
            os.ftruncate(handle, offset)
        except Upload.DoesNotExist:
            os.close(handle)
            raise Http404 from None
        except BaseException:
            os.close(handle)
            raise
        return cls(upload, offset, expected, handle)

    @property
    def is_due(self) -> bool:
        """True when so much is written that it should be made durable before more comes."""
        return self.checksum is None and self.at - self.upload.offset >= CHECKPOINT and self.at < self.upload.length

    def feed(self, chunks: list[bytes]) -> None:
        """Write more. Raises TooLarge when it is more than was announced, OSError when the disk is full."""
        for chunk in chunks:
            if self.at + len(chunk) > self.upload.length:
                raise cas.TooLarge("More bytes came than Upload-Length announced.")
            if self.checksum:
                self.checksum[0].update(chunk)
            view = memoryview(chunk)
            while view:
                written = os.pwrite(self._handle, view, self.at)
                view, self.at = view[written:], self.at + written

    def save(self) -> None:
        """Make durable what came, and count it; the last byte of what becomes a photo is left to `end`."""
        at = self.at if self.upload.is_partial else min(self.at, self.upload.length - 1)
        if at > self.upload.offset:
            os.fsync(self._handle)
            _write(self.upload, offset=at)

    def end(self) -> None:
        """Count the whole part; with the last one an upload that is no piece of another becomes a photo (`finish`).

        Raises ChecksumMismatch; then the upload stands where it stood.
        """
        if self.checksum and self.checksum[0].digest() != self.checksum[1]:
            raise ChecksumMismatch
        if self.at == self.upload.length and not self.upload.is_partial:
            os.fsync(self._handle)
            try:
                finish(self.upload)
            except (QuotaExceeded, antivirus.ScannerAway):
                self.save()
                raise
        else:
            self.save()

    def close(self) -> None:
        """Let the next writer in."""
        os.close(self._handle)


def lock(handle: int) -> None:
    """Be the only one who writes to the open file of an upload, until it is closed. Raises InUse."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InUse from None


# -- the end -------------------------------------------------------------------------------------------------------


def finish(upload: Upload) -> None:
    """Make a photo of an upload whose bytes are all there and durable.

    Raises BadFile, or ChecksumMismatch when they are not those that the metadata promise: such an upload is given up.
    Raises QuotaExceeded and what else `ingest.ingest` raises: then it can be ended again.
    """
    told = tus_headers.metadata(upload.metadata)
    try:
        stored = cas.receive_path(upload.path)
        wanted = told.get("sha256", "").lower()
        if wanted and wanted != stored.sha256:
            raise ChecksumMismatch("The file does not match what was announced. Please upload it again.")
        # Guests send pictures.
        joins = upload.link_id is None and is_sidecar(stored.head)
        if not joins:
            sniff(stored.head)
        antivirus.look_at(upload.path)
    except FileNotFoundError:
        # Somebody gave it up meanwhile.
        raise Http404 from None
    except (BadFile, ChecksumMismatch) as refused:
        _note_refusal(upload, told, refused)
        give_up(upload)
        raise
    if joins:
        _join_photo(upload, stored, told)
        return
    # The store takes a second name of the bytes away, so these are still here if the commit fails. It stands beside the
    # first one, as parts may wait on a volume of their own; one that a killed process leaves goes with the next sweep.
    stored = stored.linked(upload.path.with_name(str(uuid7())))
    try:
        # The store is written before the transaction begins: it may be slow, and rows are held for a moment only.
        with cas.keeping(upload.studio, stored) as kept:
            _become_photo(upload, kept, told)
    finally:
        stored.discard()
    upload.path.unlink(missing_ok=True)


def _join_photo(upload: Upload, stored: cas.Stored, told: dict[str, str]) -> None:
    """Give a sidecar to its photo. One that can be no one's is given up."""
    receipt, name = _told(upload, told), told.get("filename", "") or "photo.xmp"
    try:
        with acting_in(upload.studio_id):
            photo = sidecars.keep(upload.studio, upload.album, stored, name=name, by=upload.user, told=receipt)
            _write(upload, offset=upload.length, photo=photo, result=UploadResult.SIDECAR)
    except (BadFile, cas.TooLarge, sidecars.NoPhotoMeant) as refused:
        _note_refusal(upload, told, refused)
        give_up(upload)
        raise
    upload.path.unlink(missing_ok=True)


def _note_refusal(upload: Upload, told: dict[str, str], refused: Exception) -> None:
    """Put a file that was not kept on the receipt of who sent it."""
    holding.refuse(upload, told.get("filename", ""), refused)
    receipt = _told(upload, told)
    if receipt is not None:
        with acting_in(upload.studio_id):
            receipts.refuse(receipt, name=told.get("filename", ""), size=upload.length, reason=str(refused))


def _told(upload: Upload, told: dict[str, str]) -> receipts.OnReceipt | None:
    """The receipt that a member's page named, if it did."""
    receipt = uuid_or_none(told.get("receipt"))
    if receipt is None or upload.user_id is None or upload.album is None:
        return None
    return receipts.OnReceipt(receipt, upload.album, upload.user_id)


def _become_photo(upload: Upload, kept: tuple[Blob, bool], told: dict[str, str]) -> None:
    number = told.get("number", "")
    if upload.link_id:
        photo, result = holding.keep(upload, kept, name=told.get("filename", "") or "photo")
        _write(upload, offset=upload.length, photo=photo, result=result)
        return
    ingested = as_photo(
        upload.studio,
        upload.album,
        kept,
        name=told.get("filename", "") or "photo",
        by=upload.user,
        section=section_of(upload.album, told) if upload.album else None,
        number=int(number) if re.fullmatch(r"\d{1,19}", number) else None,
        replace=_replaced(upload, told.get("replace", "")),
    )
    receipt = _told(upload, told)
    if receipt is not None:
        name = told.get("filename", "") or "photo"
        receipts.note(receipt, kept[0], name=name, status=ingested.status, photo=ingested.photo)
    _write(upload, offset=upload.length, photo=ingested.photo, result=UploadResult(ingested.status))


def _replaced(upload: Upload, text: str) -> Photo | Literal["name"] | None:
    """Whose file it takes the place of. A photo that went meanwhile is no reason to refuse a file that is here."""
    if upload.album is None or not text:
        return None
    if text == "name":
        return "name"
    photo_id = uuid_or_none(text)
    photo = photos_of(upload.album).filter(pk=photo_id).first() if photo_id else None
    if photo is not None:
        photo.studio = upload.studio
    return photo


def _write(upload: Upload, **values: Any) -> None:
    """Change the row; what was begun with it is rolled back if somebody gave the upload up (Http404)."""
    values["touched_at"] = timezone.now()
    with acting_in(upload.studio_id):
        if not Upload.objects.for_studio(upload.studio_id).filter(pk=upload.pk).update(**values):
            raise Http404
    for name, value in values.items():
        setattr(upload, name, value)


def section_of(album: Album, told: dict[str, str]) -> Section | str | None:
    """Where in the album: `section` (an id or a title), else the last folder of `relative_path`.

    A section that was removed meanwhile is no reason to refuse a file that is here.
    """
    text = " ".join(told.get("section", "").replace("\x00", "").split())
    if not text:
        folders = [part for part in re.split(r"[/\\]", told.get("relative_path", "").replace("\x00", ""))[:-1] if part]
        return folders[-1][:120] if folders else None
    section_id = uuid_or_none(text)
    return text[:120] if section_id is None else album.sections.filter(pk=section_id).first()


# -- forgotten -----------------------------------------------------------------------------------------------------


def sweep() -> int:
    """Forget uploads that nobody went on with for a week, and files without one. Returns how many files went."""
    before = timezone.now() - Upload.KEPT
    with across_studios():
        Upload.objects.filter(touched_at__lt=before).delete()
        names = _old_names()
        known = Upload.objects.filter(Q(pk__in=names), result="").values_list("pk", flat=True)
        gone = set(names) - set(known)
    for upload_id in gone:
        (partial_directory() / str(upload_id)).unlink(missing_ok=True)
    return len(gone)


def _old_names() -> list[UUID]:
    """Ids of the files that have lain still long enough to be judged."""
    found, before = [], time.time() - ORPHAN_SECONDS
    for path in partial_directory().iterdir():
        if path.is_file() and path.lstat().st_mtime < before:
            found.append(UUID(path.name))
    return found
