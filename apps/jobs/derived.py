"""What was stored once and derives from a studio's settings, recomputed when these change.

A derivation names rows and makes them again from what holds now, whatever they said before: doing it twice is doing it
once, and of two changes that cross the newer one wins. Which change starts what stands in `config.derived`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import ClassVar
from uuid import UUID

from apps.accounts.journal.sentences import counted, joined
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import Studio, User
from apps.accounts.studios import DERIVED_KIND
from apps.jobs.sliced import Sliced


@dataclass(frozen=True, slots=True)
class Derivation:
    """Rows that derive from a setting of the studio.

    name: at most 20 characters, unlike every other derivation's of the same setting.  noun: what is recomputed.
    ids: of the rows.  again: makes rows anew in the caller's transaction, and returns how many changed.
    """

    name: str
    noun: str
    ids: Callable[[Studio], Iterable[UUID]]
    again: Callable[[Studio, Sequence[UUID]], int]


@dataclass(frozen=True)
class Recomputing(Sliced):
    """The kind of task that follows a change of settings. It may deal with all that a studio has."""

    noun: ClassVar[str] = "item"
    most: ClassVar[int] = 10_000_000
    may_stop: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class _Part:
    """A derivation of a studio that has rows of it."""

    derivation: Derivation
    ids: Iterable[UUID]

    @classmethod
    def of(cls, derivation: Derivation, studio: Studio) -> _Part | None:
        """None if there is no row."""
        ids = iter(derivation.ids(studio))
        first = next(ids, None)
        return None if first is None else cls(derivation, chain([first], ids))


class DerivedData:
    """All derivations by the setting from which they derive.

    words: by the same settings, what is done, as "Moving {what} to {value}".
    """

    def __init__(self, table: Mapping[str, Sequence[Derivation]], words: Mapping[str, str]) -> None:
        self._table, self._words = table, words
        self.kind = Recomputing(DERIVED_KIND, _told, self._again)

    def begin(self, studio: Studio, changed: Iterable[str], *, by: User) -> list[Task]:
        """Start what has to follow a change, in its transaction. studio: as it is now. Nothing to do is no task.

        Raises TooManyTasks.
        """
        tasks = [self._begin(studio, setting, by) for setting in changed if setting in self._table]
        return [task for task in tasks if task is not None]

    def _begin(self, studio: Studio, setting: str, by: User) -> Task | None:
        parts = [part for part in map(_Part.of, self._table[setting], repeat(studio)) if part is not None]
        if not parts:
            return None
        first, *others = parts
        task = self.kind.begin(studio, first.ids, by=by, title=setting, part=first.derivation.name, setting=setting)
        counts = [counted(task.total, first.derivation.noun)]
        for part in others:
            before = task.total
            self.kind.add(task, part.ids, part=part.derivation.name)
            counts.append(counted(task.total - before, part.derivation.noun))
        value = str(getattr(studio, setting)).replace("_", " ")
        task.title = self._words[setting].format(what=joined(counts), value=value)[:200]
        task.save(update_fields=["title"])
        return task

    def _again(self, task: Task, some: TaskSlice) -> int:
        for derivation in self._table.get(task.params["setting"], ()):
            if derivation.name == some.part:
                return derivation.again(task.studio, some.ids)
        return 0


def _told(task: Task) -> str:
    return f"Done: {task.title[:1].lower()}{task.title[1:]}."
