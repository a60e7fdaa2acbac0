"""Who took a photo: from its file, else the contributor who sent it; corrected by hand, found, and told."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.access import Entered, member_of
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import information, marks
from apps.albums.models import Album, Photo, PhotoState, Stack
from apps.library import index
from apps.library.find import Library
from apps.library.questions import language
from apps.media.facts import Facts
from apps.uploads import pipeline
from tests.accounts.callers import bearer
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 28)


def learn(photo: Photo, facts: Facts) -> str:
    """What the pipeline makes of a file's facts."""
    with acting_in(photo.studio):
        names = pipeline._learn_words(photo, facts)
        photo.facts = facts.as_plain()
        photo.save(update_fields=["facts", *names])
        return photo.photographer


def found(entered: Entered, text: str) -> set[str]:
    with acting_in(entered.studio):
        tiles = Library(entered, language.read(text, today=TODAY).tree, today=TODAY).page().tiles
        return {tile.row.name for tile in tiles}


@pytest.fixture
def owner(alice_user: User, north: Studio) -> Entered:
    return member_of(alice_user, north.slug)


def test_the_file_says_it_first_then_the_contributor_who_sent_it(
    shoot: Shoot, dora_user: User, erin_user: User
) -> None:
    fresh: dict[str, Any] = {"make": ""}
    for by, facts, name in (
        (dora_user, Facts(artist="Ann"), "Ann"),
        (dora_user, Facts(), "Dora"),
        (erin_user, Facts(), ""),
        (None, Facts(), ""),
    ):
        photo = shoot(uploaded_by=by, facts=fresh)
        photo.facts = {}
        assert learn(photo, facts) == name


def test_what_a_person_corrected_stays_and_what_was_read_before_is_completed(shoot: Shoot, owner: Entered) -> None:
    photo = shoot()
    assert "artist" not in photo.facts
    assert learn(photo, Facts(artist="Ann", caption="new")) == "Ann"
    assert photo.caption == "", "captions were read before"
    with acting_in(owner.studio):
        marks.mark(photo, by=owner.user, photographer="")
    assert learn(photo, Facts(artist="Ann")) == ""


def test_a_photographer_is_found_told_and_changed_over_the_api(
    shoot: Shoot, album: Album, owner: Entered, alice_user: User
) -> None:
    shoot(camera_name="a.jpg", photographer="Zoë Müller")
    photo = shoot(camera_name="b.jpg", facts={"artist": "Ben"})
    caller = bearer(alice_user, "north")
    address = f"/api/albums/{album.pk}/photos/{photo.pk}"
    changed = caller.patch(address, {"photographer": "Cleo"}, content_type="application/json").json()
    assert changed["photographer"] == "Cleo"
    assert found(owner, "photographer:zoe") == {"a.jpg"}
    assert found(owner, 'by:"cleo"') == {"b.jpg"}
    assert found(owner, "müller") == {"a.jpg"}
    with acting_in(owner.studio):
        assert Library(owner, today=TODAY).facets()["photographer"] == [("Cleo", 1), ("Zoë Müller", 1)]
        assert index.wrong(owner.studio.pk) == []
        photo = Photo.objects.for_studio(owner.studio).select_related("original").get(pk=photo.pk)
        zone = ZoneInfo("UTC")
        told, guests = (information.of(photo, zone, for_guests=guests) for guests in (False, True))
    assert ("Photographer", "Cleo") in [(fact.term, fact.value) for fact in told]
    assert ("Photographer", "Ben") in [(fact.term, fact.value) for fact in guests], "what the file itself tells"


def test_tiers_and_stacks_are_filters(shoot: Shoot, album: Album, owner: Entered, north: Studio) -> None:
    with acting_in(north):
        stack = Stack(studio=north, kind="burst")
        stack.save(force_insert=True)
    shoot(camera_name="gold.jpg", approved_at="2026-01-01T00:00Z", state=PhotoState.READY)
    shoot(camera_name="silver.jpg", state=PhotoState.READY, stack=stack)
    shoot(camera_name="bronze.jpg", state=PhotoState.PROCESSING)
    assert found(owner, "tier:gold") == {"gold.jpg"}
    assert found(owner, "tier:silver") == {"silver.jpg"}
    assert found(owner, "-tier:gold") == {"silver.jpg", "bronze.jpg"}
    assert found(owner, "stack:burst") == {"silver.jpg"}
    assert found(owner, "-stack:burst") == {"gold.jpg", "bronze.jpg"}
    assert found(owner, "stack:manual") == set()
