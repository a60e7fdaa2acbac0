"""The delivery board: every job of a studio with how far it is. Run in the studio's transaction.

A job is a gallery that is neither archived nor in the trash. Those that are promised come first, the earliest day at
the top; the rest follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, DateField, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from apps.accounts.access import Entered
from apps.accounts.emails import EmailState
from apps.accounts.models import Studio
from apps.albums.models import Album, AlbumState, PhotoState, Placement
from apps.sharing.models import Activity, ActivityKind, ClientEmail, EmailKind, Selection, SelectionState, ShareLink
from apps.web import keyset
from apps.web.days import last_day

PAGE = 50
# Behind every day that can be promised.
_UNPROMISED = date(9999, 12, 31)
# A link that closes within so many days is worth a look.
SOON = timedelta(days=14)
_ON_THE_WAY = (EmailState.WAITING, EmailState.SENDING, EmailState.SENT, EmailState.KEPT)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One job. Each moment is null as long as it has not come.

    photos, ready, failed: of the gallery, out of the trash.  uploaded_at: when the last photo came in.
    published_at: when it was live for the first time; null for a draft.  opened_at: the first visit of a guest.
    selected_at: when a client sent a list last, selections: how many are sent.  downloaded_at: the last download.
    expires_on: the last day of the link that closes last, null if one is open without end or none is open.
    has_open_link: somebody can come in.  nudged_at: the last friendly reminder.  today: in the studio's zone.
    """

    album: Album
    today: date
    photos: int
    ready: int
    failed: int
    uploaded_at: datetime | None
    opened_at: datetime | None
    visits: int
    selected_at: datetime | None
    selections: int
    downloaded_at: datetime | None
    downloads: int
    has_open_link: bool
    expires_on: date | None
    nudged_at: datetime | None

    @property
    def published_at(self) -> datetime | None:
        return self.album.published_at if self.album.state == AlbumState.LIVE else None

    @property
    def is_published(self) -> bool:
        return self.album.state == AlbumState.LIVE

    @property
    def is_delivered(self) -> bool:
        """It is live, and the client can look at it or has done so."""
        return self.is_published and (self.has_open_link or self.opened_at is not None)

    @property
    def days_left(self) -> int | None:
        """Until the promised day; negative once it has passed. None where nothing is promised or all is delivered."""
        if self.album.promised_on is None or self.is_delivered:
            return None
        return (self.album.promised_on - self.today).days

    @property
    def is_late(self) -> bool:
        """The promised day has passed, and the client has nothing to look at."""
        return self.days_left is not None and self.days_left < 0

    @property
    def promise(self) -> str:
        """How the promise stands, in words."""
        if self.days_left is None:
            return "Delivered" if self.is_delivered and self.album.promised_on else ""
        if self.days_left < 0:
            return f"Late by {_days(-self.days_left)}"
        return "Due today" if self.days_left == 0 else f"Due in {_days(self.days_left)}"

    @property
    def is_expiring(self) -> bool:
        return self.expires_on is not None and self.expires_on - self.today <= SOON

    @property
    def may_nudge(self) -> bool:
        """There is something to look at, and the client has not sent or taken anything yet."""
        return self.is_published and self.has_open_link and not (self.selected_at or self.downloaded_at)


def jobs(member: Entered) -> QuerySet[Any]:
    """The galleries on the board that this member may know of, in the board's order, with `due`."""
    rows = Album.objects.visible_to(member).filter(trashed_at__isnull=True).exclude(state=AlbumState.ARCHIVED)
    unpromised = Value(_UNPROMISED, output_field=DateField())
    due: QuerySet[Any] = rows.annotate(due=Coalesce("promised_on", unpromised))
    return due.order_by("due", "id")


def reader(member: Entered) -> keyset.Reader:
    """Reads `jobs` by keyset (see `keyset.page_of`)."""

    def read(position: list[Any] | None, backwards: bool, most: int) -> list[tuple[list[Any], Any]]:
        rows = jobs(member).order_by("-due", "-id") if backwards else jobs(member)
        if position is not None:
            due, pk = date.fromisoformat(position[0]), UUID(position[1])
            side = "lt" if backwards else "gt"
            rows = rows.filter(Q(**{f"due__{side}": due}) | Q(due=due, **{f"id__{side}": pk}))
        return [([album.due.isoformat(), str(album.pk)], album) for album in rows[:most]]

    return read


