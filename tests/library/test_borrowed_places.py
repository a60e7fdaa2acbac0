"""Photos without GPS take the places of another camera of their gallery, by time."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import bulk, clock
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.library import index
from apps.library.models import PhotoPlace
from apps.library.places import borrowed, locate
from apps.library.places.nearest import InTime, ShotTime
from config.tasks import STEPS
from tests.accounts.callers import bearer
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
PHONE = {"make": "Apple", "model": "iPhone 14"}
PARIS, SALZBURG = (48.8584, 2.2945), (47.8095, 13.0550)


def phone(shoot: Shoot, at: str, where: tuple[float, float], model: str = "iPhone 14", **columns: Any) -> Photo:
    return shoot(at, facts={"model": model, "latitude": where[0], "longitude": where[1]}, **columns)


def follow(studio: Studio) -> None:
    with acting_in(studio):
        while locate.follow_files(studio.pk):
            pass


def url(album: Album) -> str:
    return f"/studio/north/albums/{album.pk}/places/"


def place(photo: Photo) -> PhotoPlace | None:
    with acting_in(photo.studio):
        found: PhotoPlace | None = PhotoPlace.objects.for_studio(photo.studio).filter(photo_id=photo.pk).first()
    return found


def where(photo: Photo) -> tuple[str, str, int | None]:
    """City, and from which camera how many seconds away."""
    found = place(photo)
    assert found is not None
    return found.city, found.from_camera, found.from_seconds


def words(client: Client, album: Album, photo: Photo) -> str:
    page = client.get(f"/studio/north/albums/{album.pk}/photos/{photo.pk}/facts/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<dt>Place</dt>")[2].partition("</dd>")[0]).split())


# -- which is nearest --------------------------------------------------------------------------------


def test_the_nearest_is_that_of_a_plain_search() -> None:
    chance = random.Random(11)
    zone = ZoneInfo("Europe/Vienna")

    def moment() -> ShotTime:
        at = datetime.fromtimestamp(1_750_000_000 + chance.randrange(40_000), UTC)
        return ShotTime.of(at, chance.choice([None, None, 120, 60, -300]), zone)

    for _ in range(200):
        known = [(moment(), number) for number in range(chance.randrange(12))]
        asked = moment()

        def gap(other: ShotTime, asked: ShotTime = asked) -> float:
            if asked.instant is None or other.instant is None:
                return abs(asked.wall - other.wall)
            return abs(asked.instant - other.instant)

        found = InTime(known).nearest(asked)
        assert (found[1] if found else None) == min((gap(one) for one, _ in known), default=None)
        assert found is None or gap(known[found[0]][0]) == found[1]


def test_cameras_without_an_offset_go_by_the_clock_at_the_place_and_others_by_the_instant() -> None:
    zone = ZoneInfo("Europe/Vienna")
    noon = datetime(2024, 5, 4, 12, tzinfo=UTC)
    # A phone in New York at 12:00 UTC showed 08:00. A camera without an offset that showed 08:00 is read as Vienna's.
    line = InTime([(ShotTime.of(noon, -240, zone), "phone")])
    assert line.nearest(ShotTime.of(datetime(2024, 5, 4, 6, tzinfo=UTC), None, zone)) == ("phone", 0)
    # One that stores its offset, still that of home, is compared by the instant.
    assert line.nearest(ShotTime.of(noon, 120, zone)) == ("phone", 0)


# -- the deed ----------------------------------------------------------------------------------------


def test_photos_take_the_place_nearest_in_time_and_say_so(
    alice: Client, north: Studio, shoot: Shoot, album: Album
) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    phone(shoot, "2024-05-04T12:20:00", SALZBURG)
    near, late = shoot("2024-05-04T12:03:10"), shoot("2024-05-04T12:19:00")
    far, unknown = shoot("2024-05-04T12:40:00"), shoot()
    follow(north)
    page = alice.post(url(album), {"camera": "iPhone 14", "minutes": "15", "do": "preview"}).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "2 photos would get a place. The largest gap: 3 minutes ." in text
    assert "2 photos from iPhone 14" in text
    assert "2 photos would still have no place." in text
    assert place(near) is None, "a preview changes nothing"
    answer = alice.post(url(album), {"camera": "iPhone 14", "minutes": "15", "do": "apply"}, follow=True)
    assert "2 photos got the place" in answer.content.decode()
    assert where(near) == ("Paris", "iPhone 14", 190)
    assert where(late) == ("Salzburg", "iPhone 14", 60)
    assert place(far) is None
    assert place(unknown) is None
    assert words(alice, album, near) == "Paris, France From iPhone 14, 3 minutes away"
    assert words(alice, album, late) == "Salzburg, Austria From iPhone 14, 1 minute away"
    follow(north)
    assert where(near)[0] == "Paris", "the file has none to say"
    with acting_in(north):
        assert index.wrong(north.pk) == []
    history = alice.get("/studio/north/history/").content.decode()
    assert "took the places of 2 photos from the iPhone 14" in history


def test_one_undo_takes_all_of_it_back(
    alice: Client, alice_user: User, north: Studio, shoot: Shoot, album: Album
) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    photos = [shoot(f"2024-05-04T12:0{minute}:00") for minute in range(3)]
    follow(north)
    alice.post(url(album), {"minutes": "15", "do": "apply"})
    assert {where(photo)[0] for photo in photos} == {"Paris"}
    with acting_in(north):
        entry = JournalEntry.objects.for_studio(north).get(verb="photos.place_borrowed")
        entry.studio = north
        undone = journal.undo(entry, by=alice_user)
    assert [place(photo).latitude for photo in photos] == [None] * 3  # type: ignore[union-attr]
    with acting_in(north):
        assert index.wrong(north.pk) == []
        journal.undo(undone, by=alice_user)
    assert [where(photo)[1:] for photo in photos] == [("iPhone 14", 0), ("iPhone 14", 60), ("iPhone 14", 120)]


def test_what_a_person_said_and_what_the_file_says_is_never_touched(
    alice: Client, alice_user: User, north: Studio, shoot: Shoot, album: Album
) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    said, unknown, own = (shoot("2024-05-04T12:01:00") for _ in range(3))
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=own.pk).update(
            facts={"model": "Canon EOS R6", "latitude": SALZBURG[0], "longitude": SALZBURG[1]}
        )
    follow(north)
    with acting_in(north):
        locate.set_by_hand(north, [said.pk], SALZBURG, by=alice_user)
        locate.set_by_hand(north, [unknown.pk], None, by=alice_user)
        assert borrowed.wanting(album, "", 15) == []
        every = [said.pk, unknown.pk, own.pk]
        assert borrowed.take(album, every, "", 15, by=alice_user) is None
    assert (where(said), where(own)) == (("Salzburg", "", None), ("Salzburg", "", None))
    assert words(alice, album, said) == "Salzburg, Austria Set by hand"
    assert words(alice, album, unknown) == "Unknown Set by hand"


def test_a_borrowed_place_gives_way_to_people_and_to_the_file_and_is_lent_to_nobody(
    alice: Client, alice_user: User, north: Studio, shoot: Shoot, album: Album
) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    first, second = shoot("2024-05-04T12:10:00"), shoot("2024-05-04T12:20:00")
    follow(north)
    alice.post(url(album), {"minutes": "15", "do": "apply"})
    assert (where(first)[1], place(second)) == ("iPhone 14", None), "places are not passed on"
    with acting_in(north):
        locate.set_by_hand(north, [first.pk], SALZBURG, by=alice_user)
    assert where(first) == ("Salzburg", "", None)
    alice.post(url(album), {"minutes": "60", "do": "apply"})
    assert where(second) == ("Salzburg", "Canon EOS R6", 600), "a person's word may be lent"
    with acting_in(north):
        facts = {"model": "Canon EOS R6", "latitude": PARIS[0], "longitude": PARIS[1]}
        Photo.objects.for_studio(north).filter(pk=second.pk).update(facts=facts)
    follow(north)
    assert where(second) == ("Paris", "", None)


def test_a_clock_that_was_put_right_counts_and_only_a_nearer_camera_replaces_another(
    alice: Client, alice_user: User, north: Studio, shoot: Shoot, album: Album
) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    phone(shoot, "2024-05-04T12:30:00", SALZBURG)
    photo = shoot("2024-05-04T12:05:00")
    follow(north)
    alice.post(url(album), {"minutes": "15", "do": "apply"})
    assert where(photo) == ("Paris", "iPhone 14", 300)
    with acting_in(north):
        clock.shift(album, "Canon EOS R6", 24 * 60, by=alice_user)
    alice.post(url(album), {"minutes": "15", "do": "apply"})
    assert where(photo) == ("Salzburg", "iPhone 14", 60)
    phone(shoot, "2024-05-04T12:27:00", PARIS, model="Pixel 8")
    follow(north)
    with acting_in(north):
        assert borrowed.wanting(album, "Pixel 8", 15) == [], "further away than what it has"
    phone(shoot, "2024-05-04T12:29:10", PARIS, model="Pixel 8")
    follow(north)
    alice.post(url(album), {"camera": "Pixel 8", "minutes": "15", "do": "apply"})
    assert where(photo) == ("Paris", "Pixel 8", 10)


def test_many_photos_are_a_task_with_one_undo(
    alice_user: User, north: Studio, shoot: Shoot, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    photos = [shoot(f"2024-05-04T12:0{minute}:00") for minute in range(4)]
    follow(north)
    api = bearer(alice_user, "north")
    answer = api.send(f"/api/albums/{album.pk}/places", {"apply": True})
    assert answer.status_code == 202, answer.content
    with acting_in(north):
        locate.set_by_hand(north, [photos[3].pk], SALZBURG, by=alice_user)
    while queue.answer(Queue.DEFAULT, STEPS):
        pass
    task = api.get(f"/api/tasks/{answer.json()['task']['id']}").json()
    assert task["result"]["message"] == "Place of 3 photos set. 1 photo was left as it was."
    assert where(photos[3]) == ("Salzburg", "", None), "said by a person while the task waited"
    assert api.send(f"/api/journal/{task['undo']}/undo", {}).status_code == 200
    assert [place(photo).latitude for photo in photos[:3]] == [None] * 3  # type: ignore[union-attr]


def test_the_api_looks_and_applies(alice_user: User, north: Studio, shoot: Shoot, album: Album) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    photo = shoot("2024-05-04T12:03:00")
    shoot("2024-05-04T15:00:00")
    follow(north)

    def ask(**body: Any) -> Any:
        return bearer(alice_user, "north").send(f"/api/albums/{album.pk}/places", body)

    seen = {"count": 1, "cameras": [{"camera": "iPhone 14", "count": 1}], "largest_gap": 180, "left": 1, "undo": None}
    assert ask().json() == seen
    assert place(photo) is None
    done = ask(camera="iPhone 14", minutes=3, apply=True).json()
    assert {**done, "undo": None} == seen
    assert where(photo)[1:] == ("iPhone 14", 180)
    assert ask(apply=True).json()["count"] == 0
    assert ask(camera="Nokia").json()["error"]["code"] == "no_places_there"
    assert ask(minutes=1441).status_code == 400


def test_members_of_other_galleries_and_viewers_may_not(
    alice: Client, bob: Client, erin_user: User, north: Studio, shoot: Shoot, album: Album
) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    follow(north)
    assert bob.get(url(album)).status_code == 403
    keep_to(north, erin_user, AlbumFactory.create(studio=north))
    assert signed_in(erin_user).get(url(album)).status_code == 404


def test_a_page_asks_no_more_of_many_photos_than_of_few(
    alice: Client, north: Studio, shoot: Shoot, album: Album, django_assert_max_num_queries: Any
) -> None:
    phone(shoot, "2024-05-04T12:00:00", PARIS)
    for minute in range(20):
        shoot(f"2024-05-04T12:{minute:02}:00")
    follow(north)
    with acting_in(north), django_assert_max_num_queries(1):
        borrowed.preview(album, "", 15)
