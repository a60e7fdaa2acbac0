"""The page of a studio's watched folder."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums import photo_versions
from apps.albums.request_params import album_of, uuid_or_none, uuids
from apps.uploads import inbox, inbox_state
from apps.uploads.models import InboxFile, InboxRule, InboxState
from apps.web import htmx

MOST_FILES = 500


@require_POST
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def look(request: StudioRequest, album_id: UUID) -> JsonResponse:
    """Before the first byte: which files the gallery has by `name` and `size`, and which have the name of one photo.

    At most 500 pairs. Answers with their places in the list: {"same": [0], "alike": [2]}.
    """
    album = album_of(request, album_id)
    names, sizes = request.POST.getlist("name"), request.POST.getlist("size")
    if len(names) != len(sizes) or len(names) > MOST_FILES or not all(map(_is_size, sizes)):
        raise BadRequest(f"Name at most {MOST_FILES} files, each with its size.")
    found = photo_versions.recognised(album, list(zip(names, map(int, sizes), strict=True)))
    return JsonResponse({"same": found.same, "alike": [] if request.entered.is_contributor else found.alike})


def _is_size(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,15}", text))


def _context(request: StudioRequest) -> dict[str, Any]:
    standing = inbox_state.read(request.studio)
    galleries = inbox_state.galleries(request.studio, standing.inbox)
    return {"standing": standing, "rules": InboxRule.choices, "galleries": galleries}


@require_GET
@studio_page(Role.EDITOR)
def inbox_page(request: StudioRequest) -> HttpResponse:
    """What came last, what waits, what was rejected and why."""
    return render(request, "uploads/inbox.html", _context(request))


@require_POST
@studio_page(Role.EDITOR)
def inbox_retry(request: StudioRequest) -> HttpResponse:
    """Put rejected files back: those named by `file`, or the newest of all."""
    rejected = InboxFile.objects.for_studio(request.studio).filter(state=InboxState.REJECTED).exclude(aside="")
    if request.POST.getlist("file"):
        rejected = rejected.filter(pk__in=uuids(request.POST.getlist("file")))
    inbox.retry(request.studio, list(rejected.order_by("-id")[: inbox_state.LISTED]))
    return _answer(request, "They are looked at again.")


@require_POST
@studio_page(Role.OWNER)
def inbox_settings(request: StudioRequest) -> HttpResponse:
    """How folders become galleries, and what becomes of files that the gallery has already."""
    rule = request.POST.get("rule", "")
    if rule and rule not in InboxRule.values:
        raise BadRequest("There is no such rule.")
    try:
        inbox_state.choose(
            request.studio,
            keeps_duplicates=request.POST.get("duplicates") == "keep",
            rule=InboxRule(rule) if rule else None,
            album=uuid_or_none(request.POST.get("album")),
        )
    except inbox_state.NoSuchGallery as refused:
        return _answer(request, str(refused))
    return _answer(request, "Saved.")


def _answer(request: StudioRequest, text: str) -> HttpResponse:
    if htmx.wants(request):
        return htmx.tell(request, render(request, "uploads/_inbox.html", _context(request)), text)
    return htmx.tell(request, redirect("uploads:inbox", request.studio.slug), text)
