"""Photos near each other as one point of a map, with their exact number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Avg, Count, F, Max, Min, TextField
from django.db.models.functions import Cast, Floor

from apps.accounts.access import Entered
from apps.library.models import LibraryPhoto
from apps.library.places import squares
from apps.library.places.boxes import MapBox, inside

# Points of one answer; what a map of more would show is a stain.
MOST: Final = 500
# Squares to the side of a tile of the map (256 px), so that two points are about 64 px apart.
PER_TILE: Final = 4


@dataclass(frozen=True, slots=True)
class Cluster:
    """latitude, longitude: the mean of its photos, in degrees.  box: which holds them all.  photo: one of them."""

    latitude: float
    longitude: float
    count: int
    box: MapBox
    photo: UUID | None


def clusters(entered: Entered, box: MapBox, zoom: int, *, with_photos: bool = False) -> list[Cluster]:
    """The member's photos of a part of the map, largest clusters first. One query.

    zoom: of web maps, 0 (the world) to 18.  with_photos: also tell one of each cluster.
    """
    zoom = min(max(zoom, 0), squares.FINEST)
    if entered.is_restricted:
        return _counted(entered, box, zoom)
    return [
        Cluster(one.latitude, one.longitude, one.photos, one.box, one.photo)
        for one in squares.within(entered.studio, box, zoom, most=MOST, with_photos=with_photos)
    ]


def _counted(entered: Entered, box: MapBox, zoom: int) -> list[Cluster]:
    """Of who works in some galleries: their photos, counted."""
    side = 360 / 2**zoom / PER_TILE
    found = (
        LibraryPhoto.objects.visible_to(entered)
        .filter(inside(box))
        .order_by()
        .annotate(column=Floor(F("longitude") / side), line=Floor(F("latitude") / side))
        .values("column", "line")
        .annotate(
            n=Count("pk"), lat=Avg("latitude"), lon=Avg("longitude"), one=Max(Cast("pk", TextField())),
            west=Min("longitude"), south=Min("latitude"), east=Max("longitude"), north=Max("latitude"),
        )
        .order_by("-n", "one")[:MOST]
    )  # fmt: skip
    return [
        Cluster(
            row["lat"],
            row["lon"],
            row["n"],
            MapBox(row["west"], row["south"], row["east"], row["north"]),
            UUID(row["one"]),
        )
        for row in found
    ]
