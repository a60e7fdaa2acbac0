"""Watched folders: what is put into `GLASSINE_INBOX/<studio slug>/` becomes photos.

    <slug>/Anna & Ben/Ceremony/IMG_1.JPG   gallery "Anna & Ben", section "Ceremony"
    <slug>/IMG_1.JPG                       gallery "Inbox"

unless the studio chose another rule (see `inbox_places`).

A file counts when its size and time have stood still for a while. It is copied, and the photo and the word that it was
taken are one transaction; then the file is removed. So a crash at any point, or a second worker, takes it once.

The same for a prefix of a bucket, `GLASSINE_INBOX_BUCKET`, where a studio has no folder on the disk.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album
from apps.media import cas
from apps.media.formats import BadFile
from apps.media.store import StorageAway
from apps.uploads import inbox_files, inbox_places, limits
from apps.uploads.arrive import Arrived, arrive
from apps.uploads.models import Inbox, InboxFile, InboxState
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

STILL = timedelta(seconds=5)
AGAIN_AFTER = timedelta(minutes=1)
#: So many files of one studio are taken before the next studio's turn.
MOST_AT_ONCE = 100
NO_ROOM = "There is no room on the server. It is tried again by itself."
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class WatchedFile(Protocol):
    """One thing in a watched folder.

    path: below it.  folders: those in which it lies, the outermost first.  facts: two numbers that stand still once it
    is whole.  fault: why it can never be taken, in a sentence, or "".
    """

    @property
    def path(self) -> str: ...
    @property
    def folders(self) -> tuple[str, ...]: ...
    @property
    def facts(self) -> tuple[int, int]: ...
    @property
    def fault(self) -> str: ...
    def held(self) -> AbstractContextManager[BinaryIO | None]:
        """The open file; None if another worker has it, or if it changed."""

    def is_as_it_was(self, file: BinaryIO) -> bool:
        """True if nobody wrote to the file while it was read."""

    def remove(self) -> None:
        """Take it out of the folder. Raises FileNotFoundError."""


class WatchedFolder(Protocol):
    """A folder on a disk, or a prefix of a bucket."""

    def walk(self) -> Iterator[Any]:
        """Its files (see `WatchedFile`) by name; hidden, unfinished and put aside left out."""

    def put_aside(self, entry: Any, where: str, note: str = "") -> str:
        """Move a file to the same place below `where`, with a text beside it. Returns its new path."""

    def take_back(self, aside: str, path: str) -> None:
        """Move what was put aside back to its place, without the text. Raises OSError when it is there no more."""


def folder_of(studio: Studio) -> WatchedFolder | None:
    """The studio's watched folder: on the disk, if the operator has made one, else in the bucket, if there is one."""
    folder = Path(settings.INBOX) / studio.slug if settings.INBOX else None
    if folder is not None and folder.is_dir():
        return inbox_files.DiskFolder(folder)
    if settings.INBOX_BUCKET:
        # Here, because the libraries of buckets are large.
        from apps.uploads.inbox_bucket import BucketFolder

        return BucketFolder(studio.slug)
    return None


def look() -> None:
    """Look into the folder of every studio. Trouble in one does not stop the others."""
    names = _names()
    if not names:
        return
    with across_studios():
        studios = list(Studio.objects.filter(slug__in=names, closing_since=None).order_by("id"))
    for studio in studios:
        try:
            look_into(studio)
        except Exception:
            log.exception("the inbox of studio %s could not be looked at", studio.pk)


def _names() -> list[str]:
    """Slugs of studios that have a folder."""
    names: list[str] = []
    if settings.INBOX and Path(settings.INBOX).is_dir():
        names += [path.name for path in Path(settings.INBOX).iterdir() if path.is_dir()]
    if settings.INBOX_BUCKET:
        from apps.uploads import inbox_bucket

        try:
            names += inbox_bucket.slugs()
        except StorageAway as away:
            log.warning("the bucket of the inboxes is not looked into: %s", away)
    return names


def look_into(studio: Studio) -> int:
    """Take what is ready in the studio's folder, and note what is not. Returns how many files were taken."""
    root = folder_of(studio)
    if root is None:
        return 0
    with acting_in(studio):
        Inbox.objects.for_studio(studio).get_or_create(studio=studio)
        # A rejected file that lies aside is no business of the folder any more.
        known = {row.path: row for row in InboxFile.objects.for_studio(studio).filter(aside="")}
    taken, seen = 0, set()
    for entry in root.walk():
        seen.add(entry.path)
        taken += _consider(studio, root, entry, known.get(entry.path))
        if taken >= MOST_AT_ONCE:
            return taken
    _forget(studio, [row for path, row in known.items() if path not in seen])
    return taken


def _forget(studio: Studio, gone: list[InboxFile]) -> None:
    """Whoever took a file out of the folder took it back; nothing else follows from it."""
    if gone:
        with acting_in(studio):
            InboxFile.objects.for_studio(studio).filter(pk__in=[row.pk for row in gone]).delete()


def _consider(studio: Studio, root: WatchedFolder, entry: WatchedFile, row: InboxFile | None) -> bool:
    """One look at one file. True if it was taken."""
    now, facts = timezone.now(), entry.facts
    if row is None or (row.size, row.mtime_ns) != facts:
        _note(studio, entry, row)
    elif row.state == InboxState.TAKEN:
        _remove(studio, root, entry, row)
    elif row.state == InboxState.REJECTED:
        _set_aside(studio, root, entry, row)
    elif row.still_since <= now - STILL and (row.not_before is None or row.not_before <= now):
        return _take(studio, root, entry, row)
    return False


