"""A studio's public page, and where the studio says what stands on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import hosts
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.context import brand_css
from apps.accounts.models import Role, Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.design import AUTO, Design
from apps.albums.request_params import album_of
from apps.sharing.links import public_page
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Unsuitable


@require_safe
def public(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that everybody may read. A studio that shows none is no different from one that is not there."""
    studio = _public_studio(slug)
    chosen = Design.of(studio.design if studio else {}).language
    asked = translation.get_language_from_request(request)
    with translation.override(asked if chosen == AUTO else chosen):
        response = _missing(request) if studio is None else _public(request, studio)
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def _public_studio(slug: str) -> Studio | None:
    with across_studios():
        rows = Studio.objects.defer("logo").filter(slug=slug.lower(), index_is_public=True, closing_since=None)
        studio = rows.first()
    return studio if studio is not None and hosts.shows(studio.pk) else None


def _missing(request: HttpRequest) -> HttpResponse:
    response = render(request, "sharing/access/missing.html", {"studio": None}, status=404)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _public(request: HttpRequest, studio: Studio) -> HttpResponse:
    after = request.GET.get("after", "")
    with acting_in(studio):
        shown, following = public_page.entries(studio, after=after, now=timezone.now())
    address = reverse("sharing:public", args=[studio.slug])
    context = {
        "studio": studio,
        "brand_css": brand_css(studio),
        "entries": shown,
        "next_url": f"{address}?after={following}" if following else "",
        "first_url": address if after else "",
        "address": studio.base_url + address,
        "logo_address": studio.base_url + studio.logo_url if studio.logo_url else "",
    }
    return render(request, "sharing/links/public_page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def public_settings(request: StudioRequest) -> HttpResponse:
    """The switch of the page, and every gallery's place on it."""
    studio = request.studio
    if request.method == "POST":
        on = request.POST.get("on") == "1"
        public_page.switch(studio, on, by=request.user)
        text = "Your public page is on." if on else "Your public page is off."
        return htmx.tell(request, SeeOther(reverse("sharing:public_settings", args=[studio.slug])), text)
    after = request.GET.get("after", "")
    places, following = public_page.places(studio, after=after, now=timezone.now())
    context = {
        "places": places,
        "next_url": f"{request.path}?after={following}" if following else "",
        "first_url": request.path if after else "",
        "address": studio.base_url + reverse("sharing:public", args=[studio.slug]),
    }
    return render(request, "sharing/links/public_page_settings.html", context)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def album_public(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Show a gallery on the public page or not; `open` makes a link for everybody, `lock` lists it as locked."""
    album = album_of(request, album_id)
    deeds: dict[str, Any] = {
        "show": lambda: public_page.show(album, True, by=request.user),
        "hide": lambda: public_page.show(album, False, by=request.user),
        "open": lambda: public_page.open_up(album, by=request.user),
        "lock": lambda: public_page.list_locked(album, by=request.user),
    }
    deed = deeds.get(request.POST.get("deed", ""))
    if deed is None:
        raise BadRequest("A gallery is shown or hidden, opened or locked.")
    back = SeeOther(_back(request, album_id))
    try:
        deed()
    except Unsuitable as unsuitable:
        return htmx.tell(request, back, str(unsuitable), level="error")
    place = public_page.place_of(album, now=timezone.now())
    return htmx.tell(request, back, f"{album.title}: {place.sentence}")


def _back(request: StudioRequest, album_id: UUID) -> str:
    """To the page it was asked on: the owner's settings, or the gallery's links."""
    if request.POST.get("from") == "settings" and request.entered.may_manage:
        return reverse("sharing:public_settings", args=[request.studio.slug])
    return reverse("sharing:links", args=[request.studio.slug, album_id])
