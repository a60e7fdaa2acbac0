"""Two to four photos side by side."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.context import brand_css
from apps.sharing import marks, visitors
from apps.sharing.access import Grant
from apps.sharing.guests import guest_page
from apps.sharing.panel import mark_context, photos_of

FEWEST, MOST = 2, 4


@require_safe
@guest_page()
def compare(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """The photos of `?photo=`, the first four that this guest may see; fewer than two ask to choose more."""
    wanted = _chosen(request.GET.getlist("photo"))
    photos = photos_of(grant, token, wanted[:MOST])
    if wanted and not photos:
        raise Http404
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    mine = marks.of(grant, visitor, [photo["id"] for photo in photos])
    gallery_url = reverse("sharing:gallery", args=[token])
    context = {
        "album": grant.album,
        "studio": grant.studio,
        "brand_css": brand_css(grant.studio),
        "panes": [{"photo": photo, "mark": mark_context(mine[photo["id"]])} for photo in photos],
        "is_enough": len(photos) >= FEWEST,
        "left_out": max(0, len(wanted) - MOST),
        "may_rate": grant.rights.rate,
        "may_comment": grant.rights.comment,
        "may_favourite": grant.rights.favourite,
        "gallery_url": gallery_url,
        "back_url": f"{gallery_url}?photo={photos[0]['id']}#p-{photos[0]['id']}" if photos else gallery_url,
    }
    return render(request, "sharing/compare.html", context)


def _chosen(values: list[str]) -> list[UUID]:
    """Ids without what is none and without repetitions, in the order given."""
    found: dict[UUID, None] = {}
    for value in values[:100]:
        try:
            found[UUID(value)] = None
        except ValueError:
            continue
    return list(found)
