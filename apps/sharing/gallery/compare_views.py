"""Two to four photos side by side."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.albums.request_params import readable_uuids
from apps.sharing.access import Grant
from apps.sharing.favourites import lists
from apps.sharing.favourites.list_context import chosen_list
from apps.sharing.feedback import marks
from apps.sharing.feedback.panel import mark_context, photos_of
from apps.sharing.guests import visitors
from apps.sharing.guests.pages import dress, guest_page

FEWEST, MOST = 2, 4
MOST_ASKED = 100


@guest_page()
def compare(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """The photos of `?photo=`, the first four that this guest may see; fewer than two ask to choose more."""
    wanted = readable_uuids(request.GET.getlist("photo"), most=MOST_ASKED)
    photos = photos_of(grant, token, wanted[:MOST])
    if wanted and not photos:
        raise Http404
    rater = visitors.rater_of(grant, request.COOKIES, now=timezone.now())
    visitor = rater if rater and not rater.is_anonymous else None
    ids = [photo["id"] for photo in photos]
    mine = marks.of(grant, rater, ids)
    gallery_url = reverse("sharing:gallery", args=[token])
    context: dict[str, Any] = {
        "album": grant.shown.album,
        "studio": grant.studio,
        "panes": [{"photo": photo, "mark": mark_context(mine[photo["id"]])} for photo in photos],
        "is_enough": len(photos) >= FEWEST,
        "left_out": max(0, len(wanted) - MOST),
        "may_rate": grant.rights.rate,
        "may_comment": grant.rights.comment,
        "here": request.get_full_path(),
        "back_url": f"{gallery_url}?photo={ids[0]}#p-{ids[0]}" if ids else gallery_url,
        **dress(grant),
    }
    if grant.rights.favourite:
        found = lists.read(grant, visitor, chosen=chosen_list(grant, request.GET, request.COOKIES), among=ids)
        context["list"] = found.active
        for pane in context["panes"]:
            pk = pane["photo"]["id"]
            pane |= {"heart_url": reverse("sharing:favourite", args=[token, pk]), "is_favourite": pk in found.hearts}
    return render(request, "sharing/gallery/compare.html", context)
