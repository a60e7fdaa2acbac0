"""Points and parts of the map in degrees, as they are written in addresses."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from django.db.models import Q


class BadMapBox(ValueError):
    """What was written is no place on earth. The message says what would be one."""


class MapBox(NamedTuple):
    """A part of the map in degrees. west may be more than east: then the 180th meridian lies within."""

    west: float
    south: float
    east: float
    north: float


def on_earth(latitude: Any, longitude: Any) -> tuple[float, float]:
    """(latitude, longitude) as sent. Raises BadMapBox."""
    try:
        lat, lon = float(latitude), float(longitude)
    except (TypeError, ValueError):
        lat = lon = math.nan
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise BadMapBox("Latitude is -90 to 90, longitude -180 to 180.")
    return lat, lon


def part_of_map(text: str) -> MapBox:
    """A part of the map as "west,south,east,north". Raises BadMapBox."""
    parts = text.split(",")
    if len(parts) != 4:
        raise BadMapBox("Enter a part of the map as west,south,east,north.")
    (south, west), (north, east) = on_earth(parts[1], parts[0]), on_earth(parts[3], parts[2])
    return MapBox(west, south, east, north)


def inside(box: MapBox) -> Q:
    """Photos of a part of the map."""
    high = Q(latitude__gte=box.south, latitude__lte=box.north)
    if box.west <= box.east:
        return high & Q(longitude__gte=box.west, longitude__lte=box.east)
    return high & (Q(longitude__gte=box.west) | Q(longitude__lte=box.east))
