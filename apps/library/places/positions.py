"""A position as people write it: degrees, or the name of a place. Run in `acting_in(studio)`."""

from __future__ import annotations

import re

from apps.accounts.access import Entered
from apps.library.folding import fold
from apps.library.place_models import NamedPlace
from apps.library.places import geonames
from apps.library.places.boxes import BadMapBox, on_earth

_DEGREES = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,10})?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d{1,10})?)\s*")


def read(entered: Entered, text: str) -> tuple[float, float] | None:
    """(latitude, longitude) of "48.21, 16.37", of a place of the studio that the member knows, or of a town.

    None for no text. Raises BadMapBox.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        return None
    if match := _DEGREES.fullmatch(text):
        return on_earth(match[1], match[2])
    for place in NamedPlace.objects.visible_to(entered):
        if fold(place.name) == fold(text):
            return place.latitude, place.longitude
    found = geonames.search(text, 1)
    if not found:
        raise BadMapBox(f"No place is called “{text[:80]}”. Write the name of a town, or degrees as 48.21, 16.37.")
    return found[0].latitude, found[0].longitude
