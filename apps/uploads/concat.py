"""A file that came as several uploads at once: put together from its pieces in order (tus 1.0.0, Concatenation).

Pieces are locked while they are read, so nobody writes to them and they become part of one file at a time. They go
when the file is a photo, or was refused as one; before that everything can be asked for again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.media.cas import CHUNK, TooLarge
from apps.media.formats import BadFile
from apps.uploads import resumable
from apps.uploads.guests.guest import GuestSender
from apps.uploads.models import Upload
from apps.uploads.resumable import ChecksumMismatch
from apps.uploads.sidecars import NoPhotoMeant
from apps.uploads.tus_headers import PARTIAL, BadHeader
from apps.web.refusal import Refusal


class PiecesMissing(Refusal):
    """Some of the partial uploads have not arrived to their end."""

    status = 409
    code = "pieces_missing"
    sentence = "Not all parts of this file have arrived. Send the rest first."


def find_pieces(studio: Studio, ids: Sequence[UUID], *, by: User | GuestSender) -> list[Upload]:
    """The partial uploads with these ids, in this order, that this person began.

    Raises Http404 for one that is somebody else's, no partial one or not there, BadHeader for one that is named twice,
    PiecesMissing.
    """
    if len(set(ids)) < len(ids):
        raise BadHeader("Upload-Concat must name each partial upload once.")
    rows = Upload.objects.for_studio(studio).filter(pk__in=ids, concat=PARTIAL, **resumable.sender(by))
    found = {piece.pk: piece for piece in rows if piece.expires_at >= timezone.now()}
    if len(found) < len(ids):
        raise Http404
    pieces = [found[one] for one in ids]
    if any(piece.offset < piece.length for piece in pieces):
        raise PiecesMissing
    return pieces


def made_before(studio: Studio, *, by: User | GuestSender, concat: str, metadata: str) -> Upload | None:
    """What this person put together by exactly this request before, whose answer was lost."""
    same = Upload.objects.for_studio(studio).filter(concat=concat, metadata=metadata, **resumable.sender(by))
    found = same.exclude(result="").order_by("-id").first()
    if found is not None:
        found.studio = studio
    return found


def join(
    studio: Studio, pieces: Sequence[Upload], *, by: User | GuestSender, album: Album | None, metadata: str, concat: str
) -> Upload:
    """Make a photo of the pieces, one behind the other. Their own metadata count for nothing.

    metadata, concat: the headers as they came. Takes as long as copying the file does.
    Raises what `resumable.begin` and `resumable.finish` raise; what was refused as a photo loses its pieces too. InUse
    when a piece is being written, Http404 when one was given up meanwhile.
    """
    with _held(pieces) as sources:
        length = sum(piece.length for piece in pieces)
        upload = resumable.begin(studio, by=by, album=album, length=length, metadata=metadata, concat=concat)
        try:
            _copy(sources, pieces, upload)
            resumable.finish(upload)
        except (BadFile, ChecksumMismatch, NoPhotoMeant, TooLarge):
            _forget(pieces)
            raise
        except BaseException:
            # Nobody can go on with a final one, so the next request makes another.
            resumable.give_up(upload)
            raise
        _forget(pieces)
    return upload


@contextmanager
def _held(pieces: Sequence[Upload]) -> Iterator[list[BinaryIO]]:
    """The open files of the pieces, which nobody else reads or writes meanwhile. Raises Http404, InUse."""
    with ExitStack() as held:
        files: list[BinaryIO] = []
        for piece in pieces:
            try:
                # For writing, as some file systems lock nothing else.
                file = held.enter_context(piece.path.open("r+b"))
            except FileNotFoundError:
                raise Http404 from None
            resumable.lock(file.fileno())
            files.append(file)
        yield files


def _copy(sources: Sequence[BinaryIO], pieces: Sequence[Upload], upload: Upload) -> None:
    """Write the pieces behind each other, durably."""
    with upload.path.open("wb") as file:
        for source, piece in zip(sources, pieces, strict=True):
            left = piece.length
            while left and (chunk := source.read(min(CHUNK, left))):
                left -= file.write(chunk)
            if left:
                raise OSError(f"{left} bytes of the partial upload {piece.pk} are gone from the disk")
        file.flush()
        os.fsync(file.fileno())


def _forget(pieces: Sequence[Upload]) -> None:
    """The pieces are used up."""
    studio_id = pieces[0].studio_id
    with acting_in(studio_id):
        Upload.objects.for_studio(studio_id).filter(pk__in=[piece.pk for piece in pieces]).delete()
    for piece in pieces:
        piece.path.unlink(missing_ok=True)
