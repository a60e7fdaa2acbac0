"""Receipts: of each file that was sent, what became of it. Kept, read as a page and as CSV.

A receipt is what one page or program sent in one go: its files carry the same id, which the sender chose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from apps.accounts.access import Entered
from apps.accounts.models import User
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.filenames.names import camera_name
from apps.albums.models import Album, Photo
from apps.media.models import Blob
from apps.uploads.models import ReceivedFile, ReceivedState
from apps.web import tables

#: Files on the page of a receipt; the table has all of them.
LISTED: Final = 1000
#: Receipts on the page of a gallery.
RECEIPTS: Final = 100
MOST_EXPORTED: Final = 50_000
COLUMNS: Final = ("File name", "Bytes", "SHA-256", "State", "Reason", "Time")


@dataclass(frozen=True, slots=True)
class OnReceipt:
    """What the sender said with a file: of which receipt it is a part, and by whom it comes."""

    receipt: UUID
    album: Album
    by_id: UUID


def note(told: OnReceipt, blob: Blob, *, name: str, status: str, photo: Photo) -> None:
    """A file was kept, in the transaction that keeps it. status: as `ingest` gives it.

    The same bytes are one photo, and it keeps the name that it came with first: under another one the line says which.
    """
    state = ReceivedState(status)
    renamed = state != ReceivedState.REPLACED and photo.camera_name != camera_name(name)
    reason = f"Shown as {photo.camera_name}, its first name" if renamed else ""
    row = _row(told, name, blob.size, state, sha256=blob.sha256, photo_id=photo.pk, reason=reason)
    row.save(force_insert=True)


def note_sidecar(told: OnReceipt, *, name: str, size: int, sha256: str, photo_id: UUID | None, reason: str) -> None:
    """A sidecar was kept, in the transaction that keeps it. reason: which photo it belongs to, in words."""
    row = _row(told, name, size, ReceivedState.SIDECAR, sha256=sha256, photo_id=photo_id, reason=reason)
    row.save(force_insert=True)


def sidecar_joined(album_id: UUID, photo: Photo, *, name: str) -> None:
    """The photo for which a sidecar waited came: its lines say so."""
    rows = ReceivedFile.objects.for_studio(photo.studio_id).filter(album_id=album_id, name__iexact=name)
    waiting = rows.filter(state=ReceivedState.SIDECAR, photo__isnull=True)
    waiting.update(photo=photo, reason=f"Belongs to {photo.camera_name}"[:300])


def refuse(told: OnReceipt, *, name: str, size: int, reason: str) -> None:
    """A file was not kept. Run it in `acting_in(studio)`."""
    _row(told, name, size, ReceivedState.REFUSED, reason=reason).save(force_insert=True)


def skip(told: OnReceipt, files: Iterable[tuple[str, int, str]]) -> int:
    """Files that were not sent at all: name, bytes and why, in the words of the page; how many lines that makes.

    Run it in `acting_in(studio)`. What this receipt holds already is no second line: an upload that goes on after an
    interruption passes it over.
    """
    rows = [_row(told, name, size, ReceivedState.SKIPPED, reason=reason) for name, size, reason in files]
    all_rows = ReceivedFile.objects.for_studio(told.album.studio_id)
    same = all_rows.filter(album_id=told.album.pk, receipt=told.receipt, name__in={row.name for row in rows})
    told_before = set(same.values_list("name", "size"))
    return len(all_rows.bulk_create([row for row in rows if (row.name, row.size) not in told_before]))


def _row(
    told: OnReceipt,
    name: str,
    size: int,
    state: ReceivedState,
    *,
    sha256: str = "",
    photo_id: UUID | None = None,
    reason: str = "",
) -> ReceivedFile:
    return ReceivedFile(
        studio_id=told.album.studio_id,
        album_id=told.album.pk,
        user_id=told.by_id,
        receipt=told.receipt,
        name=camera_name(name),
        size=size,
        sha256=sha256,
        state=state,
        reason=reason[:300],
        photo_id=photo_id,
    )


# -- reading -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt of a gallery, in numbers. kept: stored, already there, or put in another file's place.

    sidecars: files that say something of photos; no photos themselves.
    """

    id: UUID
    album_id: UUID
    who: str
    began_at: datetime
    ended_at: datetime
    kept: int
    duplicates: int
    skipped: int
    refused: int
    sidecars: int

    @property
    def total(self) -> int:
        return self.kept + self.skipped + self.refused

    @property
    def files(self) -> int:
        """Lines of the receipt."""
        return self.total + self.sidecars


