"""What a client sees: the gallery, and one photo. The token stands in the address of each."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from apps.sharing.access import Grant
from apps.sharing.favourites.list_context import chosen_list, photo_heart
from apps.sharing.gallery import kept_pages
from apps.sharing.gallery.gallery_context import facts_context, gallery_context, photo_context
from apps.sharing.guests import expired, visitors
from apps.sharing.guests.pages import dress, guest_page, not_allowed
from apps.sharing.people import finder
from apps.web import htmx
from apps.web.answers import SeeOther


@guest_page(takes_drops=True)
def gallery(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """The gallery; with `?after=` asked by htmx the next tiles alone. A link that only takes photos leads to that."""
    if grant.rights.is_drop:
        return SeeOther("uploads:guest", token)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    chosen = chosen_list(grant, request.GET, request.COOKIES)
    found = finder.found(grant, request.COOKIES) if request.GET.get("only") == "found" else None
    is_part = htmx.wants(request) and "after" in request.GET
    banners = {} if is_part else expired.banners(grant)

    def make(**given: Any) -> str:
        context = gallery_context(grant, token, request.GET, visitor=visitor, chosen=chosen, found=found)
        context |= {"here": request.get_full_path(), **given}
        if is_part:
            return render_to_string("sharing/gallery/_page.html", context, request)
        return render_to_string(
            "sharing/gallery/gallery.html", {**context, **dress(grant), "banners": banners}, request
        )

    key = None
    if found is None:
        key = kept_pages.key_of(request, grant, visitor, is_part, tuple(banners.values()), chosen)
    if key is None:
        return HttpResponse(make())
    return kept_pages.answer(request, grant, key, partial(make, csrf_token=kept_pages.TOKEN))


@guest_page()
def photo(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponse:
    """One photo, for browsers without scripts and for links to a single picture."""
    context: dict[str, Any] = photo_context(grant, token, photo_id)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    context |= photo_heart(grant, token, visitor, chosen_list(grant, request.GET, request.COOKIES), photo_id)
    context["here"] = request.get_full_path()
    return render(request, "sharing/gallery/photo.html", {**context, **dress(grant)})


@guest_page()
def facts(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponse:
    """What the link tells of a photo: what stands in the file if it hands that out, and where it was taken."""
    if not grant.rights.shows_facts:
        return not_allowed(request, grant)
    context: dict[str, Any] = facts_context(grant, token, photo_id)
    if htmx.is_scripted(request):
        return render(request, "albums/_information.html", context)
    return render(request, "sharing/gallery/facts.html", {**context, **dress(grant)})


@guest_page(locked_status=403)
def closed_cover(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """The picture of the page that a link shows when it has run out (see `guests.expired`); there is none before."""
    raise Http404
