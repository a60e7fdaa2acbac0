"""Pages of the library: all photos of the studio, by month, and of these the ones somebody looks for."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts import layout
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.library import page_context
from apps.library.similar import similar_to
from apps.library.tiles import titled_tiles
from apps.web import htmx
from apps.web.answers import SeeOther


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def library(request: StudioRequest) -> HttpResponse:
    """All photos that the member sees; `q` is a search, `month` where to begin. htmx gets the part it asks for."""
    today = timezone.localdate()
    asked = page_context.read(request.GET, today=today, with_guests=not request.entered.is_contributor)
    if "add" in request.GET:
        # One address for what was clicked and what was typed.
        return SeeOther(asked.url(request.path))
    if htmx.wants(request, "filter-choices"):
        context = page_context.filters(request.entered, asked, request.path)
        return htmx.vary(render(request, "library/_filters.html", context))
    if htmx.wants(request, "gallery-choices"):
        return htmx.vary(render(request, "library/_galleries.html", page_context.galleries(request.entered)))
    layout.ahead(request)
    shown, asked = page_context.library(request.entered, asked, today)
    if htmx.wants(request, "more"):
        context = page_context.tiles(shown, asked, request.path, request.GET.get("before", "")[:7])
        return htmx.vary(render(request, "library/_tiles.html", context))
    if htmx.wants(request, "facets"):
        context = {"facets": page_context.facets(shown, asked, request.path)}
        return htmx.vary(render(request, "library/_facets.html", context))
    if htmx.wants(request, "total"):
        return htmx.vary(render(request, "library/_total.html", page_context.total(shown)))
    context = page_context.whole(shown, asked, request.path)
    template = "library/_results.html" if htmx.wants(request, "results") else "library/library.html"
    return htmx.vary(render(request, template, context))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def similar(request: StudioRequest, photo_id: UUID) -> HttpResponse:
    """Photos that look like one, and those taken around it."""
    found = similar_to(request.entered, photo_id)
    if found is None:
        raise Http404
    groups = (("This photo", [found.photo]), ("Look alike", found.alike), ("Taken within the hour", found.around))
    context = {
        "name": found.photo.row.name,
        "total": sum(len(tiles) for _, tiles in groups),
        "tiles": titled_tiles(groups, request.entered),
    }
    return render(request, "library/similar.html", context)
