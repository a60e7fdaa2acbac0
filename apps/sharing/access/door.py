"""The guests' door. Whoever holds a link's token comes in here, and nowhere else.

The page, the picture, the download and the sentence for the studio all rest on one `Terms` (see `terms`);
a guest who was let in gets a `Grant`, and every right is asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpResponseBase

from apps.accounts import hosts
from apps.accounts.models import Brand, Studio, secret_hash
from apps.accounts.tenancy import across_studios, joining
from apps.albums.models import Album, Audience, Photo, PlacementQuerySet, Section
from apps.albums.scope import Scope
from apps.albums.stream import Stream
from apps.albums.versions import shown_version_sql
from apps.sharing.access import known, lockout, passes, studio_of_token
from apps.sharing.access.shown import ShownAlbum
from apps.sharing.links.terms import Rights, Standing, Terms
from apps.sharing.models import READABLE, ShareLink, TakesUploads
from apps.web.raw_rows import RowColumns

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
_SLUGS = re.compile(r"[a-z0-9_-]{1,60}\.[a-z0-9-]{3,60}")


class Missing(Exception):
    """There is no such link (404)."""


class Closed(Exception):
    """There is a link, but it does not open. Tells the studio and nothing else."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        super().__init__("This link does not open.")


class Gone(Closed):
    """It ran out, was revoked, or its album was put away (410). standing: which of them."""

    def __init__(self, studio: Studio, standing: Standing) -> None:
        super().__init__(studio)
        self.standing = standing


class Expired(Gone):
    """It ran out. Its clients may say so (see `guests.expired`)."""

    def __init__(self, link: ShareLink) -> None:
        super().__init__(link.studio, Standing.EXPIRED)
        self.link = link

    def grant(self, cookies: Mapping[str, str], *, now: datetime) -> Grant:
        """What this browser had, for the page that tells of the end; it opens nothing else."""
        return _grant(self.link, is_known=passes.is_held(cookies, self.link.pk, self.link.version, now=now))


class NotYet(Closed):
    """Its album is still a draft (404, with the studio's name)."""


class Locked(Closed):
    """It needs a password that this browser has not given."""

    def __init__(self, link: ShareLink) -> None:
        super().__init__(link.studio)
        self.link = link


class Anonymous(Closed):
    """It asks who is there before it shows anything, and nobody has said so in this browser."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A guest inside what one link shows.

    link_id, version: bind cookies, sockets and jobs that come of it.
    audience: who this guest is to the photos.
    is_known: this browser was let in before.
    asks_identity: the link asks who is there before it opens.
    is_preview: a member looks as a guest would; nothing is counted, written down or changed. shown_as: the visitor
    whose lists and marks the member sees then, if any.
    shown_version: of the album, as it was when the link was read (see `albums.versions`); None where only pictures are
    asked for.
    """

    link_id: UUID
    version: int
    studio: Studio
    shown: ShownAlbum
    audience: Audience
    rights: Rights
    expires_at: datetime | None
    is_known: bool
    asks_identity: bool = False
    is_preview: bool = False
    shown_as: UUID | None = None
    shown_version: str | None = None

    def may_view(self, size: str) -> bool:
        return self.rights.may_view(size)

    def may_download(self, size: str) -> bool:
        return self.rights.may_download(size)

    def stream(self, sections: Sequence[Section] | None = None) -> Stream:
        """All of it as this guest may read it. sections: all there are, if they are at hand."""
        return self.shown.stream(self.audience, sections, version=self.shown_version)

    def scope(self) -> Scope:
        """All that this guest may see, by ids. Run it in `acting_in(grant.studio)`."""
        return self.shown.scope(self.audience)

    def photos(self) -> PlacementQuerySet:
        """All that this guest may see. Run it in `acting_in(grant.studio)`."""
        return self.shown.photos(self.audience)

    def require(self, photo_id: UUID) -> Photo:
        """One photo that this guest may know of. Raises Http404. Run it in `acting_in(grant.studio)`."""
        placement = self.photos().filter(photo_id=photo_id).select_related("photo").first()
        if placement is None:
            raise Http404
        photo: Photo = placement.photo
        return photo

    def hand_over(self, response: HttpResponseBase, cookies: Mapping[str, str], *, now: datetime) -> None:
        """Give the browser its pass. cookies: those it holds."""
        held = passes.new(self.link_id, self.shown.pk, self.version)
        passes.COOKIE.give(response, cookies, held, self.link_id, now=now)


