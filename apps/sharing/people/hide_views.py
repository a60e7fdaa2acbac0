"""The studio's page of guests who asked to be hidden."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.media.serving import picture_url
from apps.sharing.models import HideAnswer, HideRequest
from apps.sharing.people import hiding
from apps.web import htmx
from apps.web.answers import SeeOther

#: Photos shown of one request.
_SHOWN = 12


@require_safe
@studio_page(Role.EDITOR)
def requests(request: StudioRequest) -> HttpResponse:
    """Who asked, in which gallery, with the photos that were found."""
    waiting = list(hiding.waiting(request.studio)[: hiding.MOST_LISTED])
    listed = [
        {
            "asked": one,
            "album": one.album,
            "count": len(one.photos),
            "tiles": [picture_url(request.studio.pk, one.shown_id, pk, "tile") for pk in one.photos[:_SHOWN]],
            "more": max(0, len(one.photos) - _SHOWN),
        }
        for one in waiting
    ]
    return render(request, "sharing/people/requests.html", {"requests": listed})


@require_POST
@studio_page(Role.EDITOR)
def answer(request: StudioRequest, request_id: UUID) -> HttpResponse:
    """Hide the photos (`answer=hide`), or decline."""
    get_object_or_404(HideRequest.objects.for_studio(request.studio), pk=request_id)
    says = request.POST.get("answer", "")
    if says not in HideAnswer.values:
        raise BadRequest("The answer is hide or decline.")
    to, entry, words = SeeOther("sharing:hide_requests", request.studio.slug), None, "Declined. Nothing was changed."
    level: dict[str, Any] = {}
    try:
        entry = hiding.answer(request.studio, request_id, HideAnswer(says), by=request.user)
    except hiding.AlreadyAnswered as refusal:
        words, level = str(refusal), {"level": "error"}
    else:
        if says == HideAnswer.HIDE:
            words = "The photos are hidden from every client."
    return htmx.tell_next(request, to, words, undo=undo_url(request, entry), **level)
