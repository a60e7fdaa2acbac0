"""Presets to begin with: what most wedding, portrait and event photographers hand over. Run in `acting_in(studio)`."""

from __future__ import annotations

from typing import Any, Final

from apps.accounts.models import Studio, User
from apps.albums.models import Ordering
from apps.sharing.links import presets
from apps.sharing.models import Download, Preset, PresetKind

# Name -> the rights that differ from those of a link without any.
LINKS: Final[dict[str, dict[str, Any]]] = {
    "Client": {"download": Download.ORIGINAL, "may_favourite": True, "may_comment": True, "is_main": True},
    "Guests": {"download": Download.WEB, "may_favourite": True},
}
# Name -> order, sections, name of the first link.
GALLERIES: Final[dict[str, tuple[Ordering, list[str], str]]] = {
    "Wedding": (Ordering.TIME, ["Getting ready", "Ceremony", "Portraits", "Reception"], "Client"),
    "Portrait": (Ordering.TIME, [], "Client"),
    "Event": (Ordering.TIME, [], "Guests"),
}


def add(studio: Studio, *, by: User) -> int:
    """Make those that the studio has no preset of that name for; how many. Raises TooManyPresets."""
    made, links = 0, {one.name: one for one in presets.of_kind(studio, PresetKind.LINK)}
    for name, rights in LINKS.items():
        if name not in links:
            links[name] = Preset(studio=studio, kind=PresetKind.LINK)
            presets.save(links[name], name=name, is_default=False, values={**rights, "open_days": None}, by=by)
            made += 1
    known = {one.name for one in presets.of_kind(studio, PresetKind.ALBUM)}
    for name, (ordering, sections, link) in GALLERIES.items():
        if name not in known:
            row = Preset(studio=studio, kind=PresetKind.ALBUM)
            values = {"ordering": ordering.value, "sections": sections, "link": str(links[link].pk)}
            presets.save(row, name=name, is_default=False, values=values, by=by)
            made += 1
    return made
