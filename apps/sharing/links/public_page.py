"""A studio's public page: which galleries stand on it, and by which of their links. Run in `acting_in(studio)`.

A gallery is linked by a readable address and never by a token. Either by the client's own link with its password: then
the page tells its title and that it is locked. Or by a link that was made for the page (`open_up`): it has no password,
and its readable address opens only as long as the page is on and shows the gallery (`READABLE`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.albums.models import Album, AlbumState
from apps.sharing.links import lifecycle
from apps.sharing.links.lifecycle import SLUG_LONGEST, SLUG_SHORTEST
from apps.sharing.models import Download, ShareLink
from apps.web import keyset
from apps.web.refusal import Unsuitable

PAGE, ROWS = 48, 50
LABEL = "Public page"
# Links that were made for the page.
_FOR_EVERYBODY = Q(password_hash="", is_main=False, slug__gt="")
_ORDER = ("-created_at", "id")


# -- what everybody sees ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicGallery:
    """A gallery on the page. cover_url: "" if it shows none. Of a locked one nothing but title and address."""

    title: str
    url: str
    is_locked: bool
    event_date: date | None = None
    cover_url: str = ""


def entries(studio: Studio, *, after: str, now: datetime) -> tuple[list[PublicGallery], str]:
    """A page of the galleries that everybody may know of, newest first, and the cursor of the next ("" at the end)."""
    found = _linked(Album.objects.for_studio(studio).filter(state=AlbumState.LIVE, is_listed=True), studio, now)
    told = found.filter(Q(opened__isnull=False) | Q(locked__isnull=False))
    page = keyset.page_or_first(told, _ORDER, limit=PAGE, cursor=after, scope=f"public {studio.pk}")
    return [_entry(studio, album) for album in page.rows], page.next or ""


def _entry(studio: Studio, album: Any) -> PublicGallery:
    opened = album.opened
    address = reverse("sharing:gallery", args=[f"{studio.slug}.{(opened or album.locked)['slug']}"])
    if not opened:
        return PublicGallery(album.title, address, is_locked=True)
    cover = "" if opened["is_bare"] else f"{address}preview/"
    return PublicGallery(album.title, address, is_locked=False, event_date=album.event_date, cover_url=cover)


def _linked(albums: QuerySet[Album], studio: Studio, now: datetime) -> QuerySet[Album]:
    """With `opened` and `locked`: of the links that can stand on the page, the first of each sort, or None."""
    mine = ShareLink.objects.for_studio(studio).filter(_live(now), album_id=OuterRef("pk"))
    named = mine.exclude(slug="").order_by("pk")
    # Whoever must say a name first gets no picture beforehand.
    told = JSONObject(slug="slug", is_bare="asks_identity")
    return albums.filter(trashed_at__isnull=True).annotate(
        opened=Subquery(named.filter(_FOR_EVERYBODY).values(told=told)[:1]),
        locked=Subquery(named.filter(password_hash__gt="", is_main=True).values(told=told)[:1]),
    )


def _live(now: datetime) -> Q:
    return Q(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)


# -- what the studio sees of it --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """How a gallery stands to the page. may_lock: the client's link could be listed, once it has a readable address."""

    id: UUID
    title: str
    is_live: bool
    is_listed: bool
    is_open: bool
    is_locked: bool
    may_lock: bool

    @property
    def sentence(self) -> str:
        """In words for the studio."""
        if not (self.is_open or self.is_locked):
            return "Not shown: it has no readable address."
        if not self.is_listed:
            return "Not shown."
        how = "Open to everyone" if self.is_open else "Listed as locked"
        return f"{how}." if self.is_live else f"{how} once it is live."


def places(studio: Studio, *, after: str, now: datetime) -> tuple[list[Place], str]:
    """A page of the studio's galleries, newest first, and the cursor of the next ("" at the end)."""
    found = _with_main(Album.objects.for_studio(studio).exclude(state=AlbumState.ARCHIVED), studio, now)
    page = keyset.page_or_first(found, _ORDER, limit=ROWS, cursor=after, scope=f"places {studio.pk}")
    return [_place(album) for album in page.rows], page.next or ""


