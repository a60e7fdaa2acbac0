"""Collections made by hand: an order of their own, acts that can be taken back, and nothing of the trash."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import relocate, trash
from apps.albums.models import Album, CollectedPhoto, Photo, Placement
from apps.smart_collections import models
from apps.smart_collections.models import Collection
from tests.accounts.callers import Caller, bearer
from tests.factories import many_in
from tests.furnished import every_row
from tests.library.conftest import album, shoot  # noqa: F401

pytestmark = pytest.mark.django_db
HERE = "/api/collections"


@pytest.fixture
def shots(shoot: Any) -> list[Photo]:  # noqa: F811
    return [shoot(f"2024-05-0{day}T10:00:00", camera_name=f"{day}.jpg") for day in (1, 2, 3)]


@pytest.fixture
def api(erin_user: User, shots: list[Photo]) -> Caller:
    return bearer(erin_user, "north")


@pytest.fixture
def ours(north: Studio, erin_user: User, shots: list[Photo]) -> Collection:
    with acting_in(north):
        made, _ = Collection.create(north, title="Ours", photos=[one.pk for one in reversed(shots)], by=erin_user)
    return made


def names(answer: Any) -> list[str]:
    return [photo["camera_name"] for photo in answer.json()["results"]]


def undone(api: Caller, answer: Any) -> bool:
    return bool(api.post(f"/api/journal/{answer.json()['undo']}/undo").status_code == 200)


def test_photos_are_kept_in_their_own_order_and_every_act_is_taken_back(api: Caller, shots: list[Photo]) -> None:
    one, two, three = (str(photo.pk) for photo in shots)
    made = api.send(HERE, {"title": "Best", "photos": [three, one, three]})
    assert made.status_code == 201
    there = f"{HERE}/{made.json()['id']}"
    assert names(api.get(f"{there}/photos")) == ["3.jpg", "1.jpg"]
    ordered = api.put(f"{there}/photos", {"photos": [two, one, three]}, content_type="application/json")
    assert names(api.get(f"{there}/photos?limit=2")) == ["2.jpg", "1.jpg"]
    following = api.get(f"{there}/photos?limit=2").json()["next"]
    assert names(api.get(following)) == ["3.jpg"]
    assert undone(api, ordered)
    assert names(api.get(f"{there}/photos")) == ["3.jpg", "1.jpg"]
    renamed = api.patch(there, {"title": "Better"}, content_type="application/json")
    assert (renamed.json()["title"], undone(api, renamed)) == ("Better", True)
    gone = api.delete(there)
    assert (api.get(there).status_code, undone(api, gone)) == (404, True)
    assert (api.get(there).json()["title"], names(api.get(f"{there}/photos"))) == ("Best", ["3.jpg", "1.jpg"])


def test_what_the_library_does_not_hold_is_refused(api: Caller, shots: list[Photo], charlie_user: User) -> None:
    unknown = "01890000-0000-7000-8000-000000000000"
    answer = api.send(HERE, {"title": "Best", "photos": [str(shots[0].pk), unknown]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_photos")
    strange = bearer(charlie_user, "south").send(HERE, {"title": "Best", "photos": [str(shots[0].pk)]})
    assert strange.status_code == 422
    assert api.get(HERE).json()["results"] == []


def test_a_collection_is_never_too_full(
    api: Caller, ours: Collection, north: Studio, erin_user: User, shots: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "MOST_PHOTOS", 2)
    with acting_in(north), pytest.raises(models.CollectionFull):
        ours.arrange([one.pk for one in shots], by=erin_user)
    monkeypatch.setattr(models, "MOST", 1)
    assert api.send(HERE, {"title": "Two"}).status_code == 409


def test_photos_in_the_trash_or_of_a_deleted_gallery_never_appear(
    api: Caller, ours: Collection, north: Studio, erin_user: User, shots: list[Photo]
) -> None:
    there = f"{HERE}/{ours.pk}/photos"
    with acting_in(north):
        relocate.throw_away(north, [shots[1].pk], by=erin_user)
    assert names(api.get(there)) == ["3.jpg", "1.jpg"]
    # An order that is written meanwhile does not forget it.
    with acting_in(north):
        ours.arrange([shots[0].pk, shots[2].pk], by=erin_user)
        where = Album.objects.for_studio(north).get(pk__in=Placement.objects.for_studio(north).values("album_id"))
        where.studio = north
        entry = trash.trash_album(where, by=erin_user)
    assert entry is not None
    assert names(api.get(there)) == []
    assert api.post(f"/api/journal/{entry.undo_id}/undo").status_code == 200
    assert names(api.get(there)) == ["1.jpg", "3.jpg"]
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=shots[1].pk).update(trashed_at=None)
        Placement.objects.for_studio(north).filter(photo_id=shots[1].pk).update(trashed_at=None)
    assert names(api.get(there)) == ["1.jpg", "3.jpg", "2.jpg"]


def test_another_studio_sees_nothing_in_the_view(ours: Collection, north: Studio, south: Studio) -> None:
    """The view asks its tables as whoever reads it: their row-level security holds."""
    with acting_in(north):
        assert every_row(CollectedPhoto).count() == 3
    with acting_in(south):
        assert every_row(CollectedPhoto).count() == 0


# -- pages ---------------------------------------------------------------------------------------------


def kept(studio: Studio, *, but: Collection | None = None) -> Collection:
    with acting_in(studio):
        rows = Collection.objects.for_studio(studio)
        found: Collection = (rows.exclude(pk=but.pk) if but else rows).get()
    return found


def page(name: str, *ids: object) -> str:
    return reverse(f"smart_collections:{name}", args=["north", *ids])


def test_a_selection_and_a_search_become_collections(erin: Client, north: Studio, shots: list[Photo]) -> None:
    chosen = [shots[2].pk, shots[0].pk]
    answer = erin.post(page("by_hand_create"), {"photo": chosen, "collection_title": "  Our  best "})
    made = kept(north)
    assert (answer.headers["location"], made.title) == (page("by_hand", made.pk), "Our best")
    # As they were taken, like all that is made of a selection.
    assert made.photos == [shots[0].pk, shots[2].pk]
    erin.post(page("by_hand_create"), {"all": "1", "q": "camera:r6"})
    found = kept(north, but=made)
    assert "R6" in found.title.upper()
    assert found.photos == [one.pk for one in shots]
    erin.post(page("by_hand_add"), {"photo": [shots[1].pk], "collection": made.pk})
    assert kept(north, but=found).photos == [shots[0].pk, shots[2].pk, shots[1].pk]


def test_photos_are_moved_and_removed_on_the_page(
    erin: Client, ours: Collection, north: Studio, shots: list[Photo]
) -> None:
    one, two, three = (photo.pk for photo in shots)
    erin.post(page("by_hand_order", ours.pk), {"photo": [one], "before": three})
    assert kept(north).photos == [one, three, two]
    erin.post(page("by_hand_order", ours.pk), {"photo": [one, three], "before": ""})
    assert kept(north).photos == [two, one, three]
    erin.post(page("by_hand_take_out", ours.pk), {"photo": [one]})
    html = erin.get(page("by_hand", ours.pk)).content.decode()
    assert html.index(f'id="p-{two}"') < html.index(f'id="p-{three}"')
    assert f'id="p-{one}"' not in html
    assert erin.post(page("by_hand_take_out", ours.pk), {"photo": [one]}).status_code == 404
    # A photo that left meanwhile is no place to go to.
    assert (
        erin.post(
            page("by_hand_order", ours.pk), {"photo": [three], "before": one}, headers={"HX-Request": "true"}
        ).status_code
        == 409
    )


def test_the_pages_ask_a_fixed_number_of_questions(
    erin: Client,
    ours: Collection,
    shoot: Any,  # noqa: F811
    north: Studio,
    django_assert_max_num_queries: Any,
) -> None:
    with many_in(north):
        more = [shoot(f"2024-06-01T10:00:{number:02}") for number in range(20)]
    with acting_in(north):
        Collection.objects.for_studio(north).filter(pk=ours.pk).update(photos=[one.pk for one in more])
    with django_assert_max_num_queries(18):
        assert erin.get(page("by_hand", ours.pk)).status_code == 200
    with django_assert_max_num_queries(16):
        assert erin.get(page("by_hand_list")).status_code == 200


def test_an_empty_studio_is_told_how_to_begin(erin: Client, north: Studio) -> None:
    assert "Photos from any gallery" in erin.get(page("by_hand_list")).content.decode()
    answer = erin.post(page("by_hand_create"), {"collection_title": "Empty"})
    assert "No photos in it yet" in erin.get(answer.headers["location"]).content.decode()
