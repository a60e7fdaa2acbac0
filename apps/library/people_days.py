"""Photos of people on some days whose texts hold words: the search that is typed most, written by hand.

The ORM takes longer to write it than PostgreSQL to answer, and PostgreSQL to plan it: so it is written once, planned
once, and counts for itself whether those photos are few. What it finds is what `compile.condition` asks for, which a
test compares.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.library.questions.fields import FIELDS
from apps.library.questions.kinds import AllWords, Asker, PersonKind
from apps.library.questions.tree import Group, Rule
from apps.web.compiled_queries import Asked, written_once


@dataclass(frozen=True, slots=True)
class PeopleDays:
    """Which photos. words: the question to the index of words.  first, after: from when and before when on the wall."""

    studio: UUID
    people: list[UUID]
    words: str
    first: datetime
    after: datetime


def read(tree: Group, asker: Asker) -> PeopleDays | None:
    """What rules ask for that are words, people any of whom is shown, and some days; None if they are anything else."""
    rules = [one for one in tree.rules if isinstance(one, Rule) and not one.operator.positive]
    words = [one for one in rules if isinstance(one.field.kind, AllWords)]
    shown = [one for one in rules if isinstance(one.field.kind, PersonKind)]
    days = [one for one in rules if one.field is FIELDS["taken_at"]]
    is_plain = tree.match == "all" and len(tree.rules) == len(words) + len(shown) + len(days)
    if not (is_plain and words and len(shown) == len(days) == 1) or asker.called or asker.entered.is_restricted:
        return None
    people = PersonKind.people(shown[0].operator.name, shown[0].value, asker)
    if not people or asker.between is None:
        return None
    asked = (asker.words[AllWords.key(one.operator.name, one.value)] for one in words)
    question = " & ".join(f"( {one} )" for one in asked)
    return PeopleDays(asker.entered.studio.pk, people, question, *asker.between)


# Who is shown and when is in one index, and of those photos the rows are read for their words. If more than `most`
# faces are shown nothing is read, and there is no total.
_ASKED: Final = """
    with shown as materialized (
        select photo_id from library_personphoto
        where studio_id = %(studio)s and person_id = any(%(people)s::uuid[])
            and wall >= %(first)s and wall < %(after)s and is_dated
        limit %(most)s + 1
    ), counted as materialized (
        select count(*) <= %(most)s as are_few from shown
    ), found as materialized (
        select wall, id from library_libraryphoto
        where studio_id = %(studio)s and (select are_few from counted)
            and id = any(array(select photo_id from shown)) and words @@ %(words)s::tsquery
    )
    (select wall, id, null::bigint from found {beyond} order by wall {way}, id {way} limit %(limit)s)
    union all select null, null, case when (select are_few from counted) then (select count(*) from found) end
"""
_BEYOND: Final = "where (wall, id) {side} (%(wall)s, %(photo)s)"


def asking(
    asked: PeopleDays, position: tuple[datetime, UUID] | None, *, backwards: bool, limit: int, most: int
) -> Asked:
    """These photos on one side of a position, for `together_across`; a last row tells their number on both.

    Its rows are of wall, id and nothing, the last of nothing, nothing and the number; None if more than `most` faces
    are shown on those days.
    """
    way, side = ("asc", ">") if backwards else ("desc", "<")
    text = _ASKED.format(beyond=_BEYOND.format(side=side) if position else "", way=way)
    values: dict[str, Any] = asdict(asked) | {"limit": limit, "most": most}
    if position:
        values |= {"wall": position[0], "photo": position[1]}
    return written_once(text, values)
