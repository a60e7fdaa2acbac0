"""Whom the rules mean: names and relationships become people when it is asked, so that a rename touches no rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.access import Entered
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Placement
from apps.faces.models import Face, Person, Relationship
from apps.library.folding import words_of
from apps.library.names import MOST_WORDS
from apps.library.questions import persons
from apps.library.questions.kinds import PersonKind, PersonMeant
from apps.library.questions.persons import PersonAsked
from apps.library.questions.tree import Group
from apps.web.compiled_queries import Asked, Compiled, once

#: People and relationships that are looked at for one search.
MOST: Final = 500


def asking(tree: Group, entered: Entered) -> Asked | None:
    """The people whom the rules name, for `together`; None if they ask for nobody. Its rows are for `meant`."""
    asked = [persons.read(text) for text in _texts(tree)]
    if not asked or entered.is_contributor:
        return None
    ids = [one.id for one in asked if one.id is not None]
    if len(ids) == len(asked) and not entered.is_restricted:
        return _BY_ID.asked(_Ids(entered.studio.pk, ids))
    return once(_known(entered).filter(_any_name(asked)).order_by("pk")[:MOST])


def meant(tree: Group, entered: Entered, named: list[Person]) -> dict[str, list[PersonMeant]]:
    """For each person asked for in the rules, who that is. One query for relationships, if any is asked for.

    named: what `asking` found.
    """
    asked = {text: persons.read(text) for text in _texts(tree)}
    related = _related(entered, asked.values(), named)
    return {text: _of(one, named, related) for text, one in asked.items()}


def _texts(tree: Group) -> set[str]:
    rules = [rule for rule in tree.each() if isinstance(rule.field.kind, PersonKind)]
    values = [rule.value if isinstance(rule.value, list) else [rule.value] for rule in rules if rule.value]
    return {text for some in values for text in some}


@dataclass(frozen=True)
class _Ids:
    """People of a studio."""

    studio: UUID
    people: list[UUID]


def _by_id(asked: _Ids) -> QuerySet[Person, Person]:
    rows = Person.objects.for_studio(asked.studio).filter(is_ignored=False, pk__any=asked.people)
    return rows.order_by("pk")[:MOST]


_BY_ID: Final = Compiled(_by_id, is_planned_once=True)


def called(texts: Iterable[str], entered: Entered) -> dict[str, list[UUID]]:
    """For each word of these texts the people with a word of their name that begins so; one query, none without words.

    For members who work in some galleries and hear of people in their photos alone; contributors hear of nobody. To
    others `names.read` tells them.
    """
    words = sorted({word for text in texts for word in words_of(text)[:MOST_WORDS]})
    if not words or entered.is_contributor:
        return {}
    begun = reduce(or_, (_begun(word) for word in words))
    names = [
        (pk, words_of(name))
        for pk, name in _known(entered).filter(begun).order_by("pk").values_list("pk", "name")[:MOST]
    ]
    found = {word: [pk for pk, parts in names if any(part.startswith(word) for part in parts)] for word in words}
    return {word: people for word, people in found.items() if people}


def _of(asked: PersonAsked, named: list[Person], related: list[Relationship]) -> list[PersonMeant]:
    people = [person for person in named if _is_called(person, asked)]
    if asked.kin is not None:
        ids = {person.pk for person in people}
        found = []
        for row in related:
            if row.kind in asked.kin.kinds:
                found += [row.person] if asked.kin.forth and row.other_id in ids else []
                found += [row.other] if asked.kin.back and row.person_id in ids else []
        people = list({person.pk: person for person in found}.values())
    if asked.ages is not None:
        people = [person for person in people if person.birthday is not None]
    return [PersonMeant(person.pk, person.name, person.birthday) for person in people]


def _is_called(person: Person, asked: PersonAsked) -> bool:
    if asked.id is not None:
        return person.pk == asked.id
    parts = words_of(person.name)
    return all(any(part.startswith(word) for part in parts) for word in words_of(asked.name))


def _any_name(asked: Iterable[PersonAsked]) -> Q:
    return reduce(or_, (_name(one) for one in asked))


def _name(asked: PersonAsked) -> Q:
    if asked.id is not None:
        return Q(pk=asked.id)
    words = [_begun(word) for word in words_of(asked.name)]
    # Without a name everybody is meant who has an age.
    return reduce(and_, words, Q(birthday__isnull=False) if not words else ~Q(name=""))


def _begun(word: str) -> Q:
    """Who has a word in the name that begins so. A plain name, which has to hold it as it is, is folded if it does."""
    return (Q(name__plain=False) | Q(name__icontains=word)) & Q(name__words__contains=f" {word}")


def _known(entered: Entered) -> StudioQuerySet[Person]:
    """The people of whom the member may know: of a restricted one those in their photos."""
    people = Person.objects.for_studio(entered.studio).filter(is_ignored=False)
    if not entered.is_restricted:
        return people
    lying = Placement.objects.visible_to(entered).filter(trashed_at__isnull=True)
    faces = Face.objects.for_studio(entered.studio).filter(is_ignored=False, photo_id__in=lying.values("photo_id"))
    return people.filter(Exists(faces.filter(person_id=OuterRef("pk"))))


def _related(entered: Entered, asked: Iterable[PersonAsked], named: list[Person]) -> list[Relationship]:
    if not named or not any(one.kin for one in asked):
        return []
    ids, known = [person.pk for person in named], _known(entered).values("pk")
    rows = Relationship.objects.for_studio(entered.studio).filter(Q(person__in=ids) | Q(other__in=ids))
    rows = rows.filter(person__in=known, other__in=known).select_related("person", "other")
    return list(rows.order_by("pk")[:MOST])
