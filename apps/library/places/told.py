"""Where a photo was taken, in words, and how that is known. Run in `acting_in(studio)`."""

from __future__ import annotations

from django.utils.translation import get_language

from apps.accounts.journal.sentences import counted
from apps.albums.information import KnownPlace
from apps.albums.models import Photo
from apps.library.place_models import PhotoPlace
from apps.library.places.countries import name_of, names


def place_of(photo: Photo) -> KnownPlace:
    """What the studio reads of a photo's place. One query."""
    rows = PhotoPlace.objects.for_studio(photo.studio_id).select_related("named").filter(photo_id=photo.pk)
    place: PhotoPlace | None = rows.first()
    if place is None:
        return KnownPlace()
    return KnownPlace(_words(place), _source(place))


def town_of(photo: Photo) -> str:
    """Town and country in the reader's language, "" if they are not known: what guests may read where they may.

    Neither the position nor the studio's own name of the place, which may be a family's home. One query.
    """
    rows = PhotoPlace.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk).values_list("city", "country")
    city, country = rows.first() or ("", "")
    return ", ".join(filter(None, (city, name_of(country, get_language() or ""))))


def time_between(seconds: int) -> str:
    """How far apart two photos are: "0 seconds", "1 minute", "90 minutes"."""
    return counted(seconds, "second") if seconds < 60 else counted(round(seconds / 60), "minute")


def _words(place: PhotoPlace) -> str:
    if place.latitude is None or place.longitude is None:
        return "Unknown" if place.by_hand else ""
    names_of_it = [place.named.name if place.named else "", place.city, names().get(place.country, "")]
    return ", ".join(filter(None, names_of_it)) or f"{place.latitude:.5f}, {place.longitude:.5f}"


def _source(place: PhotoPlace) -> str:
    if place.from_camera and place.from_seconds is not None:
        return f"From {place.from_camera}, {time_between(place.from_seconds)} away"
    return "Set by hand" if place.by_hand else ""
