"""What the studio's pages show of albums. Run in the studio's transaction; the number of queries never grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.accounts.access import Entered
from apps.accounts.models import Studio
from apps.albums import counts, figures, placements, status, tiles
from apps.albums.by_people import ByPeople
from apps.albums.cover import cover_of, with_covers
from apps.albums.figures import GalleryFigures
from apps.albums.marks import LABELS
from apps.albums.models import Album, Flag, Section, Stack
from apps.albums.stream import STUDIO_PAGE, Stream, StreamPage
from apps.media.formats import EXTENSIONS, VIDEO_EXTENSIONS
from apps.media.serving import picture_url
from apps.web import keyset
from apps.web.compiled_queries import Compiled

CARDS = 24


@dataclass(frozen=True, slots=True)
class Card:
    """An album in the list and at the head of its page. size in bytes."""

    id: UUID
    title: str
    state: str
    event_date: date | None
    description: str
    photo_count: int
    size: int
    url: str
    cover_url: str = ""
    link_count: int = 0
    standing: str = ""
    more_coming: bool = False
    published_at: datetime | None = None
    figures: GalleryFigures = field(default_factory=GalleryFigures)


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with the number of its photos. is_restricted: only chosen links show it."""

    id: UUID
    title: str
    count: int
    is_restricted: bool = False


# Orders of the list of galleries: name in its address -> words, order of the rows.
SORTS = {
    "": ("Newest first", ("-created_at", "id")),
    "oldest": ("Oldest first", ("created_at", "id")),
    "title": ("By title", ("title", "id")),
}


def cards(entered: Entered, *, search: str, state: str, after: str, sort: str = "") -> tuple[list[Card], str]:
    """A page of the member's albums, and the cursor of the next ("" at the end). sort: a name of `SORTS`."""
    studio, order = entered.studio, SORTS[sort][1]
    scope = f"albums {studio.pk} {sort}".rstrip()
    if search or state or after or entered.is_restricted:
        albums = Album.objects.visible_to(entered).filter(trashed_at__isnull=True)
        if search:
            albums = albums.filter(title__icontains=search)
        if state:
            albums = status.only(albums, status.AlbumStanding(state), studio)
        page = keyset.page_or_first(with_covers(albums, studio), order, limit=CARDS, cursor=after, scope=scope)
    else:
        page = keyset.page_of(partial(_read_first, studio.pk, order), limit=CARDS, scope=scope, ordering=order)
    ids = [album.pk for album in page.rows]
    totals = counts.totals(studio.pk, ids)
    links = _links_of(entered, ids)
    did = {} if entered.is_contributor else figures.of_albums(studio.pk, ids)
    shown = []
    for album in page.rows:
        album.studio = studio
        total = totals[album.pk]
        one = card(
            album,
            total.photos,
            total.size,
            cover=album.shown_cover,
            links=links.get(album.pk),
            did=did.get(album.pk),
        )
        shown.append(one)
    return shown, page.next or ""


@dataclass(frozen=True)
class _Galleries:
    """Those of a studio."""

    studio: UUID


def _first(galleries: _Galleries, order: tuple[str, ...], most: int) -> QuerySet[Album]:
    rows = Album.objects.for_studio(galleries.studio).filter(trashed_at__isnull=True)
    return with_covers(rows, galleries.studio).order_by(*order)[:most]


# The page on which a member of a studio begins.
_FIRST: Final = Compiled(_first)


def _read_first(
    studio: UUID, order: tuple[str, ...], _position: object, _backwards: bool, most: int
) -> list[tuple[list[Any], Any]]:
    """See `keyset.Reader`: the first page of all galleries."""
    return [(keyset.position(row, order), row) for row in _FIRST(_Galleries(studio), order, most)]


def _links_of(entered: Entered, albums: list[UUID]) -> dict[UUID, status.Links]:
    """The links of albums, for who may know of them."""
    return {} if entered.is_contributor else status.links_of(entered.studio.pk, albums)


