"""What is known of one photo, as the information panel says it (key I in the lightbox)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.dateformat import format as written
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from apps.albums.models import Photo
from apps.media.formats import FORMATS
from apps.web.templatetags.sizes import file_size

_KINDS = {format.mime: format.name for format in FORMATS.values()}


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One line of the panel. note: where the value comes from, if that needs saying."""

    term: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """Where a photo was taken. words: "Hallstatt, Austria", "" if nobody knows.  note: how that is known, "" if the
    file says so.
    """

    words: str = ""
    note: str = ""


def place_of(photo: Photo) -> KnownPlace:
    """What the library knows of a photo's place. Run in `acting_in(studio)`."""
    return _place_of()(photo)


@cache
def _place_of() -> Callable[[Photo], KnownPlace]:
    # The library stands above this app.
    return cast(Callable[[Photo], KnownPlace], import_string(settings.PHOTO_PLACE))


def of(photo: Photo, zone: tzinfo, *, for_guests: bool = False, place: KnownPlace | None = None) -> list[KnownFact]:
    """The known facts of a photo, in reading order; what is unknown has no line.

    photo: with its `original`.  zone: the studio's.  for_guests: only what the file itself would tell who downloads
    it, so neither the studio's keywords nor the place.  place: what the library knows of it.
    """
    return [fact for fact in _facts(photo, zone, for_guests, place or KnownPlace()) if fact.value]


def _facts(photo: Photo, zone: tzinfo, for_guests: bool, place: KnownPlace) -> Iterator[KnownFact]:
    facts: Mapping[str, Any] = photo.facts
    yield _taken(photo, zone)
    by = facts.get("artist", "") if for_guests else photo.photographer
    yield KnownFact(gettext("Photographer"), by)
    yield KnownFact(gettext("Camera"), camera(facts.get("make", ""), facts.get("model", "")))
    yield KnownFact(gettext("Lens"), facts.get("lens", ""))
    yield KnownFact(gettext("Exposure"), " · ".join(_exposure(facts)))
    if photo.width and photo.height:
        megapixels = photo.width * photo.height / 1e6
        yield KnownFact(gettext("Size"), f"{photo.width} × {photo.height} px", f"{megapixels:.1f} MP")
    yield KnownFact(gettext("File"), f"{_KINDS.get(photo.original.mime, '')} · {file_size(photo.original.size)}")
    yield KnownFact(gettext("Caption"), photo.caption)
    if for_guests:
        yield KnownFact(gettext("Keywords"), ", ".join(facts.get("keywords") or ()))
        return
    yield KnownFact(gettext("Keywords"), ", ".join(photo.keywords))
    # The text of the record names the spot well enough, but how a position is known has to stand beside that position.
    words = [photo.place, place.words] if place.note else [photo.place or place.words]
    yield KnownFact(gettext("Place"), " · ".join(filter(None, words)) or _position(facts), place.note)


def camera(make: str, model: str) -> str:
    """Maker and model as people say them: makers repeat themselves ("NIKON CORPORATION", "NIKON Z 6")."""
    first = make.partition(" ")[0]
    if not model or not make:
        return model or make
    return model if model.casefold().startswith(first.casefold()) else f"{make} {model}"


def _exposure(facts: Mapping[str, Any]) -> Iterator[str]:
    """Shutter, aperture, sensitivity and focal length, as printed on cameras."""
    if seconds := facts.get("exposure_seconds"):
        # Cameras count in fractions up to about a third of a second.
        yield f"1/{round(1 / seconds)} s" if seconds < 0.3 else f"{seconds:g} s"
    if aperture := facts.get("aperture"):
        yield f"f/{aperture:.3g}"
    if iso := facts.get("iso"):
        yield f"ISO {iso}"
    if length := facts.get("focal_length_mm"):
        yield f"{length:.4g} mm"


def _taken(photo: Photo, zone: tzinfo) -> KnownFact:
    """When it was taken, by the clock of the place, and how that is known."""
    wall = photo.wall_time(zone)
    if wall is None:
        return KnownFact(gettext("Taken"), gettext("Unknown"), gettext("The file has no date"))
    value = f"{written(wall, gettext('j F Y'))}, {wall:%H:%M:%S}"
    if photo.taken_by_hand:
        note = gettext("Set by hand")
    elif photo.taken_offset is None:
        note = gettext("From the file, without a time zone: read as {zone}").format(zone=zone)
    else:
        sign, minutes = "−" if photo.taken_offset < 0 else "+", abs(photo.taken_offset)
        note = gettext("From the file, UTC{offset}").format(offset=f"{sign}{minutes // 60:02}:{minutes % 60:02}")
    return KnownFact(gettext("Taken"), value, note)


def _position(facts: Mapping[str, Any]) -> str:
    """Degrees as maps take them, to about a metre."""
    latitude, longitude = facts.get("latitude"), facts.get("longitude")
    return "" if latitude is None or longitude is None else f"{latitude:.5f}, {longitude:.5f}"