_KEPT: Final = Q(state__in=(ReceivedState.STORED, ReceivedState.DUPLICATE, ReceivedState.REPLACED))


def all_files(entered: Entered) -> StudioQuerySet[ReceivedFile]:
    """The files of all receipts that a member reads; a contributor's own alone. What guests sent has none."""
    albums = Album.objects.visible_to(entered).filter(trashed_at__isnull=True)
    rows = ReceivedFile.objects.for_studio(entered.studio).filter(
        album_id__in=albums.values("pk"), receipt__isnull=False
    )
    return rows.filter(user=entered.user) if entered.is_contributor else rows


def files_of(entered: Entered, album: Album, receipt: UUID | None = None) -> StudioQuerySet[ReceivedFile]:
    """The files of an album's receipts, or of one; a contributor's own alone. What guests sent has none."""
    rows = ReceivedFile.objects.for_studio(album.studio_id).filter(album_id=album.pk, receipt__isnull=False)
    if entered.is_contributor:
        rows = rows.filter(user=entered.user)
    return rows.filter(receipt=receipt) if receipt else rows


def first_files(entered: Entered) -> StudioQuerySet[ReceivedFile]:
    """Of each receipt that a member reads its first file, which stands for it in a list.

    So a page costs what its own receipts hold, and not what was ever sent.
    """
    same = {"album_id": OuterRef("album_id"), "receipt": OuterRef("receipt")}
    earlier = ReceivedFile.objects.for_studio(entered.studio).filter(pk__lt=OuterRef("pk"), **same)
    return all_files(entered).exclude(Exists(earlier))


def of_first_files(entered: Entered, firsts: Iterable[ReceivedFile]) -> list[Receipt]:
    """The receipts for which files stand (see `first_files`), in their order. Two queries."""
    places = [(file.receipt, file.album_id, file.user_id) for file in firsts if file.receipt is not None]
    named = {"receipt__in": {one[0] for one in places}, "album_id__in": {one[1] for one in places}}
    counted = _counted(all_files(entered).filter(**named))
    known = {(receipt.id, receipt.album_id, user_id): receipt for receipt, user_id in counted}
    return [known[one] for one in places]


def listed(entered: Entered, album: Album, receipt: UUID | None = None) -> list[Receipt]:
    """The newest receipts of an album, or the one that is named. Two queries."""
    return [one for one, _ in _counted(files_of(entered, album, receipt), most=RECEIPTS)]


def _counted(files: StudioQuerySet[ReceivedFile], *, most: int | None = None) -> list[tuple[Receipt, UUID | None]]:
    """Receipts of these files, the newest first, each with the id of who sent it."""
    counted = (
        files.order_by()
        .values("receipt", "album_id", "user_id")
        .annotate(
            began_at=Min("at"),
            ended_at=Max("at"),
            kept=Count("pk", filter=_KEPT),
            duplicates=Count("pk", filter=Q(state=ReceivedState.DUPLICATE)),
            skipped=Count("pk", filter=Q(state=ReceivedState.SKIPPED)),
            refused=Count("pk", filter=Q(state=ReceivedState.REFUSED)),
            sidecars=Count("pk", filter=Q(state=ReceivedState.SIDECAR)),
        )
        .order_by("-began_at")[:most]
    )
    found = list(counted)
    people = {user.pk: str(user) for user in User.objects.filter(pk__in={row["user_id"] for row in found})}
    return [
        (
            Receipt(
                id=UUID(str(row["receipt"])),
                album_id=row["album_id"],
                who=people.get(row["user_id"], "A former member"),
                began_at=row["began_at"],
                ended_at=row["ended_at"],
                kept=row["kept"],
                duplicates=row["duplicates"],
                skipped=row["skipped"],
                refused=row["refused"],
                sidecars=row["sidecars"],
            ),
            row["user_id"],
        )
        for row in found
    ]


def table(files: Sequence[ReceivedFile] | StudioQuerySet[ReceivedFile], album: Album) -> Iterator[str]:
    """Files as CSV, in the studio's time; no cell is a formula."""
    yield tables.UTF8_MARK + tables.line(COLUMNS)
    zone = album.studio.zone
    for file in files:
        at = f"{file.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        yield tables.line([file.name, file.size, file.sha256, file.get_state_display(), file.reason, at])
