"""The activity log for the studio: newest first, by person and by photo.

Run in `acting_in(studio)`; every list has an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios
from apps.albums.models import Album
from apps.sharing.models import Activity, ActivityKind, ShareLink, Visitor
from apps.web import keyset
from apps.web.days import end_of_day

PAGE = 50
MOST_LINES = 100_000
MOST_ROWS = 200
# Visits say when somebody was where; after a good year they tell the studio nothing that it needs.
KEPT = timedelta(days=400)
FORGOTTEN = (ActivityKind.OPENED, ActivityKind.UNLOCKED, ActivityKind.FAILED)
BATCH = 5_000
ORDER = ("-at", "-id")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are asked for. first, last: days in the studio's zone, both included."""

    kind: str = ""
    visitor_id: UUID | None = None
    link_id: UUID | None = None
    photo_id: UUID | None = None
    first: date | None = None
    last: date | None = None

    def apply(self, rows: QuerySet[Activity], studio: Studio) -> QuerySet[Activity]:
        """The rows that are asked for."""
        named = {"kind": self.kind, "visitor_id": self.visitor_id, "link_id": self.link_id, "photo_id": self.photo_id}
        rows = rows.filter(**{name: value for name, value in named.items() if value})
        if self.first:
            rows = rows.filter(at__gte=end_of_day(self.first - timedelta(days=1), studio.zone))
        if self.last:
            rows = rows.filter(at__lt=end_of_day(self.last, studio.zone))
        return rows


def rows_of(member: Entered, album: Album | None, asked: Filter) -> QuerySet[Activity]:
    """The rows of the member's albums, or of one of them; those of albums in the trash rest there."""
    rows = Activity.objects.visible_to(member).filter(shown__album__trashed_at__isnull=True)
    if album is not None:
        rows = rows.filter(shown_id=album.pk)
    return asked.apply(rows, member.studio)


def feed(member: Entered, album: Album | None, asked: Filter, *, after: str = "") -> keyset.KeysetPage:
    """A page of the newest. A cursor that cannot be read begins at the start."""
    rows = rows_of(member, album, asked).select_related("shown__album", "link", "visitor", "photo")
    scope = f"activity {member.studio.pk} {album.pk if album else ''}"
    return keyset.page_or_first(rows, ORDER, limit=PAGE, cursor=after, scope=scope)


def since(member: Entered, album: Album | None, asked: Filter, newest: UUID | None) -> list[Activity]:
    """The rows after the newest one that the page shows, newest first; at most a page."""
    rows = rows_of(member, album, asked).select_related("shown__album", "link", "visitor", "photo")
    if newest is not None:
        known = Activity.objects.visible_to(member).filter(pk=newest).values_list("at", flat=True).first()
        if known is None:
            return []
        rows = rows.filter(Q(at__gt=known) | Q(at=known, pk__gt=newest))
    return list(rows.order_by(*ORDER)[:PAGE])


def _many(kind: ActivityKind) -> Count:
    return Count("pk", filter=Q(kind=kind))


FIGURES = {
    "opened": _many(ActivityKind.OPENED),
    "favourites": _many(ActivityKind.FAVOURITE),
    "comments": _many(ActivityKind.COMMENTED),
    "downloads": _many(ActivityKind.DOWNLOADED),
    "newest": Max("at"),
}


def by_person(member: Entered, album: Album | None, asked: Filter) -> list[dict[str, Any]]:
    """What each visitor did, the most recent first; who never said a name is one row for each link."""
    rows = rows_of(member, album, asked).order_by()
    names = (
        "visitor_id",
        "visitor__name",
        "visitor__email",
        "link_id",
        "link__label",
        "shown_id",
        "shown__album__title",
    )
    return list(rows.values(*names).annotate(**FIGURES).order_by("-newest")[:MOST_ROWS])


def by_photo(member: Entered, album: Album | None, asked: Filter) -> list[dict[str, Any]]:
    """What was done with each photo, the most loved first."""
    rows = rows_of(member, album, asked).filter(photo__isnull=False).order_by()
    names = ("photo_id", "photo__camera_name", "shown_id", "shown__album__title")
    return list(rows.values(*names).annotate(**FIGURES).order_by("-favourites", "-downloads", "-newest")[:MOST_ROWS])


def choices(member: Entered, album: Album | None) -> dict[str, list[tuple[UUID, str]]]:
    """People and links to choose from; names repeat between albums, so the addresses stand beside them."""
    people, links = Visitor.objects.visible_to(member), ShareLink.objects.visible_to(member)
    if album is not None:
        people, links = people.filter(shown_id=album.pk), links.filter(album_id=album.pk)
    return {
        "people": [
            (pk, f"{name} ({email})")
            for pk, name, email in people.order_by(Lower("name")).values_list("pk", "name", "email")[:MOST_ROWS]
        ],
        "links": [
            (pk, f"{label} · {title}" if album is None else label)
            for pk, label, title in links.order_by("-pk").values_list("pk", "label", "album__title")[:MOST_ROWS]
        ],
    }


def lines(member: Entered, album: Album | None, asked: Filter) -> Iterator[list[str]]:
    """The rows for a table file: a head, then newest first, at most `MOST_LINES`."""
    yield ["When", "Gallery", "Link", "Who", "Email", "What", "Photo", "Device", "Details"]
    rows = rows_of(member, album, asked).order_by(*ORDER)
    names = ("at", "shown__album__title", "link__label", "visitor__name", "visitor__email", "kind",
             "photo__camera_name", "device", "detail")  # fmt: skip
    for at, title, label, name, email, kind, photo, device, detail in rows.values_list(*names)[:MOST_LINES]:
        moment = at.astimezone(member.studio.zone).isoformat(sep=" ", timespec="seconds")
        # Ids mean nothing outside of the database.
        facts = ", ".join(f"{key}: {value}" for key, value in detail.items() if key not in ("comment", "selection_id"))
        yield [
            moment,
            title,
            label or "",
            name or "",
            email or "",
            ActivityKind(kind).label,
            photo or "",
            device,
            facts,
        ]


def forget(now: datetime | None = None) -> int:
    """Remove visits and tried passwords that are older than `KEPT`, in all studios. Returns how many went.

    In portions, so that no lock is held for long. Studios themselves cannot remove what was noted.
    """
    until = (now or timezone.now()) - KEPT
    removed, found = 0, BATCH
    while found == BATCH:
        with across_studios():
            old = Activity.objects.filter(at__lt=until, kind__in=FORGOTTEN)
            ids = list(old.order_by().values_list("pk", flat=True)[:BATCH])
            removed += Activity.objects.filter(pk__in=ids).delete()[0]
        found = len(ids)
    return removed