def page(member: Entered, cursor: str = "") -> keyset.KeysetPage:
    """A page of galleries in the board's order. A broken cursor gives the first page."""
    scope = f"board:{member.studio.pk}"
    try:
        return keyset.page_of(reader(member), limit=PAGE, cursor=cursor, scope=scope)
    except keyset.BadCursor:
        return keyset.page_of(reader(member), limit=PAGE, scope=scope)


def rows_of(studio: Studio, albums: Sequence[Album], *, now: datetime) -> list[BoardRow]:
    """How far each of these is. Five queries, however many they are."""
    ids, today = [album.pk for album in albums], now.astimezone(studio.zone).date()
    photos, did = _photos(studio, ids), _did(studio, ids)
    sent, nudged, links = _sent(studio, ids), _nudged(studio, ids), _links(studio, ids, now)
    rows = []
    for album in albums:
        album.studio = studio
        has_open_link, expires_at = links.get(album.pk, (False, None))
        expires_on = last_day(expires_at, studio.zone) if expires_at else None
        figures: dict[str, Any] = dict.fromkeys(("uploaded_at", "opened_at", "downloaded_at", "selected_at"))
        figures |= dict.fromkeys(("photos", "ready", "failed", "visits", "downloads", "selections"), 0)
        for found in (photos, did, sent):
            figures |= found.get(album.pk, {})
        rows.append(
            BoardRow(
                album,
                today,
                has_open_link=has_open_link,
                expires_on=expires_on,
                nudged_at=nudged.get(album.pk),
                **figures,
            )
        )
    return rows


def _by(name: str, rows: Iterable[Any]) -> dict[UUID, dict[str, Any]]:
    """Figures of galleries by the gallery's id, which the query calls `name`."""
    return {row[name]: {key: value for key, value in row.items() if key != name} for row in rows}


def _photos(studio: Studio, albums: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    lie = Placement.objects.for_studio(studio).filter(album_id__in=albums, trashed_at__isnull=True).order_by()
    counted = lie.values("album_id").annotate(
        photos=Count("pk"),
        ready=Count("pk", filter=Q(photo__state=PhotoState.READY)),
        failed=Count("pk", filter=Q(photo__state=PhotoState.FAILED)),
        uploaded_at=Max("created_at"),
    )
    return _by("album_id", counted)


def _did(studio: Studio, albums: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    kinds = (ActivityKind.OPENED, ActivityKind.DOWNLOADED)
    acts = Activity.objects.for_studio(studio).filter(shown_id__in=albums, kind__in=kinds).order_by()
    opened, took = Q(kind=ActivityKind.OPENED), Q(kind=ActivityKind.DOWNLOADED)
    counted = acts.values("shown_id").annotate(
        opened_at=Min("at", filter=opened),
        visits=Count("pk", filter=opened),
        downloaded_at=Max("at", filter=took),
        downloads=Count("pk", filter=took),
    )
    return _by("shown_id", counted)


def _sent(studio: Studio, albums: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    lists = Selection.objects.for_studio(studio).filter(shown_id__in=albums, state=SelectionState.SENT).order_by()
    counted = lists.values("shown_id").annotate(selected_at=Max("sent_at"), selections=Count("pk"))
    return _by("shown_id", counted)


def _nudged(studio: Studio, albums: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = ClientEmail.objects.for_studio(studio).filter(album_id__in=albums, kind=EmailKind.NUDGE)
    rows = rows.filter(email__state__in=_ON_THE_WAY).order_by()
    return dict(rows.values_list("album_id").annotate(Max("created_at")))


def _links(studio: Studio, albums: Sequence[UUID], now: datetime) -> dict[UUID, tuple[bool, datetime | None]]:
    """Whether a link of each is open, and when the last of them closes; None if one never does."""
    rows = ShareLink.objects.for_studio(studio).filter(album_id__in=albums, revoked_at__isnull=True)
    rows = rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).order_by()
    endless = Count("pk", filter=Q(expires_at__isnull=True))
    found = rows.values_list("album_id").annotate(endless=endless, last=Max("expires_at"))
    return {album_id: (True, None if never else last) for album_id, never, last in found}


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
