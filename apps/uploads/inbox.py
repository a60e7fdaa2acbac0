"""Watched folders: what is put into `GLASSINE_INBOX/<studio slug>/` becomes photos.

    <slug>/Anna & Ben/Ceremony/IMG_1.JPG   gallery "Anna & Ben", section "Ceremony"
    <slug>/IMG_1.JPG                       gallery "Inbox"

A file counts when its size and time have stood still for a while. It is copied, and the photo and the word that it was
taken are one transaction; then the file is removed. So a crash at any point, or a second worker, takes it once.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums import editing
from apps.albums.models import Album
from apps.media import cas
from apps.media.formats import BadFile
from apps.uploads import inbox_files, limits
from apps.uploads.arrive import Arrived, arrive
from apps.uploads.inbox_files import Entry
from apps.uploads.models import Inbox, InboxFile, InboxFolder, InboxState
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

STILL = timedelta(seconds=5)
AGAIN_AFTER = timedelta(minutes=1)
#: So many files of one studio are taken before the next studio's turn.
MOST_AT_ONCE = 100
LOOSE = "Inbox"
NO_ROOM = "There is no room on the server. It is tried again by itself."
_TITLE, _SECTION = 120, 120
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def folder_of(studio: Studio) -> Path | None:
    """The studio's watched folder, if the operator has made one."""
    folder = Path(settings.INBOX) / studio.slug if settings.INBOX else None
    return folder if folder is not None and folder.is_dir() else None


def look() -> None:
    """Look into the folder of every studio. Trouble in one does not stop the others."""
    if not settings.INBOX or not Path(settings.INBOX).is_dir():
        return
    names = [path.name for path in Path(settings.INBOX).iterdir() if path.is_dir()]
    with across_studios():
        studios = list(Studio.objects.filter(slug__in=names, closing_since=None).order_by("id"))
    for studio in studios:
        try:
            look_into(studio)
        except Exception:
            log.exception("the inbox of studio %s could not be looked at", studio.pk)


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
    for entry in inbox_files.walk(root):
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


def _consider(studio: Studio, root: Path, entry: Entry, row: InboxFile | None) -> bool:
    """One look at one file. True if it was taken."""
    now, facts = timezone.now(), (entry.status.st_size, entry.status.st_mtime_ns)
    if row is None or (row.size, row.mtime_ns) != facts:
        _note(studio, entry, row)
    elif row.state == InboxState.TAKEN:
        _remove(studio, root, entry, row)
    elif row.state == InboxState.REJECTED:
        _set_aside(studio, root, entry, row)
    elif row.still_since <= now - STILL and (row.not_before is None or row.not_before <= now):
        return _take(studio, root, entry, row)
    return False


def _note(studio: Studio, entry: Entry, row: InboxFile | None) -> None:
    """Write down how it looks now; the wait begins anew."""
    values: dict[str, Any] = {
        "size": entry.status.st_size,
        "mtime_ns": entry.status.st_mtime_ns,
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


def _take(studio: Studio, root: Path, entry: Entry, row: InboxFile) -> bool:
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


def _copy_and_keep(studio: Studio, entry: Entry, row: InboxFile) -> bool:
    """False if another worker has the file, or somebody wrote to it."""
    with _held(entry) as handle:
        stored = _copied(entry, handle) if handle is not None else None
        if stored is None:
            return False
        try:
            return _keep(studio, entry, row, stored)
        finally:
            stored.discard()


@contextmanager
def _held(entry: Entry) -> Iterator[int | None]:
    """The open file, as the only worker that has it; None if another has, or if it changed."""
    try:
        handle = entry.open()
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield handle if entry.is_still(handle) else None
    except BlockingIOError:
        yield None
    finally:
        os.close(handle)


def _copied(entry: Entry, handle: int) -> cas.Stored | None:
    """The bytes, or None when somebody wrote to the file while it was read."""
    with os.fdopen(os.dup(handle), "rb") as file:
        stored = cas.receive(file, limit=limits.most_bytes(entry.path), sidecars=True)
    if entry.is_still(handle):
        return stored
    stored.discard()
    return None


def _keep(studio: Studio, entry: Entry, row: InboxFile, stored: cas.Stored) -> bool:
    """Photo and word in one transaction. False if another worker was faster."""
    with acting_in(studio):
        inbox = Inbox.objects.for_studio(studio).select_for_update().get()
        waiting = InboxFile.objects.for_studio(studio).filter(pk=row.pk, state=InboxState.WAITING)
        if not waiting.exists():
            return False
        album, section = _place(studio, entry)
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


def _place(studio: Studio, entry: Entry) -> tuple[Album, str | None]:
    """Gallery and section of a file: its first folder, and the others behind it. Call it with the inbox held."""
    folders = [" ".join(folder.split()) for folder in entry.folders]
    name = (folders[0] if folders else LOOSE)[:255]
    section = " / ".join(folders[1:])[:_SECTION] or None
    known = InboxFolder.objects.for_studio(studio).select_related("album").filter(name=name).first()
    if known is not None and known.album.trashed_at is None:
        return known.album, section
    title = name[:_TITLE]
    album = Album.objects.for_studio(studio).filter(title__iexact=title, trashed_at=None).order_by("id").first()
    album = album or editing.create(studio, by=None, title=title)
    InboxFolder.objects.for_studio(studio).update_or_create(studio=studio, name=name, defaults={"album": album})
    return album, section


def _remove(studio: Studio, root: Path, entry: Entry, row: InboxFile) -> None:
    """Take a file whose photo is safe out of the folder, then forget it."""
    with acting_in(studio):
        keeps = Inbox.objects.for_studio(studio).get().keeps_duplicates
    try:
        if keeps and row.reason == "duplicate":
            inbox_files.put_aside(root, entry, inbox_files.DUPLICATES)
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


def _reject(studio: Studio, root: Path, entry: Entry, row: InboxFile, reason: str) -> None:
    with acting_in(studio):
        inbox = Inbox.objects.for_studio(studio).select_for_update().get()
        row.state, row.reason = InboxState.REJECTED, reason[:300]
        row.save(update_fields=["state", "reason"])
        _tell(inbox, f"{Path(entry.path).name} was rejected: {reason}")
    _set_aside(studio, root, entry, row)


def _set_aside(studio: Studio, root: Path, entry: Entry, row: InboxFile) -> None:
    """Move a rejected file away, with the reason beside it."""
    row.aside = inbox_files.put_aside(root, entry, inbox_files.REJECTED, row.reason)
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
            inbox_files.take_back(root, row.aside, row.path)
        except FileNotFoundError:
            log.info("a rejected file of studio %s is there no more", studio.pk)
        except OSError as error:
            log.warning("a rejected file of studio %s cannot be moved: %s", studio.pk, error)
            continue
        over.append(row)
    _forget(studio, over)
