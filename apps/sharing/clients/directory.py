"""The clients of a studio: everybody with an email address, over all galleries. Run in the studio's transaction.

Galleries in the trash rest there, with what their clients did in them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.accounts.emails import EmailState
from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios
from apps.albums.models import Album
from apps.sharing.models import (
    Activity,
    ActivityKind,
    ClientEmail,
    Comment,
    Pick,
    Selection,
    StudioClient,
    Visitor,
)
from apps.web import keyset

PAGE = 50
LATEST = ("-active_at", "-id")
LONGEST_QUERY = 120
# Of one person: more galleries or emails than these are not listed on the page.
MOST_GALLERIES = 100
MOST_EMAILS = 100


@dataclass(frozen=True, slots=True)
class ClientList:
    """One list of a client's favourites."""

    id: UUID
    title: str
    state: str
    photos: int
    sent_at: datetime | None


@dataclass(slots=True)
class ClientGallery:
    """What a client has to do with one gallery.

    links: labels of the links by which they came or that were emailed to them.  seen_at: the last visit.
    emailed_at: when the last email about it was written.
    """

    album: Album
    links: list[str] = field(default_factory=list)
    lists: list[ClientList] = field(default_factory=list)
    seen_at: datetime | None = None
    emailed_at: datetime | None = None
    downloads: int = 0
    comments: int = 0

    @property
    def favourites(self) -> int:
        return sum(one.photos for one in self.lists)

    @property
    def active_at(self) -> datetime:
        """The last thing that happened; one of both there is."""
        moments = [moment for moment in (self.seen_at, self.emailed_at) if moment]
        return max(moments)

    def came_by(self, label: str) -> None:
        if label not in self.links:
            self.links.append(label)


@dataclass(slots=True)
class ClientRow:
    """A client in the list.

    galleries: visited, or emailed about.  favourites: photos in any of their lists.
    downloads: times that something was taken.  by_gallery: what they did where, once it was asked for.
    """

    client: StudioClient
    galleries: int = 0
    favourites: int = 0
    downloads: int = 0
    by_gallery: list[ClientGallery] = field(default_factory=list)


def found(studio: Studio, query: str) -> QuerySet[StudioClient]:
    """The clients in whose name or address these letters stand; all for none."""
    rows = StudioClient.objects.for_studio(studio)
    letters = " ".join(query.split())[:LONGEST_QUERY]
    return rows.filter(Q(name__icontains=letters) | Q(email__icontains=letters)) if letters else rows


def page(studio: Studio, query: str, *, cursor: str = "") -> keyset.KeysetPage:
    """A page of `StudioClient`, those first with whom something happened last. A broken cursor gives the first page."""
    scope = f"clients:{studio.pk}:{query}"
    return keyset.page_or_first(found(studio, query), LATEST, limit=PAGE, cursor=cursor, scope=scope)


def rows_of(studio: Studio, clients: Sequence[StudioClient]) -> list[ClientRow]:
    """These clients with their figures. Four queries, however many they are."""
    visitors = _visitors(studio, [client.email for client in clients])
    galleries: dict[str, set[UUID]] = defaultdict(set)
    for visitor in visitors:
        galleries[visitor.email].add(visitor.shown_id)
    told = _told(studio, [client.email for client in clients]).order_by()
    for address, album_id in told.values_list("email__to", "album_id").distinct():
        galleries[address].add(album_id)
    hearts, downloads = _hearts(studio, visitors), _downloads(studio, visitors)
    rows = {client.email: ClientRow(client, len(galleries[client.email])) for client in clients}
    for visitor in visitors:
        rows[visitor.email].favourites += hearts[visitor.pk]
        rows[visitor.email].downloads += downloads[visitor.pk]
    return list(rows.values())


def galleries_of(studio: Studio, client: StudioClient) -> list[ClientGallery]:
    """What this client has to do with which gallery, the latest first. Five queries."""
    there: dict[UUID, ClientGallery] = {}
    visitors = _visitors(studio, [client.email])[:MOST_GALLERIES]
    for visitor in visitors:
        one = there.setdefault(visitor.shown_id, ClientGallery(visitor.album))
        one.seen_at = visitor.seen_at
        if visitor.link:
            one.came_by(visitor.link.label)
    for told in emails_of(studio, client):
        one = there.setdefault(told.album_id, ClientGallery(told.album))
        one.emailed_at = max(filter(None, (one.emailed_at, told.created_at)))
        if told.link and told.email.state != EmailState.CANCELLED:
            one.came_by(told.link.label)
    _count(studio, there, visitors)
    return sorted(there.values(), key=lambda one: one.active_at, reverse=True)[:MOST_GALLERIES]


def emails_of(studio: Studio, client: StudioClient) -> list[ClientEmail]:
    """The last emails to this client, newest first."""
    rows = _told(studio, [client.email]).select_related("email", "album", "link").defer("email__sealed")
    return list(rows.order_by("-created_at", "-id")[:MOST_EMAILS])


def forget_lost() -> int:
    """Remove clients whose galleries were deleted, in all studios; how many.

    Within a studio triggers see to it at once. A gallery that went for all studios together took its visitors along
    unseen by them (they see the studio that is set), and those go here.
    """
    with across_studios():
        same = {"studio_id": OuterRef("studio_id")}
        met = Visitor.objects.filter(**same, email=OuterRef("email"))
        told = ClientEmail.objects.filter(**same, email__to=OuterRef("email"), email__composer="client")
        lost = StudioClient.objects.exclude(Exists(met)).exclude(Exists(told))
        return lost.delete()[0]


def _count(studio: Studio, there: dict[UUID, ClientGallery], visitors: Sequence[Visitor]) -> None:
    lists = Selection.objects.for_studio(studio).filter(visitor__in=visitors).annotate(photos=Count("picks"))
    for row in lists.order_by("created_at", "id"):
        there[row.shown_id].lists.append(ClientList(row.pk, row.title, row.state, row.photos, row.sent_at))
    said = Comment.objects.for_studio(studio).filter(visitor__in=visitors, removed_at=None).order_by()
    comments = Counter(dict(said.values_list("visitor_id").annotate(Count("pk"))))
    downloads = _downloads(studio, visitors)
    for visitor in visitors:
        there[visitor.shown_id].downloads += downloads[visitor.pk]
        there[visitor.shown_id].comments += comments[visitor.pk]


def _visitors(studio: Studio, addresses: Iterable[str]) -> list[Visitor]:
    rows = Visitor.objects.for_studio(studio).filter(email__in=list(addresses), email__gt="")
    rows = rows.filter(shown__album__trashed_at__isnull=True).select_related("shown__album", "link")
    return list(rows.order_by("-seen_at", "-id"))


def _told(studio: Studio, addresses: Iterable[str]) -> QuerySet[ClientEmail]:
    rows = ClientEmail.objects.for_studio(studio).filter(album__trashed_at__isnull=True)
    return rows.filter(email__to__in=list(addresses), email__composer="client")


def _hearts(studio: Studio, visitors: Sequence[Visitor]) -> Counter[UUID]:
    picked = Pick.objects.for_studio(studio).filter(selection__visitor__in=visitors).order_by()
    return Counter(dict(picked.values_list("selection__visitor_id").annotate(Count("photo", distinct=True))))


def _downloads(studio: Studio, visitors: Sequence[Visitor]) -> Counter[UUID]:
    took = Activity.objects.for_studio(studio).filter(visitor__in=visitors, kind=ActivityKind.DOWNLOADED).order_by()
    return Counter(dict(took.values_list("visitor_id").annotate(Count("pk"))))