def card(
    album: Album,
    photos: int,
    size: int,
    *,
    cover: UUID | None = None,
    links: status.Links | None = None,
    did: GalleryFigures | None = None,
) -> Card:
    """An album with its figures."""
    return Card(
        id=album.pk,
        title=album.title,
        state=album.state,
        event_date=album.event_date,
        description=album.description,
        photo_count=photos,
        size=size,
        url=album.get_absolute_url(),
        cover_url=picture_url(album.studio_id, album.pk, cover, "thumb") if cover else "",
        link_count=links.total if links else 0,
        standing=(links or status.Links()).standing(album.state),
        more_coming=album.more_coming,
        published_at=album.published_at,
        figures=did or GalleryFigures(),
    )


def sections_of(album: Album, counted: counts.Counts) -> tuple[list[Section], list[ShownSection]]:
    """The album's sections in order, as rows and as shown."""
    rows = list(album.sections.order_by("rank"))
    return rows, [ShownSection(row.pk, row.title, counted.of(row), row.audience is not None) for row in rows]


# Filters of the album's page: their name in its address and in `counts.KeptCounts`, in words, and what they let by.
KEPT = {
    "hidden": ("Hidden", Q(is_hidden=True)),
    "withheld": ("Hidden by the client", Q(is_withheld=True)),
    "chosen": ("Chosen links", Q(audience__isnull=False)),
}


def _stars(least: int) -> str:
    if least == 5:
        return "5 stars"
    return f"{least} star{'' if least == 1 else 's'} or more"


# Filters by the studio's own marks.
MARKED = {
    "pick": ("Picks", Q(photo__flag=Flag.PICK)),
    "reject": ("Rejects", Q(photo__flag=Flag.REJECT)),
    "unflagged": ("Without a flag", Q(photo__flag="")),
    **{f"stars{n}": (_stars(n), Q(photo__rating__gte=n)) for n in range(1, 6)},
    **{label: (f"{label.capitalize()} label", Q(photo__label__iexact=label)) for label in LABELS},
}


@dataclass(frozen=True, slots=True)
class PageFilters:
    """What of an album its page is asked for. kept, mark: a name of `KEPT` or `MARKED`, or "".

    stack: the photos of one, whatever else is asked.
    """

    section: Section | None = None
    kept: str = ""
    mark: str = ""
    by_people: ByPeople = field(default_factory=ByPeople)
    stack: UUID | None = None

    @property
    def query(self) -> str:
        """The part of an address that asks for it; "" for the whole album."""
        return _joined(self.beside_people, self.by_people.query)

    @property
    def beside_people(self) -> str:
        """The same without the people."""
        section = f"section={self.section.pk}" if self.section else ""
        return _joined(section, f"kept={self.kept}" if self.kept else "", self._mark)

    @property
    def beside_sections(self) -> str:
        """The same without the section and what stands in one row with the sections."""
        return _joined(self._mark, self.by_people.query)

    @property
    def _mark(self) -> str:
        return f"mark={self.mark}" if self.mark else ""


def _joined(*parts: str) -> str:
    return "&".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """One filter of the album's page, with how many photos it lets by."""

    name: str
    title: str
    count: int
    is_on: bool


def kept_filters(album: Album, entered: Entered, on: str = "") -> list[KeptFilter]:
    """The filters that would show something, and the one that is on; none for who does not know of guests."""
    if entered.is_contributor:
        return []
    counted = counts.kept(album)
    every = [KeptFilter(name, title, getattr(counted, name), name == on) for name, (title, _) in KEPT.items()]
    return [one for one in every if one.count or one.is_on]


def summary(album: Album, counted: counts.Counts, entered: Entered) -> dict[str, Any]:
    """Context of albums/_summary.html."""
    size = counts.totals(album.studio_id, [album.pk])[album.pk].size
    links = _links_of(entered, [album.pk]).get(album.pk)
    did = {} if entered.is_contributor else figures.of_albums(album.studio_id, [album.pk])
    return {
        "album": card(album, counted.total, size, links=links, did=did.get(album.pk)),
        "counts": counts.unready(album),
        "links_count": links.total if links else 0,
    }


def section_list(
    album: Album, counted: counts.Counts, entered: Entered, asked: PageFilters | None = None
) -> dict[str, Any]:
    """Context of albums/_sections.html and albums/_section_editor.html."""
    asked = asked or PageFilters()
    return {
        "album": card(album, counted.total, 0),
        "sections": sections_of(album, counted)[1],
        "section": asked.section,
        "kept": asked.kept,
        "kept_filters": kept_filters(album, entered, asked.kept),
        "also": asked.beside_sections,
    }


