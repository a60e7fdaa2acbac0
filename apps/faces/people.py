"""What humans decide about people and faces. Each deed is an act of the journal that can be taken back.

The journal holds ids, names and decisions, never a number, an outline or a picture of a face. Run in
`acting_in(studio)`; each deed holds the studio's faces first (see `models.hold`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.faces import joining, relationships
from apps.faces.consent import require_on
from apps.faces.listing import forget_counts
from apps.faces.models import Face, NeverTwo, NotThem, Passport, Person, hold
from apps.web.refusal import Refusal

#: Faces or people named in one request.
MOST: Final = 500
_FACE = ("person_id", "is_confirmed", "is_ignored")
_ANSWER = ("passport", "passport_note", "passport_at")
_PERSON = ("name", "is_settled", "is_ignored", "is_hidden", "thumbnail_id", *_ANSWER)
# What guests see of a person.
_SHOWN: Final = frozenset({"name", "is_hidden", "is_ignored", "passport"})
#: Of several answers of one person the strictest holds.
_STRICTEST = (Passport.NO, Passport.ASK, Passport.INSIDE, Passport.YES)


class NoSuchPerson(Refusal):
    """One of the people or faces is not there."""

    status = 422
    code = "no_such_person"
    sentence = "One of these people or faces no longer exists."


class NeverOne(Refusal):
    """A human said that these are not one person."""

    status = 409
    code = "never_one_person"
    sentence = "These were marked as different people. Undo that first."


def find(studio: Studio, ids: Iterable[UUID]) -> list[Person]:
    """These people, in this order. Raises NoSuchPerson."""
    wanted = list(dict.fromkeys(ids))
    found = {person.pk: person for person in Person.objects.for_studio(studio).filter(pk__in=wanted)}
    if len(found) < len(wanted) or len(wanted) > MOST:
        raise NoSuchPerson
    return [found[pk] for pk in wanted]


def find_faces(studio: Studio, ids: Iterable[UUID]) -> list[Face]:
    """These faces. Raises NoSuchPerson."""
    wanted = set(ids)
    found = list(Face.objects.for_studio(studio).filter(pk__in=wanted).defer("embedding").order_by("pk"))
    if len(found) < len(wanted) or len(wanted) > MOST:
        raise NoSuchPerson
    return found


def change(person: Person, *, by: User, **values: Any) -> JournalEntry | None:
    """Set name, birthday, is_hidden, is_ignored, passport, passport_note or the thumbnail. None if all was so already.

    An existing name is no merge: `named` finds whom to merge with. Raises FacesOff, NoSuchPerson for a thumbnail of
    somebody else.
    """
    studio = person.studio
    require_on(studio)
    hold(studio)
    if "name" in values:
        values["name"] = " ".join(values["name"].split())
    if values.get("thumbnail_id") is not None and not person.faces.filter(pk=values["thumbnail_id"]).exists():
        raise NoSuchPerson
    if "passport" in values and values["passport"] != person.passport:
        values["passport_at"] = timezone.localdate() if values["passport"] else None
    watch = journal.Watch(studio)
    mine = Person.objects.for_studio(studio).filter(pk=person.pk)
    watch.rows(mine, *sorted({*values, "is_settled"}))
    if {"name", "is_ignored"} & set(values):
        values["is_settled"] = True
    for name, value in values.items():
        setattr(person, name, value)
    person.save(update_fields=list(values))
    changes = watch.changes()
    if not changes:
        return None
    joining.spread(person)
    if _SHOWN & set(values):
        forget_counts(studio.pk, people=[person.pk])
    fields = sorted(set(values) - {"is_settled", "passport_at"})
    return journal.record(
        studio, by=by, verb="person.changed", subject=person, things=[person.pk], changes=changes, fields=fields
    )


def change_all(studio: Studio, people: Collection[Person], *, by: User, **values: bool) -> JournalEntry | None:
    """Set is_hidden or is_ignored of several people by one act, that one undo takes back. None if all was so already.

    Raises FacesOff.
    """
    require_on(studio)
    hold(studio)
    ids = [person.pk for person in people]
    mine = Person.objects.for_studio(studio).filter(pk__in=ids)
    watch = journal.Watch(studio)
    watch.rows(mine, *sorted({*values, "is_settled"}))
    # Whom a human ignores is left alone by the grouping at night.
    mine.update(**values, **({"is_settled": True} if "is_ignored" in values else {}))
    changes = watch.changes()
    if not changes:
        return None
    forget_counts(studio.pk, people=ids)
    facts: dict[str, Any] = dict(values)
    return journal.record(
        studio, by=by, verb="people.changed", things=changes.ids(Person._meta.label_lower), changes=changes, **facts
    )


def named(studio: Studio, name: str, *, but: UUID | None = None) -> Person | None:
    """Who has this name, whatever its case; of several the first."""
    people = Person.objects.for_studio(studio).filter(name__iexact=" ".join(name.split())).exclude(name="")
    found: Person | None = (people.exclude(pk=but) if but else people).order_by("pk").first()
    return found


def merge(person: Person, others: Collection[Person], *, by: User) -> JournalEntry | None:
    """Make others the same as `person`, who keeps their own name, or takes the first there is.

    What humans said of the others counts for the person: also that one of them is hidden from clients, and the
    strictest answer about being shown. Raises FacesOff, NeverOne.
    """
    studio, going = person.studio, [other for other in others if other.pk != person.pk]
    require_on(studio)
    if not going:
        return None
    hold(studio)
    ids = [other.pk for other in going]
    _check_may_be_one(studio, [person.pk, *ids])
    watch = journal.Watch(studio)
    watch.rows(Person.objects.for_studio(studio).filter(pk=person.pk), *_PERSON)
    faces = Face.objects.for_studio(studio).filter(person_id__in=ids)
    watch.rows(faces, "person_id")
    _carry_answers(studio, person, ids, watch)
    relationships.carry(person, ids, watch)
    faces.update(person=person)
    Face.objects.for_studio(studio).filter(suggested_id__in=ids).exclude(person=person).update(suggested=person)
    for other in going:
        watch.removed(other)
    Person.objects.for_studio(studio).filter(pk__in=ids).delete()
    person.name = person.name or next((other.name for other in going if other.name), "")
    person.is_settled, person.is_ignored = True, person.is_ignored and all(other.is_ignored for other in going)
    _take_strictest(person, going)
    person.save(update_fields=["name", "is_settled", "is_ignored", "is_hidden", *_ANSWER])
    forget_counts(studio.pk, people=[person.pk])
    Face.objects.for_studio(studio).filter(person=person).update(suggested=None, distance=None)
    joining.spread(person)
    return journal.record(
        studio,
        by=by,
        verb="people.merged",
        subject=person,
        things=[person.pk, *ids],
        changes=watch.changes(),
        name=person.name,
        people=len(going) + 1,
    )


def _take_strictest(person: Person, going: Sequence[Person]) -> None:
    person.is_hidden = person.is_hidden or any(other.is_hidden for other in going)
    answered = [one for one in (person, *going) if one.passport]
    strictest = min(answered, key=lambda one: _STRICTEST.index(Passport(one.passport)), default=person)
    for name in _ANSWER:
        setattr(person, name, getattr(strictest, name))


def _check_may_be_one(studio: Studio, ids: Sequence[UUID]) -> None:
    if NeverTwo.objects.for_studio(studio).filter(one_id__in=ids, other_id__in=ids).exists():
        raise NeverOne


def _carry_answers(studio: Studio, person: Person, going: Sequence[UUID], watch: journal.Watch) -> None:
    """ "Not them" and "never these two" of people who go hold for the one who stays."""
    kept = set(NotThem.objects.for_studio(studio).filter(person=person).values_list("face_id", flat=True))
    for row in NotThem.objects.for_studio(studio).filter(person_id__in=going).order_by("pk"):
        watch.removed(row)
        row.delete()
        if row.face_id not in kept:
            kept.add(row.face_id)
            _add(NotThem(studio=studio, face_id=row.face_id, person=person), watch)
    for pair in NeverTwo.objects.for_studio(studio).filter(Q(one_id__in=going) | Q(other_id__in=going)).order_by("pk"):
        watch.removed(pair)
        pair.delete()
        third = pair.other_id if pair.one_id in going else pair.one_id
        _add_never(studio, person.pk, third, watch)


def _add(row: NotThem | NeverTwo, watch: journal.Watch) -> None:
    row.save(force_insert=True)
    watch.made(row)


def _add_never(studio: Studio, one: UUID, other: UUID, watch: journal.Watch) -> None:
    first, second = sorted([one, other])
    if not NeverTwo.objects.for_studio(studio).filter(one_id=first, other_id=second).exists():
        _add(NeverTwo(studio=studio, one_id=first, other_id=second), watch)


def assign(
    studio: Studio, faces: Collection[Face], person: Person | None, *, by: User, name: str = "", verb: str = ""
) -> tuple[Person | None, JournalEntry | None]:
    """Say who these faces are: a person, somebody new with this name, or (None and no name) nobody who is known.

    The person from whom a face is taken is remembered as not being it. Raises FacesOff.
    """
    require_on(studio)
    hold(studio)
    ids = [face.pk for face in faces]
    mine = Face.objects.for_studio(studio).filter(pk__in=ids)
    watch = journal.Watch(studio)
    watch.rows(mine, *_FACE)
    left = {face.person_id for face in faces if face.person_id is not None}
    if person is None and name.strip():
        person = named(studio, name)
        if person is None:
            person = Person(studio=studio, name=" ".join(name.split()), is_settled=True, thumbnail_id=ids[0])
            person.save(force_insert=True)
            watch.made(person)
    elif person is not None:
        watch.rows(Person.objects.for_studio(studio).filter(pk=person.pk), "is_settled")
    _remember(studio, faces, person, watch)
    mine.update(person=person, is_confirmed=person is not None, is_ignored=False, suggested=None, distance=None)
    if person is not None:
        Person.objects.for_studio(studio).filter(pk=person.pk).update(is_settled=True)
        joining.spread(person)
    _remove_empty(studio, left, watch)
    changes = watch.changes()
    if not changes:
        return person, None
    entry = journal.record(
        studio,
        by=by,
        verb=verb or "faces.assigned",
        subject=person,
        things=[*left, *([person.pk] if person else []), *ids],
        changes=changes,
        name=person.name if person else "",
        faces=len(ids),
    )
    return person, entry


def _remember(studio: Studio, faces: Collection[Face], person: Person | None, watch: journal.Watch) -> None:
    """Who a face was and is not, as far as that somebody has a name or was worked on; and who it is after all."""
    denied = NotThem.objects.for_studio(studio).filter(face_id__in=[face.pk for face in faces])
    if person is not None:
        for row in denied.filter(person=person):
            watch.removed(row)
            row.delete()
    known = set(denied.values_list("face_id", "person_id"))
    sure = Person.objects.for_studio(studio).filter(pk__in=[face.person_id for face in faces if face.person_id])
    somebody = set(sure.exclude(name="", is_settled=False).values_list("pk", flat=True))
    for face in faces:
        before = face.person_id
        if before not in somebody or (person is not None and before == person.pk) or (face.pk, before) in known:
            continue
        _add(NotThem(studio=studio, face_id=face.pk, person_id=before), watch)


def _remove_empty(studio: Studio, people: Collection[UUID], watch: journal.Watch) -> None:
    """Unnamed groups on which nobody worked, and from which the last face went, are nobody."""
    nobody = Person.objects.for_studio(studio).filter(pk__in=people, name="", is_settled=False, faces__isnull=True)
    for group in nobody.order_by("pk"):
        watch.removed(group)
        group.delete()


def call(face: Face, name: str, *, by: User) -> JournalEntry | None:
    """Say who a face is by a name: of a group without one the whole group is, as its faces were one. face: with its
    person. Raises FacesOff, NeverOne.
    """
    group, known = face.person, named(face.studio, name)
    if group is None or group.name:
        return assign(face.studio, [face], None, by=by, name=name)[1]
    group.studio = face.studio
    if known is None:
        return change(group, by=by, name=name)
    known.studio = face.studio
    return merge(known, [group], by=by)


def split(
    person: Person, faces: Collection[Face], *, by: User, name: str = ""
) -> tuple[Person | None, JournalEntry | None]:
    """Take wrong faces out of a person: they are somebody else, with this name or yet without. Raises NoSuchPerson."""
    if any(face.person_id != person.pk for face in faces):
        raise NoSuchPerson
    if name.strip():
        return assign(person.studio, faces, None, by=by, name=name, verb="person.split")
    studio = person.studio
    require_on(studio)
    hold(studio)
    ids = [face.pk for face in faces]
    mine = Face.objects.for_studio(studio).filter(pk__in=ids)
    watch = journal.Watch(studio)
    watch.rows(mine, *_FACE)
    watch.rows(Person.objects.for_studio(studio).filter(pk=person.pk), "is_settled")
    other = Person(studio=studio, is_settled=True, thumbnail_id=ids[0])
    other.save(force_insert=True)
    watch.made(other)
    _remember(studio, faces, other, watch)
    mine.update(person=other, is_confirmed=True, suggested=None, distance=None)
    Person.objects.for_studio(studio).filter(pk=person.pk).update(is_settled=True)
    entry = journal.record(
        studio,
        by=by,
        verb="person.split",
        subject=person,
        things=[person.pk, other.pk, *ids],
        changes=watch.changes(),
        name=person.name,
        faces=len(ids),
    )
    return other, entry


def ignore(studio: Studio, faces: Collection[Face], ignored: bool, *, by: User, verb: str = "") -> JournalEntry | None:
    """Hear no more of these faces, or hear of them again. They keep their numbers; erasing is another thing.

    verb: of the journal, where the act is another one.
    """
    require_on(studio)
    hold(studio)
    ids = [face.pk for face in faces]
    mine = Face.objects.for_studio(studio).filter(pk__in=ids)
    watch = journal.Watch(studio)
    watch.rows(mine, *_FACE)
    mine.update(is_ignored=ignored, suggested=None, distance=None)
    changes = watch.changes()
    if not changes:
        return None
    verb = verb or ("faces.ignored" if ignored else "faces.unignored")
    return journal.record(studio, by=by, verb=verb, things=ids, changes=changes, faces=len(ids))


def never(one: Person, other: Person, *, by: User) -> JournalEntry | None:
    """Remember that these two are never one person. None if that was known."""
    studio = one.studio
    require_on(studio)
    hold(studio)
    if one.pk == other.pk:
        raise NoSuchPerson
    watch = journal.Watch(studio)
    people = Person.objects.for_studio(studio).filter(pk__in=[one.pk, other.pk])
    watch.rows(people, "is_settled")
    _add_never(studio, one.pk, other.pk, watch)
    people.update(is_settled=True)
    changes = watch.changes()
    if not changes:
        return None
    things = [one.pk, other.pk]
    return journal.record(studio, by=by, verb="people.never", subject=one, things=things, changes=changes)


def answer(face: Face, person: Person, says: str, *, by: User) -> JournalEntry | None:
    """Answer a doubt: "yes" it is this person, "no" it is not, or "skip" for now. Raises FacesOff.

    A yes to a face of an unnamed group on which nobody worked makes the whole group the person: its faces were one.
    """
    studio = face.studio
    require_on(studio)
    hold(studio)
    if says == "yes":
        group = Person.objects.for_studio(studio).filter(faces=face, name="", is_settled=False).first()
        if group is not None and group.pk != person.pk:
            return merge(person, [group], by=by)
        return assign(studio, [face], person, by=by)[1]
    if says == "skip":
        # Behind all others, until it is suggested anew.
        Face.objects.for_studio(studio).filter(pk=face.pk, suggested=person).update(distance=joining.SUGGEST)
        return None
    watch = journal.Watch(studio)
    if not NotThem.objects.for_studio(studio).filter(face=face, person=person).exists():
        _add(NotThem(studio=studio, face=face, person=person), watch)
    joining.doubt_no_more(studio.pk, [face.pk])
    changes = watch.changes()
    if not changes:
        return None
    things = [face.pk, person.pk]
    return journal.record(
        studio, by=by, verb="faces.denied", subject=person, things=things, changes=changes, name=person.name
    )
