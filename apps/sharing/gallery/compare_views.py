"""Two to four photos side by side; of one photo of a stack the frames beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.albums.models import Photo
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
    """The photos of `?photo=`, the first four that this guest may see; fewer than two ask to choose more.

    One photo of a stack is compared with the other frames.
    """
    wanted = readable_uuids(request.GET.getlist("photo"), most=MOST_ASKED)
    if len(wanted) == 1:
        wanted += _frames_beside(grant, wanted[0])
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
        _offer_swaps(grant, token, context["panes"])
    return render(request, "sharing/gallery/compare.html", context)


def _frames_beside(grant: Grant, photo_id: UUID) -> list[UUID]:
    """The other frames of a photo's stack that this guest may see, in the gallery's order."""
    photos = Photo.objects.for_studio(grant.studio)
    stack = photos.filter(pk=photo_id, stack__isnull=False).values("stack_id")
    beside = grant.photos().filter(photo__stack_id__in=stack).exclude(photo_id=photo_id)
    return list(beside.in_order().values_list("photo_id", flat=True)[: MOST - 1])


def _offer_swaps(grant: Grant, token: str, panes: list[dict[str, Any]]) -> None:
    """A photo may take the place of a favourite of its stack that stands beside it."""
    ids = [pane["photo"]["id"] for pane in panes]
    stacked = Photo.objects.for_studio(grant.studio).filter(pk__in=ids, stack__isnull=False)
    stacks = dict(stacked.values_list("pk", "stack_id"))
    chosen = {stacks.get(pane["photo"]["id"]) for pane in panes if pane["is_favourite"]} - {None}
    for pane in panes:
        pk = pane["photo"]["id"]
        if not pane["is_favourite"] and stacks.get(pk) in chosen:
            pane["swap_url"] = reverse("sharing:swap", args=[token, pk])