def open_link(
    token: str, cookies: Mapping[str, str], *, now: datetime, by_anyone: bool = False, takes_drops: bool = False
) -> Grant:
    """Let a guest in by the token of a link. Raises Missing, Gone, NotYet, Locked or Anonymous.

    by_anyone: the page that asks who is there opens for those who have not said it yet.
    takes_drops: it shows no photos, so links that only take photos open it too; nothing else is there for them.
    """
    link = _standing_link(token, now)
    is_known = passes.is_held(cookies, link.pk, link.version, now=now)
    if link.is_password_protected and not is_known:
        raise Locked(link)
    if link.upload == TakesUploads.DROP and not takes_drops:
        raise Missing
    if not by_anyone and not _is_person(link, cookies, now):
        raise Anonymous(link.studio)
    return _grant(link, is_known=is_known)


def open_preview(token: str, link_id: UUID, version: int, *, shown_as: UUID | None, now: datetime) -> Grant | None:
    """What a member of the studio sees in a guest's place, also while the album is a draft.

    None if the token is that of another link, or the link's sessions have ended since. Who asks must be a member (see
    `guests.view_as`). Raises Missing or Gone.
    """
    link = _standing_link(token, now, may_be_draft=True)
    if (link.pk, link.version) != (link_id, version):
        return None
    return replace(_grant(link, is_known=True), is_preview=True, shown_as=shown_as)


def unlock(token: str, password: str, *, client_ip: str, now: datetime) -> Grant:
    """Let a guest in by token and password.

    Raises Missing, Gone or NotYet; lockout.Wrong; RateLimited. Call it outside of a transaction.
    """
    link = _standing_link(token, now)
    if link.is_password_protected:
        lockout.check_password(link, password, client_ip=client_ip)
    return _grant(link, is_known=False)


def grants_for_pictures(cookies: Mapping[str, str], shown_id: UUID, *, now: datetime) -> list[Grant]:
    """The rights by which a browser may see pictures of what a link shows, one for each pass that still opens its link.

    Links to one album can show other photos each, so each right is asked. The links' rows are read afresh.
    """
    held = passes.COOKIE.read_all(cookies, now=now)
    versions = {one.link_id: one.version for one in held if one.shown_id == shown_id}
    if not versions:
        return []
    with across_studios():
        shows = _links().exclude(upload=TakesUploads.DROP)
        links = list(shows.filter(pk__in=versions, shown_id=shown_id).order_by("pk"))
    return [
        _grant(link, is_known=True)
        for link in links
        if not link.studio.is_closing
        and Terms.of(link, link.album).standing(now) == Standing.OPEN
        and link.version == versions[link.pk]
        and _is_person(link, cookies, now)
    ]


def _links() -> QuerySet[ShareLink]:
    # The logo is bytes; a door needs none.
    return ShareLink.objects.select_related("studio", "album").defer("studio__logo")


_LINK, _STUDIO, _ALBUM = RowColumns(ShareLink), RowColumns(Studio, without=["logo"]), RowColumns(Album)
_BRAND = RowColumns(Brand, without=["logo"])
_SHOWN_VERSION = RawSQL(shown_version_sql("albums_album"), [], TextField())
_BY_TOKEN = f"""
    select {_LINK.sql("l")}, {_STUDIO.sql("s")}, {_ALBUM.sql("a")}, {_BRAND.sql("b")}, {shown_version_sql("a")}
    from sharing_sharelink l
        join accounts_studio s on s.id = l.studio_id
        join albums_album a on a.studio_id = l.studio_id and a.id = l.album_id
        left join accounts_brand b on b.studio_id = a.studio_id and b.id = a.brand_id
    where l.token_hash = %s
"""


