"""The review of suggestions, and descriptions of chosen photos."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import counted
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.request_params import uuids
from apps.jobs.pages import goes_on
from apps.library.pages import chosen, onward
from apps.media.serving import picture_url
from apps.tagging import consent, describe, listing, suggestions
from apps.tagging.models import Purpose, Suggestion
from apps.web import htmx, keyset
from apps.web.answers import SeeOther


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def review(request: StudioRequest) -> HttpResponse:
    """Suggestions to accept or reject, the surest first; `purpose` shows one kind."""
    purpose = request.GET.get("purpose", "")
    purpose = purpose if purpose in Purpose.values else ""
    rows = listing.open_ones(request.entered, purpose=purpose).select_related("photo")
    scope = f"suggestions {request.studio.pk} {purpose}"
    page = keyset.page_or_first(
        rows, Suggestion.ORDER, limit=listing.PAGE, cursor=request.GET.get("after", ""), scope=scope
    )
    settings = consent.settings_of(request.studio)
    context: dict[str, Any] = {
        "purpose": purpose,
        "purposes": Purpose.choices,
        "is_on": settings.is_on,
        "suggestions": [_card(request, one) for one in listing.shown(request.entered, page.rows)],
        "next_url": f"?{urlencode({'purpose': purpose, 'after': page.next})}" if page.next else "",
    }
    return render(request, "tagging/review.html", context)


def _card(request: StudioRequest, one: listing.ShownSuggestion) -> dict[str, Any]:
    slug, photo = request.studio.slug, one.row.photo
    return {
        "row": one.row,
        "photo": photo,
        "url": reverse("albums:photo_facts", args=[slug, one.album_id, photo.pk]),
        "picture": picture_url(request.studio.pk, one.album_id, photo.pk, "tile") if photo.is_ready else "",
    }


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def answer(request: StudioRequest) -> HttpResponse:
    """Accept the chosen ones (`suggestion`), or with `how=reject` turn them down."""
    how = request.POST.get("how", "")
    if how not in ("accept", "reject"):
        raise BadRequest("Choose accept or reject.")
    ids = uuids(request.POST.getlist("suggestion"))[: suggestions.MOST]
    mine = listing.open_ones(request.entered).filter(pk__in=ids)
    entry = suggestions.decide(
        request.studio,
        list(mine.values_list("pk", flat=True)),
        accept=how == "accept",
        by=request.user,
        albums=request.entered.album_ids or (),
    )
    onto = SeeOther("tagging:review", request.studio.slug)
    if entry is None:
        return htmx.tell_next(request, onto, "Choose suggestions first.", level="error")
    number = counted(entry.detail["suggestions"], "suggestion")
    text = f"{number} {'accepted' if how == 'accept' else 'rejected'}."
    return htmx.tell_next(request, onto, text, undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def describe_photos(request: StudioRequest) -> HttpResponse:
    """Have photos of the library described."""
    ids = chosen(request)
    return goes_on(request, partial(describe.begin, request.studio, ids, by=request.user), onward(request))
