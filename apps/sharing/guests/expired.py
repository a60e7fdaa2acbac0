"""The end of a link for its guests: notices before, the page after it, asking for more time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.context import brand_css
from apps.accounts.models import Role
from apps.accounts.tenancy import acting_in
from apps.albums.models import AlbumState
from apps.albums.tiles import colour_class, focal_step
from apps.media import responses, serving
from apps.sharing.access import Expired, Grant
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.activity import record
from apps.sharing.guests import cover_picture, visitors
from apps.sharing.models import ActivityKind
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.days import last_day
from apps.web.ids import uuid7
from apps.web.rate_limit import RateLimit, RateLimited, reserve_all

SOON = timedelta(days=14)
DAY = 24 * 3600
# Each asking is an email to the owners.
PER_LINK = RateLimit("more-time-link", 5, DAY)
PER_IP = RateLimit("more-time-address", 5, DAY)


class AskedForTime(NamedTuple):
    """What the cookie of a link says: that this browser asked for more time."""

    link_id: UUID


# A browser may ask once a day.
COOKIE: Final = SignedCookie("asked", AskedForTime, lifetime=timedelta(days=1), most=2)


def banners(grant: Grant, now: datetime | None = None) -> dict[str, Any]:
    """Notices above the photos: the last day from two weeks before, and that more photos are coming."""
    now = now or timezone.now()
    is_soon = grant.expires_at is not None and grant.expires_at - now <= SOON
    return {
        "closes_on": last_day(grant.expires_at, grant.studio.zone) if grant.expires_at and is_soon else None,
        "more_coming": grant.shown.album.more_coming,
    }


# -- after the end ---------------------------------------------------------------------------------------------------


def answer(request: HttpRequest, token: str, expired: Expired) -> HttpResponseBase:
    """The answer at any address of a link that ran out: the page, its cover, or that somebody asks for more time."""
    now = timezone.now()
    grant = expired.grant(request.COOKIES, now=now)
    may_see = _may_see(expired, grant)
    match = request.resolver_match
    with acting_in(grant.studio):
        if request.method == "POST" and "more_time" in request.POST:
            return _ask(request, token, expired, grant, now)
        if may_see and match is not None and match.url_name == "closed_cover":
            return _cover(request, grant)
        return render(
            request, "sharing/guests/expired.html", _page(request, token, expired, grant, may_see), status=410
        )


def _may_see(expired: Expired, grant: Grant) -> bool:
    """True for whoever was in, and for everybody where a stranger was let in without a question; never of a draft."""
    if grant.shown.album.state == AlbumState.DRAFT:
        return False
    return grant.is_known or not (expired.link.is_password_protected or grant.asks_identity)


def _page(
    request: HttpRequest, token: str, expired: Expired, grant: Grant, may_see: bool, **shown: Any
) -> dict[str, Any]:
    has_cover = may_see and cover_picture.location_of(grant) is not None
    album = grant.shown.album
    return {
        "studio": grant.studio,
        "brand_css": brand_css(grant.studio),
        "closed_on": expired.link.expires_on,
        "title": album.title if may_see else "",
        "cover_url": reverse("sharing:closed_cover", args=[token]) if has_cover else "",
        "fx": focal_step(album.focal_x),
        "fy": focal_step(album.focal_y),
        "colour": colour_class(""),
        "has_asked": _has_asked(request.COOKIES, expired, timezone.now()),
        **shown,
    }


def _cover(request: HttpRequest, grant: Grant) -> HttpResponseBase:
    location = cover_picture.location_of(grant)
    if location is None:
        return HttpResponse(status=404)
    response = responses.respond(request, serving.picture_answer(location))
    response["Cache-Control"] = "private, no-store"
    return response


def _ask(request: HttpRequest, token: str, expired: Expired, grant: Grant, now: datetime) -> HttpResponseBase:
    """Tell the owners, unless this browser has asked within a day."""
    back = SeeOther(reverse("sharing:gallery", args=[token]))
    if _has_asked(request.COOKIES, expired, now):
        return back
    try:
        reserve_all((PER_IP, client_ip(request)), (PER_LINK, str(expired.link.pk)))
    except RateLimited as stop:
        context = _page(request, token, expired, grant, _may_see(expired, grant), is_too_often=True)
        return too_many(render(request, "sharing/guests/expired.html", context), stop.wait)
    _tell(request, expired, grant, now)
    COOKIE.give(back, request.COOKIES, AskedForTime(expired.link.pk), expired.link.pk, now=now)
    return back


def _tell(request: HttpRequest, expired: Expired, grant: Grant, now: datetime) -> None:
    who = visitors.of(grant, request.COOKIES, now=now)
    record.record(grant, ActivityKind.ASKED_TIME, visitor=who, user_agent=request.headers.get("User-Agent", ""))
    page = reverse("sharing:link_extend", args=[grant.studio.slug, grant.shown.pk, grant.link_id])
    words = outbox.rendered(
        f"{who.name if who else 'A client'} asks for more time: {grant.shown.title}",
        "sharing/guests/asked_time.txt",
        who=who,
        album=grant.shown.album,
        link=expired.link,
        address=settings.PUBLIC_URL + page,
    )
    outbox.tell(
        grant.studio, [Role.OWNER], f"more-time:{expired.link.pk}:{uuid7()}", words, reply_to=who.email if who else ""
    )


def _has_asked(cookies: Mapping[str, str], expired: Expired, now: datetime) -> bool:
    return COOKIE.read(cookies, expired.link.pk, now=now) is not None