def studio_of(token: str) -> UUID | None:
    """Whose link this token is; None if it is nobody's."""
    link = _link_of(token)
    return None if link is None else link.studio_id


def _link_of(token: str) -> ShareLink | None:
    """The link of a token, if it is found under the host of the request at hand."""
    link = _anywhere(token)
    return link if link is not None and hosts.shows(link.studio_id) else None


def _anywhere(token: str) -> ShareLink | None:
    studio_id = studio_of_token.known(token)
    if studio_id is not None:
        with joining(studio_id):
            link = _find(token)
        if link is not None:
            return link
    with across_studios():
        link = _find(token)
    # A readable address can be given to another studio's link.
    if link is not None and _TOKEN.fullmatch(token):
        studio_of_token.remember(token, link.studio_id)
    return link


def _find(token: str) -> ShareLink | None:
    """The link of a token or, since a token holds no dot, of a readable "<studio>.<link>"."""
    if _TOKEN.fullmatch(token):
        return _by_token(token)
    readable = token.lower()
    if not _SLUGS.fullmatch(readable):
        return None
    studio, _, slug = readable.partition(".")
    # It can be guessed, so it never opens a link that has lost its password.
    links = _links().annotate(read_version=_SHOWN_VERSION)
    link = links.filter(READABLE, studio__slug=studio, slug=slug).first()
    if link is not None:
        link.shown_version = link.read_version
        link.studio = link.album.studio = link.studio.dressed(link.album.brand)
    return link


def _by_token(token: str) -> ShareLink | None:
    with connection.cursor() as cursor:
        cursor.execute(_BY_TOKEN, [secret_hash(token)])
        found = cursor.fetchone()
    if found is None:
        return None
    behind = len(_LINK), len(_LINK) + len(_STUDIO), len(_LINK) + len(_STUDIO) + len(_ALBUM)
    link = _LINK.row(found[: behind[0]])
    link.album = _ALBUM.row(found[behind[1] : behind[2]])
    link.album.brand = _BRAND.row(found[behind[2] : -1]) if link.album.brand_id else None
    link.studio = _STUDIO.row(found[behind[0] : behind[1]]).dressed(link.album.brand)
    link.album.studio = link.studio
    link.shown_version = found[-1]
    return link


def _is_person(link: ShareLink, cookies: Mapping[str, str], now: datetime) -> bool:
    """False if the link asks who is there and this browser's person is not known."""
    if not link.asks_identity:
        return True
    with joining(link.studio):
        return known.known(link.studio, link.shown_id, cookies, now=now) is not None


def _standing_link(token: str, now: datetime, *, may_be_draft: bool = False) -> ShareLink:
    link = _link_of(token)
    if link is None:
        raise Missing
    if link.studio.is_closing:
        raise Gone(link.studio, Standing.REVOKED)
    standing = Terms.of(link, link.album).standing(now)
    if standing == Standing.DRAFT and may_be_draft:
        return link
    if standing == Standing.DRAFT:
        raise NotYet(link.studio)
    # The page of a link that ran out shows the cover.
    if standing == Standing.EXPIRED and link.upload != TakesUploads.DROP:
        raise Expired(link)
    if standing != Standing.OPEN:
        raise Gone(link.studio, standing)
    return link


def _grant(link: ShareLink, *, is_known: bool) -> Grant:
    return Grant(
        link_id=link.pk,
        version=link.version,
        studio=link.studio,
        shown=ShownAlbum(link.album),
        audience=link.audience,
        rights=Terms.of(link, link.album).rights,
        expires_at=link.expires_at,
        is_known=is_known,
        asks_identity=link.asks_identity,
        shown_version=link.shown_version,
    )