def _note(studio: Studio, entry: WatchedFile, row: InboxFile | None) -> None:
    """Write down how it looks now; the wait begins anew."""
    values: dict[str, Any] = {
        "size": entry.facts[0],
        "mtime_ns": entry.facts[1],
        "still_since": timezone.now(),
        "state": InboxState.WAITING,
        "reason": "",
        "not_before": None,
    }
    with acting_in(studio):
        files = InboxFile.objects.for_studio(studio)
        if row is None:
            # A second worker may have seen it at this moment.
            files.bulk_create([InboxFile(studio=studio, path=entry.path, **values)], ignore_conflicts=True)
        else:
            files.filter(pk=row.pk).update(**values)


# -- take ----------------------------------------------------------------------------------------------------------


def _take(studio: Studio, root: WatchedFolder, entry: WatchedFile, row: InboxFile) -> bool:
    if entry.fault:
        _reject(studio, root, entry, row, entry.fault)
        return False
    try:
        is_taken = _copy_and_keep(studio, entry, row)
    except (BadFile, cas.TooLarge) as error:
        _reject(studio, root, entry, row, str(error))
        return False
    except Refusal as error:
        _delay(studio, row, str(error))
        return False
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _delay(studio, row, NO_ROOM)
        return False
    if is_taken:
        _remove(studio, root, entry, row)
    return is_taken


def _copy_and_keep(studio: Studio, entry: WatchedFile, row: InboxFile) -> bool:
    """False if another worker has the file, or somebody wrote to it."""
    with entry.held() as file:
        if file is None:
            return False
        stored = cas.receive(file, limit=limits.most_bytes(entry.path), sidecars=True)
        try:
            if not entry.is_as_it_was(file):
                return False
            return _keep(studio, entry, row, stored)
        finally:
            stored.discard()


def _keep(studio: Studio, entry: WatchedFile, row: InboxFile, stored: cas.Stored) -> bool:
    """Photo and word in one transaction. False if another worker was faster."""
    with acting_in(studio):
        inbox = Inbox.objects.for_studio(studio).select_for_update().get()
        waiting = InboxFile.objects.for_studio(studio).filter(pk=row.pk, state=InboxState.WAITING)
        if not waiting.exists():
            return False
        album, section = inbox_places.place(inbox, entry.folders)
        name = Path(entry.path).name
        arrived = arrive(studio, album, stored, name=name, by=None, section=section)
        row.state, row.reason = InboxState.TAKEN, arrived.status
        waiting.update(state=row.state, reason=row.reason)
        _tell(inbox, _sentence(name, album, section, arrived))
    return True


def _sentence(name: str, album: Album, section: str | None, arrived: Arrived) -> str:
    if arrived.status == "sidecar":
        owner = arrived.photo
        return f"{name} belongs to {owner.camera_name}" if owner else f"{name} waits for its photo in {album.title}"
    place = f"{album.title}, {section}" if section else album.title
    return f"{name} is in {place}" + (" already" if arrived.status == "duplicate" else "")


def _tell(inbox: Inbox, sentence: str) -> None:
    inbox.last_event, inbox.last_at = sentence[:400], timezone.now()
    inbox.save(update_fields=["last_event", "last_at"])


def _remove(studio: Studio, root: WatchedFolder, entry: WatchedFile, row: InboxFile) -> None:
    """Take a file whose photo is safe out of the folder, then forget it."""
    with acting_in(studio):
        keeps = Inbox.objects.for_studio(studio).get().keeps_duplicates
    try:
        if keeps and row.reason == "duplicate":
            root.put_aside(entry, inbox_files.DUPLICATES)
        else:
            entry.remove()
    except FileNotFoundError:
        log.info("a file of the inbox was removed by somebody else")
    _forget(studio, [row])


# -- what cannot be taken ------------------------------------------------------------------------------------------


def _delay(studio: Studio, row: InboxFile, reason: str) -> None:
    """Leave it where it is, and say why it waits."""
    with acting_in(studio):
        InboxFile.objects.for_studio(studio).filter(pk=row.pk).update(
            reason=reason[:300], not_before=timezone.now() + AGAIN_AFTER
        )


def _reject(studio: Studio, root: WatchedFolder, entry: WatchedFile, row: InboxFile, reason: str) -> None:
    with acting_in(studio):
        inbox = Inbox.objects.for_studio(studio).select_for_update().get()
        row.state, row.reason = InboxState.REJECTED, reason[:300]
        row.save(update_fields=["state", "reason"])
        _tell(inbox, f"{Path(entry.path).name} was rejected: {reason}")
    _set_aside(studio, root, entry, row)


def _set_aside(studio: Studio, root: WatchedFolder, entry: WatchedFile, row: InboxFile) -> None:
    """Move a rejected file away, with the reason beside it."""
    row.aside = root.put_aside(entry, inbox_files.REJECTED, row.reason)
    with acting_in(studio):
        row.save(update_fields=["aside"])


def retry(studio: Studio, rows: list[InboxFile]) -> None:
    """Put rejected files back into the folder, where they are looked at anew; forget those that are there no more."""
    root = folder_of(studio)
    if root is None:
        return
    over = []
    for row in rows:
        try:
            root.take_back(row.aside, row.path)
        except FileNotFoundError:
            log.info("a rejected file of studio %s is there no more", studio.pk)
        except OSError as error:
            log.warning("a rejected file of studio %s cannot be moved: %s", studio.pk, error)
            continue
        over.append(row)
    _forget(studio, over)