def place_of(album: Album, *, now: datetime) -> Place:
    """The same of one gallery."""
    mine = Album.objects.for_studio(album.studio_id).filter(pk=album.pk)
    return _place(_with_main(mine, album.studio, now).get())


def _with_main(albums: QuerySet[Album], studio: Studio, now: datetime) -> QuerySet[Album]:
    main = _main_links(studio).filter(album_id=OuterRef("pk"), password_hash__gt="")
    return _linked(albums, studio, now).annotate(has_main=Exists(main))


def _main_links(studio: Studio) -> QuerySet[ShareLink]:
    return ShareLink.objects.for_studio(studio).filter(is_main=True, revoked_at__isnull=True)


def _place(album: Any) -> Place:
    return Place(
        album.pk,
        album.title,
        is_live=album.state == AlbumState.LIVE,
        is_listed=album.is_listed,
        is_open=bool(album.opened),
        is_locked=bool(album.locked),
        may_lock=album.has_main and not album.locked,
    )


# -- deeds -----------------------------------------------------------------------------------------------------------


def switch(studio: Studio, on: bool, *, by: User) -> None:
    """Turn the page on or off. Off, the sessions of the links made for it end."""
    if studio.index_is_public == on:
        return
    studio.index_is_public = on
    studio.save(update_fields=["index_is_public"])
    if not on:
        _turn_out(ShareLink.objects.for_studio(studio))
    note(studio, by, "studio.public_page", studio, on=on)


def show(album: Album, on: bool, *, by: User) -> None:
    """Whether a gallery may stand on the page. Taken from it, its link for everybody ends everybody's session."""
    if album.is_listed == on:
        return
    album.is_listed = on
    album.save(update_fields=["is_listed"])
    if not on:
        _turn_out(ShareLink.objects.for_studio(album.studio_id).filter(album_id=album.pk))
    note(album.studio, by, "album.public_page", album, on=on)


def _turn_out(mine: QuerySet[ShareLink]) -> None:
    """End the sessions of links for everybody: a pass would still show the pictures."""
    mine.filter(_FOR_EVERYBODY).update(version=F("version") + 1, pin_version=F("pin_version") + 1)


def open_up(album: Album, *, by: User) -> ShareLink:
    """Let everybody look at a gallery from the page: by a link of its own that downloads and marks nothing.

    One that is open already stays the one. Raises Unsuitable if another gallery took the address this very moment.
    """
    # Two tabs at once: the second finds the link of the first.
    album.hold()
    mine = ShareLink.objects.for_studio(album.studio_id).filter(_live(timezone.now()), album_id=album.pk)
    link: ShareLink | None = mine.filter(_FOR_EVERYBODY).order_by("pk").first()
    if link is None:
        with lifecycle.one_address():
            link, _ = lifecycle.create(album, by=by, label=LABEL, download=Download.NONE)
            link.slug = free_address(album)
            link.save(update_fields=["slug"])
        note(album.studio, by, "link.public_page", link, slug=link.slug)
    show(album, True, by=by)
    return link


def list_locked(album: Album, *, by: User) -> ShareLink:
    """Give the client's own link a readable address, and list the gallery as locked. Raises Unsuitable."""
    mains = _main_links(album.studio).filter(album_id=album.pk, password_hash__gt="")
    link = mains.select_related("studio", "album").defer("studio__logo").order_by("pk").first()
    if link is None:
        raise Unsuitable("slug", "A gallery is listed as locked by its client’s own link, and that needs a password.")
    if not link.slug:
        lifecycle.change(link, by=by, slug=free_address(album))
    show(album, True, by=by)
    return link


def free_address(album: Album) -> str:
    """A readable address that no link of the studio has: "anna-tom", "anna-tom-2"."""
    base = re.sub(r"[^a-z0-9]+", "-", album.slug.lower())[: SLUG_LONGEST - 4].strip("-")
    base = base if len(base) >= SLUG_SHORTEST else f"gallery-{base}".strip("-")
    mine = ShareLink.objects.for_studio(album.studio_id).filter(slug__startswith=base)
    taken = set(mine.values_list("slug", flat=True))
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
