"""Renditions, answered past Django: `/m/<album>/<photo>/<size>.<mac>.webp`.

Every answer needs a right (a member's session or a guest's pass), a true MAC and a photo that this visitor
may see. What the database said may be 30 s old, so a gallery of 40 tiles costs one look at the link, and a
revoked link stops within 30 s.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, parse_cookie
from django.utils import timezone

from apps.accounts.access import Door, Entered, present_in
from apps.accounts.scopes import user_of
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, AlbumKind, Audience, Placement, PlacementQuerySet, hidden_from, placements_of
from apps.media import serving
from apps.media.asgi import headers_of, not_allowed, not_found, offering_parts, send_part, sends_files, start_of
from apps.sharing import access
from apps.sharing.branding import watermarks
from apps.smart_collections.asked import photos_of
from apps.web.threads import in_thread
from apps.web.ttl_cache import TtlCache
from apps.web.wsgi_bridge import Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Right:
    """A visitor's right to look into one album.

    audience: guests see what their link shows; None: members see all.  until: when the link ends, if it does.
    is_collected: what is looked into is a collection's.
    mark: the watermark over all that is seen by this right, "" for none (see `watermarks`).
    """

    studio_id: UUID
    audience: Audience | None
    until: datetime | None
    mark: str = ""
    is_collected: bool = False

    def holds(self) -> bool:
        return self.until is None or timezone.now() < self.until


RightKey = tuple[bytes, UUID]
PlaceKey = tuple[tuple[Right, ...], serving.Asked]


class PicturePlace(NamedTuple):
    """Where a picture lies, and the answer to most who ask for it.

    path: of the file that this process sends from its disk, "" if the bytes leave in another way.
    start: the event that begins the answer with the whole file; empty without a path.
    """

    location: serving.Location
    path: str
    start: dict[str, Any]

    @classmethod
    def of(cls, location: serving.Location) -> PicturePlace:
        answer = serving.undamaged_picture(location) if location.path is not None else None
        if answer is None or answer.path is None:
            return cls(location, "", {})
        return cls(location, str(answer.path), start_of(offering_parts(answer)))

    def is_plainly_asked(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """True if the whole file is the answer, and lies here undamaged."""
        plain = scope["method"] == "GET" and not any(name in headers for name in _OTHER_ANSWERS) and sends_files(scope)
        return plain and self.path != "" and serving.is_whole(self.path, self.location.size)


# What asks for less than the whole.
_OTHER_ANSWERS = (b"if-none-match", b"range", b"if-range")
# The two may each be 30 s old at the moment of the answer, never one on top of the other.
RIGHTS: TtlCache[RightKey, tuple[Right, ...]] = TtlCache(seconds=serving.decided_seconds(), size=2_000)
PLACES: TtlCache[PlaceKey, PicturePlace] = TtlCache(seconds=serving.decided_seconds(), size=20_000)


async def picture(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request for a rendition."""
    if scope["method"] not in ("GET", "HEAD"):
        await not_allowed(send)
        return
    headers = headers_of(scope)
    asked = serving.parse(scope["path"])
    place = await _allowed(asked, headers.get(b"cookie", b""), scope) if asked else None
    if place is None:
        await not_found(scope, send)
        return
    if place.is_plainly_asked(scope, headers):
        await send(place.start)
        await send({"type": "http.response.pathsend", "path": place.path})
        return
    condition = headers.get(b"if-none-match", b"").decode("latin-1")
    if place.path and serving.is_whole(place.path, place.location.size):
        # Needs neither network nor database, and a turn of a thread takes more than all the rest of an answer.
        answer = serving.picture_answer(place.location, if_none_match=condition)
    else:
        answer = await in_thread(serving.picture_answer, place.location, if_none_match=condition)
    asked_for = (headers.get(name, b"").decode("latin-1") for name in (b"range", b"if-range"))
    await send_part(answer, scope, send, *asked_for)


