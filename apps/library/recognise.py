"""Photos by what a program remembers of its files: the hash of a file, else its name and when it was taken.

A file that was edited has another hash; its name without the ending and the second in which the shutter opened tell it
still. Of two cameras that count alike, one second with the same name is no proof, so both are told and neither is
chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias
from uuid import UUID

from django.db.models.functions import TruncSecond

from apps.accounts.access import Entered
from apps.albums import photo_versions
from apps.albums.filenames.index import stem_of
from apps.library.models import LibraryPhoto

Clue: TypeAlias = tuple[str, datetime]
# A place's clock is at most 12 hours behind UTC and 14 before it.
_FARTHEST = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class RememberedFile:
    """What is known of one file. sha256: 64 hex digits or "".  stem: of the camera's file name, or "".

    captured_at: with an offset it is an instant; without one, what the camera's clock showed.
    """

    sha256: str = ""
    stem: str = ""
    captured_at: datetime | None = None

    @property
    def clue(self) -> Clue | None:
        """Name and second as they are compared; None unless both are known."""
        if not self.stem or self.captured_at is None:
            return None
        return _clue(self.stem, self.captured_at)


@dataclass(frozen=True, slots=True)
class Match:
    """The photos that a file may be. by: what told them, "" if nothing did. More than one: it is not told which."""

    photos: tuple[UUID, ...] = ()
    by: Literal["sha256", "name_and_time", ""] = ""


def recognise(member: Entered, files: Sequence[RememberedFile]) -> list[Match]:
    """What each file is, in their order: by its hash, else by name and time, among photos that the member sees.

    Names and times are those of photos in galleries. At most three queries for any number of files.
    """
    by_hash = photo_versions.by_hash(member, [file.sha256 for file in files if file.sha256])
    rest = [clue for file in files if file.sha256 not in by_hash and (clue := file.clue)]
    by_clue = _by_name_and_time(member, rest)
    return [_match(file, by_hash, by_clue) for file in files]


def _match(file: RememberedFile, by_hash: dict[str, UUID], by_clue: dict[Clue, list[UUID]]) -> Match:
    if file.sha256 in by_hash:
        return Match((by_hash[file.sha256],), "sha256")
    alike = by_clue.get(file.clue, []) if file.clue else []
    return Match(tuple(alike), "name_and_time") if alike else Match()


def _by_name_and_time(member: Entered, clues: Iterable[Clue]) -> dict[Clue, list[UUID]]:
    found: dict[Clue, list[UUID]] = {}
    times = {time for _, time in clues}
    walls, instants = {t for t in times if t.tzinfo is None}, {t for t in times if t.tzinfo is not None}
    rows = LibraryPhoto.objects.for_studio(member.studio).visible_to(member).filter(is_dated=True)
    if walls:
        # The column says what a clock showed as if that were UTC.
        seconds = [time.replace(tzinfo=UTC) for time in walls]
        near = rows.filter(wall__gte=min(seconds), wall__lt=max(seconds) + timedelta(seconds=1))
        alike = near.annotate(second=TruncSecond("wall", tzinfo=UTC)).filter(second__in=seconds)
        for photo_id, name, second in alike.order_by("pk").values_list("photo_id", "photo__camera_name", "second"):
            found.setdefault(_clue(name, second.replace(tzinfo=None)), []).append(photo_id)
    if instants:
        near = rows.filter(wall__gte=min(instants) - _FARTHEST, wall__lte=max(instants) + _FARTHEST)
        alike = near.annotate(second=TruncSecond("photo__taken_at", tzinfo=UTC)).filter(second__in=instants)
        for photo_id, name, second in alike.order_by("pk").values_list("photo_id", "photo__camera_name", "second"):
            found.setdefault(_clue(name, second), []).append(photo_id)
    return found


def _clue(name: str, moment: datetime) -> Clue:
    second = moment.replace(microsecond=0)
    return stem_of(name).casefold(), second.astimezone(UTC) if second.tzinfo else second
