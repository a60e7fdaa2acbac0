"""View-as: a member looks at a gallery in a guest's place. Nothing is counted, logged or changed by it.

The cookie is bound to the member and to the link's version; that the member still belongs to the studio is asked at
every request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import enter
from apps.accounts.context import brand_css
from apps.accounts.models import Role, User
from apps.sharing import access
from apps.sharing.access import Grant
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.guests import visitors
from apps.sharing.models import ShareLink, Visitor
from apps.web import htmx

REFUSED = "This is a preview. Nothing you do here is saved."


class Preview(NamedTuple):
    """What the cookie says: which member looks through which link, and as which visitor, if as any."""

    user_id: UUID
    link_id: UUID
    version: int
    visitor_id: UUID | None


COOKIE: Final = SignedCookie("preview", Preview, lifetime=timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class Frame:
    """The coloured frame around a page in view-as. name: of the visitor, or ""."""

    name: str
    exit_url: str


def begin(response: HttpResponseBase, user: User, link: ShareLink, visitor: Visitor | None, *, now: datetime) -> None:
    """Let `user` look through `link` from now on, as `visitor` if there is one. It ends by itself after two hours."""
    COOKIE.give(response, {}, Preview(user.pk, link.pk, link.version, visitor.pk if visitor else None), now=now)


def end(response: HttpResponseBase) -> None:
    """Leave view-as."""
    COOKIE.drop(response)


def open_for(request: HttpRequest, token: str) -> Grant | None:
    """The grant by which a member previews this link, or None for everybody else. Raises access.Missing or Gone."""
    held = COOKIE.read(request.COOKIES, now=timezone.now())
    if held is None or settings.SESSION_COOKIE_NAME not in request.COOKIES or request.user.pk != held.user_id:
        return None
    grant = access.open_preview(token, held.link_id, held.version, shown_as=held.visitor_id, now=timezone.now())
    if grant is None:
        return None
    try:
        enter(request.user, grant.studio.pk, Role.EDITOR, album=grant.shown.pk)
    except (Http404, PermissionDenied):
        return None
    return grant


def frame(grant: Grant) -> Frame:
    """The frame of a page in view-as. Run it in `acting_in(grant.studio)`."""
    visitor = visitors.of(grant, {}, now=timezone.now())
    address = reverse("sharing:view_as_end", args=[grant.studio.slug, grant.shown.pk, grant.link_id])
    return Frame(visitor.name if visitor else "", address)


def refuse(request: HttpRequest, grant: Grant) -> HttpResponse:
    """The answer to a POST in view-as."""
    if htmx.is_scripted(request):
        return JsonResponse({"code": "preview", "message": REFUSED}, status=403)
    context = {"studio": grant.studio, "brand_css": brand_css(grant.studio), "sentence": REFUSED}
    return render(request, "sharing/guests/view_as_refused.html", context, status=403)