async def _allowed(asked: serving.Asked, cookies: bytes, scope: Scope) -> PicturePlace | None:
    rights = await _rights(asked.album_id, cookies, scope)
    rights = tuple(right for right in rights if right.holds() and serving.check(asked, right.studio_id))
    if (host := scope.get("studio_host")) is not None:
        rights = tuple(right for right in rights if right.studio_id == host.studio_id)
    if not rights:
        return None
    place = PLACES.get((rights, asked))
    if place is None:
        since = PLACES.clock()
        location = await in_thread(_place, rights, asked)
        if location is not None:
            place = PicturePlace.of(location)
            PLACES.put((rights, asked), place, since=since)
    return place


async def _rights(album_id: UUID, cookies: bytes, scope: Scope) -> tuple[Right, ...]:
    if not cookies:
        return ()
    key = (hashlib.sha256(cookies).digest(), album_id)
    rights = RIGHTS.get(key)
    if rights is None:
        since = RIGHTS.clock()
        rights = await in_thread(_ask_doors, album_id, cookies, dict(scope))
        if rights:
            RIGHTS.put(key, rights, since=since)
    return rights


def _ask_doors(album_id: UUID, cookie_header: bytes, scope: dict[str, Any]) -> tuple[Right, ...]:
    """The members' door first: a member who also holds a guest's pass still sees hidden photos."""
    cookies = parse_cookie(cookie_header.decode("latin-1"))
    if settings.SESSION_COOKIE_NAME in cookies:
        entered, is_collected = _member(album_id, scope)
        if entered is not None:
            return (Right(entered.studio.pk, audience=None, until=entered.visit_until, is_collected=is_collected),)
    rights = [_right_of(grant) for grant in access.grants_for_pictures(cookies, album_id, now=timezone.now())]
    # Whoever may see photos without a watermark is not shown one because of another link.
    return tuple(sorted(rights, key=lambda right: bool(right.mark)))


def _right_of(grant: access.Grant) -> Right:
    mark = watermarks.digest_for(grant.studio, grant.shown.album, is_watermarked=grant.rights.is_watermarked)
    is_collected = not grant.shown.album.is_gallery
    return Right(grant.studio.pk, grant.audience, until=grant.expires_at, mark=mark, is_collected=is_collected)


def _member(album_id: UUID, scope: dict[str, Any]) -> tuple[Entered | None, bool]:
    """The browser's member or visiting operator, who may look into the album, and whether that is a collection's."""
    user = user_of(scope)
    if user is None:
        return None, False
    with across_studios():
        found = Album.every.filter(pk=album_id).values_list("studio_id", "kind").first()
    if found is None:
        return None, False
    try:
        entered = present_in(user, found[0])
        entered.admit(Door(album_scoped=True, contributors=True), album=album_id)
    except (Http404, PermissionDenied):
        return None, False
    return entered, found[1] != AlbumKind.GALLERY


def _place(rights: tuple[Right, ...], asked: serving.Asked) -> serving.Location | None:
    """Where the picture lies by the first of the rights that shows it."""
    found = (_place_by(right, asked) for right in rights)
    return next((location for location in found if location is not None), None)


def _placements(right: Right, album_id: UUID) -> PlacementQuerySet:
    if not right.is_collected:
        return placements_of(Album(pk=album_id, studio_id=right.studio_id))
    album = Album.every.for_studio(right.studio_id).select_related("studio").filter(pk=album_id).first()
    return photos_of(album) if album else Placement.objects.for_studio(right.studio_id).none()  # type: ignore[return-value]


def _place_by(right: Right, asked: serving.Asked) -> serving.Location | None:
    with acting_in(right.studio_id):
        placements = _placements(right, asked.album_id).filter(photo_id=asked.photo_id)
        if right.audience is not None:
            album = Album(pk=asked.album_id, studio_id=right.studio_id)
            placements = placements.shown_to(right.audience, hidden_from(right.audience, album))
        if not placements.exists():
            return None
        return watermarks.shown(right.studio_id, asked.photo_id, asked.kind, right.mark)
