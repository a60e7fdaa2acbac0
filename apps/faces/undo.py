"""Taking back what was decided about people and faces: the journal writes the rows, here stands what else follows."""

from __future__ import annotations

from uuid import UUID

from apps.accounts import journal
from apps.accounts.journal import Changes, Undoing
from apps.accounts.journal.changes import RowChange
from apps.accounts.models import Studio
from apps.faces import joining
from apps.faces.consent import require_on
from apps.faces.listing import forget_counts
from apps.faces.models import Face, NeverTwo, NotThem, Person, hold

FACE, PERSON, NOT_THEM, NEVER_TWO = (model._meta.label_lower for model in (Face, Person, NotThem, NeverTwo))


def of_people(undoing: Undoing) -> None:
    """Take back an act on people and faces. Raises FacesOff, ChangedSince, Erased.

    Faces that went since, with their photos, are left out. Who joined by themselves somebody whom the undo takes away
    are placed anew, and questions that were answered are asked again.
    """
    studio = undoing.studio
    require_on(studio)
    hold(studio)
    changes = _without_groups_that_went(studio, _there(studio, undoing.changes))
    left = _left_over(studio, changes)
    Face.objects.for_studio(studio).filter(pk__in=[face.pk for face in left]).update(person=None)
    journal.write(studio, changes)
    moved = Face.objects.for_studio(studio).filter(pk__in=changes.ids(FACE))
    moved.update(suggested=None, distance=None)
    homeless = moved.filter(person__isnull=True, is_ignored=False, embedding__isnull=False)
    joining.place(studio.pk, [*left, *homeless.filter(pk__in=_unhoused(undoing.changes, changes))])
    for person in Person.objects.for_studio(studio).filter(pk__in=_concerned(changes)).order_by("pk"):
        joining.spread(person)
    forget_counts(studio.pk, people=changes.ids(PERSON))


def _concerned(changes: Changes) -> set[UUID]:
    """Who changes, and of whom an answer is taken back: what was asked about them before is asked again."""
    rows = [*changes.of(FACE), *changes.of(NOT_THEM)]
    return {*changes.ids(PERSON), *(UUID(who) for row in rows if (who := (row.before or {}).get("person_id")))}


def _there(studio: Studio, changes: Changes) -> Changes:
    """Without the faces that are gone, and what was said of them."""
    known = {
        str(pk) for pk in Face.objects.for_studio(studio).values_list("pk", flat=True).filter(pk__in=_faces(changes))
    }
    kept = Changes()
    for table, row in changes:
        values = (row.before or {}) | (row.after or {})
        face = row.id if table == FACE else values.get("face_id") if table == NOT_THEM else None
        if face is None or face in known:
            kept.tables.setdefault(table, {})[row.id] = row
    return kept


def _without_groups_that_went(studio: Studio, changes: Changes) -> Changes:
    """A face that was in an unnamed group which is no more goes to nobody first, and finds a place by itself."""
    homes = {home for row in changes.of(FACE) if (home := (row.after or {}).get("person_id"))}
    there = {str(pk) for pk in Person.objects.for_studio(studio).filter(pk__in=homes).values_list("pk", flat=True)}
    there |= {row.id for row in changes.of(PERSON) if row.before is None}
    kept = Changes()
    for table, row in changes:
        if table == FACE and (row.after or {}).get("person_id") in homes - there:
            row = RowChange(row.id, row.before, {**(row.after or {}), "person_id": None})
        kept.tables.setdefault(table, {})[row.id] = row
    return kept


def _unhoused(asked: Changes, done: Changes) -> list[UUID]:
    wanted = {row.id: (row.after or {}).get("person_id") for row in asked.of(FACE)}
    return [UUID(row.id) for row in done.of(FACE) if wanted[row.id] and not (row.after or {}).get("person_id")]


def _faces(changes: Changes) -> list[UUID]:
    said = [((row.before or {}) | (row.after or {}))["face_id"] for row in changes.of(NOT_THEM)]
    return [*changes.ids(FACE), *map(UUID, said)]


def _left_over(studio: Studio, changes: Changes) -> list[Face]:
    """Faces that came to a person whom the undo removes, and that the act knows nothing of; no human put them there."""
    going = [UUID(row.id) for row in changes.of(PERSON) if row.after is None]
    faces = Face.objects.for_studio(studio).filter(person_id__in=going, is_confirmed=False)
    return list(faces.exclude(pk__in=changes.ids(FACE)))