def place_of(album: Album, entered: Entered, rows: Sequence[tiles.TileRow]) -> tiles.StudioPlace:
    """Where these tiles of this album are shown to this member, and what guests said of them."""
    ids = [row.photo_id for row in rows]
    said = {} if entered.is_contributor else figures.of_photos(album.studio_id, album.pk, ids)
    own = placements.touchable(entered, ids) if entered.is_contributor else ()
    return tiles.StudioPlace(
        album.studio_id, entered.studio.slug, album.pk, album.cover_id, entered.may_edit, frozenset(own),
        tells_guests=not entered.is_contributor, said=said,
    )  # fmt: skip


def page_of_tiles(
    stream: Stream, page: StreamPage, sections: Sequence[Section], entered: Entered, asked: PageFilters
) -> dict[str, Any]:
    """Context of albums/_tiles.html."""
    next_url = ""
    if page.next:
        next_url = f"{stream.album.get_absolute_url()}?{_joined(f'after={page.next}', asked.query)}"
    html = tiles.studio_tiles(
        page.rows,
        stream.photo_counts.headings(sections),
        place_of(stream.album, entered, page.rows),
        after=page.after,
        first_page=page.is_first,
    )
    return {"tiles": html, "next_url": next_url, "first": page.first}


def focus(album: Album) -> dict[str, Any] | None:
    """Context of albums/_focus.html: the cover as guests see it, the first photo if none was chosen.

    None if guests see no photo yet.
    """
    cover = cover_of(Stream(album, size=1))
    if cover is None:
        return None
    return {
        "album": album,
        "photo_id": cover.photo.photo_id,
        "url": picture_url(album.studio_id, album.pk, cover.photo.photo_id, "thumb"),
        "width": cover.photo.width,
        "height": cover.photo.height,
        "focal_x": round(cover.focal_x * 100),
        "focal_y": round(cover.focal_y * 100),
        "fx": tiles.focal_step(cover.focal_x),
        "fy": tiles.focal_step(cover.focal_y),
    }


def stream_of(album: Album, asked: PageFilters | None = None, *, folds: bool = False) -> Stream:
    """The album as the studio reads it; only what the filters let by.

    folds: stacks are one tile each, unless something is asked.
    """
    asked = asked or PageFilters()
    only, size = None, STUDIO_PAGE
    if asked.stack is not None:
        only, size = album.placements.filter(photo__stack_id=asked.stack).values("photo_id"), Stack.MOST
    elif asked.kept or asked.mark or asked.by_people.photos is not None:
        wanted = KEPT[asked.kept][1] if asked.kept else Q()
        wanted &= MARKED[asked.mark][1] if asked.mark else Q()
        only = album.placements.filter(wanted).values("photo_id")
        if asked.by_people.photos is not None:
            only = only.filter(photo_id__in=asked.by_people.photos)
    return Stream(album, size=size, only_shown=False, within=asked.section, only=only, folds=folds)


def upload_of(album: Album, studio: Studio) -> dict[str, Any]:
    """What the upload script must know. quota_left in bytes."""
    return {
        "url": reverse("uploads:put", args=[studio.slug, album.pk]),
        "look_url": reverse("uploads:look", args=[studio.slug, album.pk]),
        "parts_url": reverse("uploads:parts", args=[studio.slug]),
        "receipts_url": reverse("uploads:receipts", args=[studio.slug, album.pk]),
        "max_bytes": settings.MAX_PHOTO_BYTES,
        "max_video_bytes": settings.MAX_VIDEO_BYTES,
        "video_extensions": ",".join(VIDEO_EXTENSIONS),
        "quota_left": max(0, studio.quota_bytes - studio.bytes_used),
        "extensions": ",".join(EXTENSIONS),
        "accept": ",".join(f".{extension}" for extension in EXTENSIONS),
    }


def socket_of(album: Album, studio: Studio) -> str:
    """Address of the socket that tells of changes."""
    return f"/ws/studio/{studio.slug}/albums/{album.pk}/"


def cover_url(stream: Stream, page: StreamPage) -> str:
    """URL of the picture at the head of the album's page, or ""."""
    album, cover = stream.album, cover_of(stream, page)
    return picture_url(album.studio_id, album.pk, cover.photo.photo_id, "tile") if cover else ""
