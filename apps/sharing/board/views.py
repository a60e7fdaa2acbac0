"""The studio's delivery board."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts import outbox
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums import editing
from apps.albums.models import Album
from apps.albums.request_params import album_of
from apps.sharing.board import nudging, rows
from apps.sharing.board.forms import PromiseForm
from apps.sharing.emails.recipients import Unsendable
from apps.sharing.links.terms import day_words
from apps.web import htmx
from apps.web.answers import SeeOther


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def board(request: StudioRequest) -> HttpResponse:
    """One row for each job: what was promised, and how far it is."""
    page = rows.page(request.entered, request.GET.get("after", ""))
    context = {
        "rows": rows.rows_of(request.studio, page.rows, now=timezone.now()),
        "next_url": f"?after={page.next}" if page.next else "",
    }
    template = "sharing/board/_rows.html" if htmx.wants(request, "more") else "sharing/board/board.html"
    return htmx.vary(render(request, template, context))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def promise(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The day for which the photos were promised; an empty one takes the promise back."""
    album, form = album_of(request, album_id), PromiseForm(request.POST)
    if not form.is_valid():
        return _back(request, album, "Choose a day.", level="error")
    day = form.cleaned_data["promised_on"]
    editing.change(album, by=request.user, promised_on=day)
    return _back(request, album, f"Promised for {day_words(day)}." if day else "No date is promised.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def nudge(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """A friendly reminder to everyone who knows a link of the gallery."""
    album = album_of(request, album_id)
    try:
        count = nudging.nudge(album, by=request.user, now=timezone.now())
    except (nudging.NotNudged, Unsendable) as reason:
        return _back(request, album, str(reason), level="error")
    people = "1 person" if count == 1 else f"{count} people"
    return _back(request, album, outbox.on_its_way(f"The reminder to {people}"))


def _back(request: StudioRequest, album: Album, text: str, *, level: str = "info") -> HttpResponse:
    """After a deed: the row anew for htmx, else the board."""
    if not htmx.wants(request):
        return htmx.tell(request, SeeOther(reverse("sharing:board", args=[request.studio.slug])), text, level=level)
    (row,) = rows.rows_of(request.studio, [album], now=timezone.now())
    return htmx.toast(render(request, "sharing/board/_row.html", {"row": row}), text, level=level)
