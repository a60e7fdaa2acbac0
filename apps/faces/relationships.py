"""Who is whose mother, partner or friend. Each deed can be taken back. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts import journal
from apps.accounts.models import JournalEntry, User
from apps.faces.consent import require_on
from apps.faces.models import Kinship, Person, Relationship, hold
from apps.web.compiled_queries import Asked, Compiled
from apps.web.refusal import Refusal

#: Of one person; a page shows them all.
MOST: Final = 60
_ORDER: Final = ("kind", "pk")


class NotRelated(Refusal):
    """Somebody to themselves, or one more than a page shows."""

    status = 422
    code = "not_related"
    sentence = "Choose someone else for this relationship."


def of(person: Person) -> QuerySet[Relationship]:
    """All in which a person stands, on either side."""
    rows = Relationship.objects.for_studio(person.studio_id)
    return rows.filter(_either(person.pk)).select_related("person", "other").order_by(*_ORDER)


def of_all(studio_id: UUID, people: Collection[UUID]) -> dict[UUID, list[Relationship]]:
    """All in which these people stand, by person, on either side. One query."""
    rows = Relationship.objects.for_studio(studio_id)
    found: dict[UUID, list[Relationship]] = {pk: [] for pk in people}
    for row in rows.filter(Q(person_id__in=people) | Q(other_id__in=people)).order_by(*_ORDER):
        for side in (row.person_id, row.other_id):
            if side in found:
                found[side].append(row)
    return found


def _either(person_id: UUID) -> Q:
    return Q(person_id=person_id) | Q(other_id=person_id)


@dataclass(frozen=True, slots=True)
class _Of:
    """Whose relationships are asked for."""

    studio_id: UUID
    pk: UUID


def _listed(of_whom: _Of) -> QuerySet[Relationship]:
    rows = Relationship.objects.for_studio(of_whom.studio_id)
    return rows.filter(_either(of_whom.pk)).select_related("person", "other").order_by(*_ORDER)[:MOST]


_LISTED: Final = Compiled(_listed)


def asking(studio_id: UUID, person_id: UUID) -> Asked:
    """The same as the person's page shows them, at most `MOST`, for `compiled_queries.together`."""
    return _LISTED.asked(_Of(studio_id, person_id))


def relate(person: Person, other: Person, kind: Kinship, *, by: User) -> JournalEntry | None:
    """Say that `person` is `kind` of `other`. None if that was said. Raises FacesOff, NotRelated."""
    studio = person.studio
    require_on(studio)
    hold(studio)
    known = of(person)
    if person.pk == other.pk or known.count() >= MOST:
        raise NotRelated
    if known.filter(person=person, other=other, kind=kind).exists():
        return None
    watch = journal.Watch(studio)
    row = Relationship(studio=studio, person=person, other=other, kind=kind)
    row.save(force_insert=True)
    watch.made(row)
    return _recorded(row, "people.related", watch, by)


def part(row: Relationship, *, by: User) -> JournalEntry | None:
    """Take back what was said of two people. row: with its people. Raises FacesOff."""
    require_on(row.studio)
    hold(row.studio)
    watch = journal.Watch(row.studio)
    watch.removed(row)
    entry = _recorded(row, "people.unrelated", watch, by)
    row.delete()
    return entry


def _recorded(row: Relationship, verb: str, watch: journal.Watch, by: User) -> JournalEntry | None:
    person, other = row.person, row.other
    return journal.record(
        row.studio,
        by=by,
        verb=verb,
        subject=person,
        things=[person.pk, other.pk],
        changes=watch.changes(),
        name=person.name,
        other=other.name,
        kind=row.kind,
    )


def carry(person: Person, going: Sequence[UUID], watch: journal.Watch) -> None:
    """What was said of people who go holds for the one who stays; nobody is related to themselves."""
    rows = Relationship.objects.for_studio(person.studio_id)
    for row in rows.filter(Q(person_id__in=going) | Q(other_id__in=going)).order_by("pk"):
        watch.removed(row)
        row.delete()
        one = person.pk if row.person_id in going else row.person_id
        other = person.pk if row.other_id in going else row.other_id
        if one != other and not rows.filter(person_id=one, other_id=other, kind=row.kind).exists():
            kept = Relationship(studio_id=person.studio_id, person_id=one, other_id=other, kind=row.kind)
            kept.save(force_insert=True)
            watch.made(kept)
