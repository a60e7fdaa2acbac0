"""The map of the studio's photos, the places that it names, and photos whose place a person says."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.library.models import NamedPlace
from apps.library.pages import act, chosen, said
from apps.library.place_forms import PlaceForm
from apps.library.places import by_hand, locate, named, positions
from apps.library.places.boxes import BadMapBox, MapBox, part_of_map
from apps.library.places.clusters import clusters
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def places(request: StudioRequest) -> HttpResponse:
    """The map, and the places that the studio names."""
    return _places(request, PlaceForm(initial={"radius": 200}))


def _places(request: StudioRequest, form: PlaceForm, status: int = 200) -> HttpResponse:
    mine = NamedPlace.objects.visible_to(request.entered).order_by("name", "id")[: named.MOST]
    library = reverse("library:library", args=[request.studio.slug])
    context: dict[str, Any] = {
        "form": form,
        "places": [(place, f"{library}?{urlencode({'q': _term(place.name)})}") for place in mine],
        "unplaced_url": f"{library}?{urlencode({'q': 'has_gps:no'})}",
        "tiles": settings.MAP_TILES,
    }
    response = render(request, "library/places.html", context, status=status)
    if settings.MAP_TILES:
        # Read by django-csp; its decorator would take the setting of the moment at which this file is imported.
        response._csp_update = {"img-src": [settings.MAP_TILES.origin]}  # type: ignore[attr-defined]
    return response


def _term(name: str) -> str:
    return 'place:"{}"'.format(name.replace('"', " "))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def points(request: StudioRequest) -> JsonResponse:
    """Photos near each other as one point: `bbox` as west,south,east,north, and `zoom`."""
    try:
        box, zoom = part_of_map(request.GET.get("bbox", "")), int(request.GET.get("zoom", ""))
    except ValueError as bad:
        raise BadRequest(str(bad)) from bad
    library = reverse("library:library", args=[request.studio.slug])
    found = clusters(request.entered, box, zoom)
    return JsonResponse(
        {
            "clusters": [
                {
                    "lat": one.latitude,
                    "lon": one.longitude,
                    "count": one.count,
                    "url": f"{library}?{urlencode({'q': f'within:{_box(one.box)}'})}",
                }
                for one in found
            ]
        }
    )


def _box(box: MapBox) -> str:
    # A little wider than the points, as nine digits are cut.
    edges = (
        max(-180, box.west - 1e-9), max(-90, box.south - 1e-9), min(180, box.east + 1e-9), min(90, box.north + 1e-9),
    )  # fmt: skip
    return ",".join(f"{edge:.9f}" for edge in edges)


@require_POST
@studio_page(Role.EDITOR)
def create(request: StudioRequest) -> HttpResponse:
    """Name a place."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _places(request, form, status=422)
    try:
        position = positions.read(request.entered, form.cleaned_data["where"])
        assert position is not None, "the form asks for it"
        place, entry = named.create(request.studio, by=request.user, **form.values(position))
    except BadMapBox as bad:
        form.add_error("where", str(bad))
        return _places(request, form, status=422)
    except Refusal as refusal:
        form.add_error("name", str(refusal))
        return _places(request, form, status=422)
    answer = SeeOther("library:places", request.studio.slug)
    return htmx.tell_next(request, answer, f"“{place.name}” added.", undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR)
def remove(request: StudioRequest, place_id: UUID) -> HttpResponse:
    """Forget a place; its photos stay."""
    place = get_object_or_404(NamedPlace.objects.for_studio(request.studio), pk=place_id)
    place.studio = request.studio
    entry = named.remove(place, by=request.user)
    answer = SeeOther("library:places", request.studio.slug)
    return htmx.tell_next(request, answer, f"“{place.name}” removed.", undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def set_place(request: StudioRequest) -> HttpResponse:
    """Say where photos were taken: `where` as a town, a place of the studio or degrees; empty for "nobody knows"."""
    ids, mine, by = chosen(request), request.entered.album_ids, request.user
    try:
        position = positions.read(request.entered, request.POST.get("where", ""))
    except BadMapBox as bad:
        return said(request, str(bad))
    return act(
        request,
        ids,
        partial(by_hand.begin, request.studio, ids, position, by=by, mine=mine),
        partial(locate.set_by_hand, request.studio, ids, position, by=by, albums=mine or ()),
        "Place of {photos} set." if position else "Place of {photos} removed.",
    )
