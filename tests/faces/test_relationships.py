"""Who is whose mother: said, shown from both sides, taken back, and kept through a merge."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts import journal
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.faces import people, relationships
from apps.faces.models import Kinship, Person, Relationship
from tests.faces.makers import switched_on
from tests.markup import tight

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(north: Studio, alice_user: User) -> dict[str, Person]:
    switched_on(north, alice_user)
    found = {}
    with acting_in(north):
        for name in ("Rosa", "Ben", "Karl"):
            found[name] = Person(studio=north, name=name)
            found[name].save(force_insert=True)
    return found


def said(studio: Studio) -> set[tuple[str, str, str]]:
    with acting_in(studio):
        rows = Relationship.objects.for_studio(studio).select_related("person", "other")
        return {(row.person.name, row.kind, row.other.name) for row in rows}


def test_a_page_says_it_shows_it_on_both_sides_and_takes_it_back(
    family: dict[str, Person], north: Studio, alice: Client
) -> None:
    rosa, ben = (f"/studio/north/people/{family[name].pk}/" for name in ("Rosa", "Ben"))
    assert alice.post(f"{rosa}relate/", {"kind": "mother", "other": "ben"}).status_code == 303
    assert said(north) == {("Rosa", "mother", "Ben")}
    assert "Mother of" in tight(alice.get(rosa).content)
    assert "Mother:" in tight(alice.get(ben).content)
    alice.post(f"{rosa}relate/", {"kind": "friend", "other": "Nobody"})
    with acting_in(north):
        [row] = relationships.of(family["Ben"])
    alice.post(f"{ben}relate/", {"drop": str(row.pk)})
    assert said(north) == set()


def test_both_ways_can_be_undone(family: dict[str, Person], north: Studio, alice_user: User) -> None:
    rosa, ben = family["Rosa"], family["Ben"]
    with acting_in(north):
        made = relationships.relate(rosa, ben, Kinship.MOTHER, by=alice_user)
        assert relationships.relate(rosa, ben, Kinship.MOTHER, by=alice_user) is None
        assert made is not None
        journal.undo(made, by=alice_user)
    assert said(north) == set()
    with acting_in(north):
        relationships.relate(rosa, ben, Kinship.MOTHER, by=alice_user)
        row = relationships.of(rosa).get()
        row.studio = north
        gone = relationships.part(row, by=alice_user)
        assert gone is not None
        journal.undo(gone, by=alice_user)
        with pytest.raises(relationships.NotRelated):
            relationships.relate(rosa, rosa, Kinship.FRIEND, by=alice_user)
    assert said(north) == {("Rosa", "mother", "Ben")}


def test_a_merge_carries_them_and_its_undo_brings_them_back(
    family: dict[str, Person], north: Studio, alice_user: User
) -> None:
    rosa, ben, karl = family["Rosa"], family["Ben"], family["Karl"]
    with acting_in(north):
        relationships.relate(rosa, ben, Kinship.MOTHER, by=alice_user)
        relationships.relate(karl, rosa, Kinship.FRIEND, by=alice_user)
        entry = people.merge(karl, [rosa], by=alice_user)
    assert said(north) == {("Karl", "mother", "Ben")}, "nobody is their own friend"
    with acting_in(north):
        assert entry is not None
        journal.undo(entry, by=alice_user)
    assert said(north) == {("Rosa", "mother", "Ben"), ("Karl", "friend", "Rosa")}
