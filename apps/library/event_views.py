"""The timeline of the library, and the events that a studio names."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.library import timeline
from apps.library.event_forms import EventForm, calendars_of
from apps.library.event_models import Event, HolidaySet
from apps.library.events import keep
from apps.library.events.occasions import newest_year, years_of
from apps.library.timeline import TimelineRow
from apps.media.serving import picture_url
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def show_timeline(request: StudioRequest) -> HttpResponse:
    """Shoots and events of a `year`, the newest with photos whose time is known if none is asked for."""
    return _timeline(request, request.GET.get("year", ""), EventForm())


def _timeline(request: StudioRequest, asked: str, form: EventForm, status: int = 200, **more: Any) -> HttpResponse:
    years = years_of(request.entered)
    is_year = asked.isascii() and asked.isdigit() and 1826 <= int(asked) <= 2199
    year = int(asked) if is_year else newest_year(request.entered) or next(iter(years[::-1]), None)
    rows = timeline.of_year(request.entered, year) if year else []
    months = [(month, [_shown(request, row) for row in some]) for month, some in groupby(rows, lambda row: row.month)]
    context: dict[str, Any] = {
        "years": years[::-1],
        "year": year,
        "months": months,
        "form": form,
        "sets": ", ".join(
            str(row).replace(" ", "-") for row in HolidaySet.objects.for_studio(request.studio).order_by("id")
        ),
    } | more
    return render(request, "library/timeline.html", context, status=status)


def _shown(request: StudioRequest, row: TimelineRow) -> dict[str, Any]:
    here = reverse("library:library", args=[request.studio.slug])
    q = f'event:"{row.named.names[0]}"'.replace('""', '"') if row.named else f"taken_at:{row.days.text}"
    tile = row.tile
    ready = tile is not None and tile.row.is_ready
    return {
        "row": row,
        "url": f"{here}?{urlencode({'q': q})}" if row.shoot else "",
        "picture": picture_url(request.studio.pk, tile.album_id, tile.row.photo_id, "tile") if tile and ready else "",
        "chips": [(one.words, f"{here}?{urlencode({'q': _term(one.names[0])})}", one.kind) for one in row.chips],
    }


def _term(name: str) -> str:
    return 'event:"{}"'.format(name.replace('"', " "))


@require_POST
@studio_page(Role.EDITOR)
def create(request: StudioRequest) -> HttpResponse:
    """Name an event; the galleries in which photos of its time lie tell of it."""
    form = EventForm(request.POST)
    if not form.is_valid():
        return _timeline(request, request.POST.get("year", ""), form, status=422)
    try:
        event, entry = keep.create(request.studio, by=request.user, **form.cleaned_data)
    except (keep.BadEvent, Refusal) as bad:
        form.add_error(None, str(bad))
        return _timeline(request, request.POST.get("year", ""), form, status=422)
    return _told(request, event, f"“{event.title}” added.", undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR)
def remove(request: StudioRequest, event_id: UUID) -> HttpResponse:
    """Forget an event; its photos stay."""
    event = get_object_or_404(Event.objects.for_studio(request.studio), pk=event_id)
    event.studio = request.studio
    entry = keep.remove(event, by=request.user)
    return _told(request, event, f"“{event.title}” removed.", undo_url(request, entry))


def _told(request: StudioRequest, event: Event, text: str, undo: str) -> HttpResponse:
    address = f"{reverse('library:timeline', args=[request.studio.slug])}?year={event.starts.year}"
    return htmx.tell_next(request, SeeOther(address), text, undo=undo)


@require_POST
@studio_page(Role.EDITOR)
def follow(request: StudioRequest) -> HttpResponse:
    """Read the holidays of the countries in `sets` at photos, as "Austria, DE-BY"."""
    text = request.POST.get("sets", "")[:500]
    try:
        keep.follow(request.studio, calendars_of(text), by=request.user)
    except keep.BadEvent as bad:
        return _timeline(request, "", EventForm(), status=422, sets=text, sets_problem=str(bad))
    return htmx.tell_next(request, SeeOther("library:timeline", request.studio.slug), "Calendars saved.")
