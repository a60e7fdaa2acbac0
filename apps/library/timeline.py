"""The timeline of a year: shoots with what there was on their days. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apps.accounts.access import Entered
from apps.library.events.occasions import Occasion, occasions
from apps.library.events.shoots import Shoot, shoots
from apps.library.find import Library, LibraryTile
from apps.library.questions.days import MONTHS, Days

NAMED = ("shoot", "custom")


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """shoot: None for an event without photos.  named: the studio's own event there.  tile: of the first photo.

    chips: what else there was on these days.
    """

    starts: datetime
    ends: datetime
    shoot: Shoot | None = None
    named: Occasion | None = None
    tile: LibraryTile | None = None
    chips: Sequence[Occasion] = field(default_factory=tuple)

    @property
    def days(self) -> Days:
        return Days(self.starts.date(), self.ends.date())

    @property
    def title(self) -> str:
        return self.named.words if self.named else self.days.words

    @property
    def month(self) -> str:
        return f"{MONTHS[self.starts.month - 1]} {self.starts.year}"

    @property
    def hours(self) -> str:
        """ "10:05 to 23:40"."""
        return f"{self.starts:%H:%M} to {self.ends:%H:%M}"


def of_year(entered: Entered, year: int) -> list[TimelineRow]:
    """Newest first. A fixed number of queries."""
    first, after = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found, there = shoots(entered, first, after), occasions(entered, [year])
    tiles = {tile.row.photo_id: tile for tile in Library(entered).tiles([shoot.photo for shoot in found])}
    rows, told = [], set()
    for shoot in found:
        mine = [one for one in there if one.first <= shoot.ends and shoot.starts < one.after]
        named = next((one for one in mine if one.kind in NAMED), None)
        told |= {one.event_id for one in mine if one.kind in NAMED}
        chips = tuple(one for one in mine if one is not named)
        rows.append(TimelineRow(shoot.starts, shoot.ends, shoot, named, tiles.get(shoot.photo), chips))
    for one in there:
        if one.kind in NAMED and one.event_id not in told and first <= one.first < after:
            rows.append(TimelineRow(one.first, max(one.first, one.after.replace(microsecond=0)), named=one))
    return sorted(rows, key=lambda row: row.starts, reverse=True)
