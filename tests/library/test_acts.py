"""Acts on photos of the library: of any galleries, one undo for the whole, nothing shown that was hidden."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.accounts.long_tasks import Task
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import bulk
from apps.albums.models import Album, Photo, Placement
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.library.models import PhotoPlace
from config.tasks import STEPS
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory, many_in
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
HERE = "/studio/north/library/photos/"


@pytest.fixture
def other(north: Studio) -> Album:
    album: Album = AlbumFactory.create(studio=north, title="Florist")
    return album


def act(client: Client, deed: str, photos: Iterable[Photo] = (), **fields: Any) -> Any:
    sent = {"photo": [str(photo.pk) for photo in photos], **fields}
    return client.post(f"{HERE}{deed}/", sent, headers={"HX-Request": "true"})


def undo(client: Client, answer: Any) -> None:
    undone = client.post(json.loads(answer["HX-Trigger"])["toast"]["undo"], headers={"HX-Request": "true"})
    assert undone.status_code in (200, 204), undone.content


def lies(photo: Photo) -> set[str]:
    with acting_in(photo.studio):
        rows = Placement.objects.for_studio(photo.studio).filter(photo=photo, trashed_at__isnull=True)
        return set(rows.values_list("album__title", flat=True))


def afresh(photo: Photo) -> Photo:
    with acting_in(photo.studio):
        row: Photo = Photo.objects.for_studio(photo.studio).get(pk=photo.pk)
    return row


def test_photos_are_added_to_a_gallery_without_a_copy_and_taken_back(alice: Client, shoot: Shoot, other: Album) -> None:
    photos = [shoot(), shoot()]
    answer = act(alice, "gather", photos, album=str(other.pk))
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "2 photos added to “Florist”."
    assert [lies(photo) for photo in photos] == [{"Anna & Ben", "Florist"}] * 2
    assert "that is so already" in act(alice, "gather", photos, album=str(other.pk))["HX-Trigger"]
    undo(alice, answer)
    assert [lies(photo) for photo in photos] == [{"Anna & Ben"}] * 2


def test_moved_photos_leave_every_other_gallery_and_covers_go_with_them(
    alice: Client, north: Studio, album: Album, shoot: Shoot, other: Album
) -> None:
    photo = shoot()
    with acting_in(north):
        Album.objects.for_studio(north).filter(pk=album.pk).update(cover=photo)
    answer = act(alice, "gather", [photo], album=str(other.pk), how="move")
    assert lies(photo) == {"Florist"}
    with acting_in(north):
        assert Album.objects.for_studio(north).get(pk=album.pk).cover_id is None
    undo(alice, answer)
    assert lies(photo) == {"Anna & Ben"}
    with acting_in(north):
        assert Album.objects.for_studio(north).get(pk=album.pk).cover_id == photo.pk


def test_what_is_hidden_everywhere_comes_hidden(alice: Client, north: Studio, shoot: Shoot, other: Album) -> None:
    third = AlbumFactory.create(studio=north, title="Third")
    hidden, chosen, of_section, withheld, shown = (shoot() for _ in range(5))
    with many_in(north):
        PlacementFactory.create(album=third, photo=shown)
    with acting_in(north):
        rows = Placement.objects.for_studio(north)
        section = SectionFactory.create(album=rows.get(photo=hidden).album, audience=[])
        rows.filter(photo__in=[hidden, shown]).exclude(album=third).update(is_hidden=True)
        rows.filter(photo=chosen).update(audience=[UUID(int=1)])
        rows.filter(photo=of_section).update(section=section)
        rows.filter(photo=withheld).update(is_withheld=True)
    act(alice, "gather", [hidden, chosen, of_section, withheld, shown], album=str(other.pk))
    with acting_in(north):
        now = {row.photo_id: (row.is_hidden, row.is_withheld) for row in other.placements.all()}
    assert now[hidden.pk] == now[chosen.pk] == now[of_section.pk] == (True, False)
    assert now[withheld.pk] == (False, True)
    assert now[shown.pk] == (False, False)


def test_a_gallery_is_made_of_photos_and_its_undo_takes_both(alice: Client, north: Studio, shoot: Shoot) -> None:
    photos = [shoot(), shoot()]
    answer = act(alice, "gallery", photos, title=" Best   of ")
    with acting_in(north):
        made = Album.objects.for_studio(north).get(title="Best of")
    made.studio = north
    assert answer["HX-Redirect"] == made.get_absolute_url()
    assert lies(photos[0]) == {"Anna & Ben", "Best of"}
    page = alice.get(made.get_absolute_url()).content.decode()
    assert "“Best of” made of 2 photos." in page
    address = page.partition('action="/studio/north/journal/')[2].partition('"')[0]
    assert alice.post(f"/studio/north/journal/{address}").status_code in (204, 302, 303)
    assert lies(photos[0]) == {"Anna & Ben"}
    with acting_in(north):
        assert Album.objects.for_studio(north).get(pk=made.pk).trashed_at is not None


def test_whoever_takes_a_new_gallery_back_on_its_page_is_shown_one_that_is_there(alice: Client, shoot: Shoot) -> None:
    page = alice.post(f"{HERE}gallery/", {"photo": [str(shoot().pk)], "title": "Best"}, follow=True)
    made = page.redirect_chain[-1][0]
    address, back = re.findall(r'action="([^"]+/undo/)".*?name="back" value="([^"]+)"', page.content.decode(), re.S)[0]
    assert back == made
    undone = alice.post(address, {"back": back}, follow=True)
    assert undone.status_code == 200
    assert "Undone." in undone.content.decode()
    # Done again, the gallery's page would be there: it is shown to whoever asks on it.
    again = re.findall(r'action="([^"]+/undo/)"', undone.content.decode())[0]
    assert alice.post(again, {"back": back}).headers["location"] == made


def test_deleted_photos_leave_all_galleries(alice: Client, shoot: Shoot, other: Album, north: Studio) -> None:
    photo = shoot()
    with many_in(north):
        PlacementFactory.create(album=other, photo=photo)
    answer = act(alice, "trash", [photo])
    assert (lies(photo), afresh(photo).trashed_at is None) == (set(), False)
    undo(alice, answer)
    assert (lies(photo), afresh(photo).trashed_at) == ({"Anna & Ben", "Florist"}, None)


def test_marks_and_keywords_are_given_and_taken_back(alice: Client, shoot: Shoot) -> None:
    one, two = shoot(keywords=["Cake"]), shoot(rating=3)
    marked = act(alice, "mark", [one, two], rating="5", label="red")
    assert [(p.rating, p.label) for p in map(afresh, (one, two))] == [(5, "red"), (5, "red")]
    tagged = act(alice, "tag", [one, two], keywords="cake, First  dance")
    assert [p.keywords for p in map(afresh, (one, two))] == [["Cake", "First dance"], ["cake", "First dance"]]
    act(alice, "tag", [one], keywords="CAKE", how="remove")
    assert afresh(one).keywords == ["First dance"]
    undo(alice, marked)
    assert [p.rating for p in map(afresh, (one, two))] == [0, 3]
    assert alice.post(json.loads(tagged["HX-Trigger"])["toast"]["undo"]).status_code in (302, 303, 409)
    assert act(alice, "tag", [one], keywords=" , ").status_code == 422


def test_all_that_a_search_finds_goes_on_as_one_task_with_one_undo(
    alice: Client, north: Studio, shoot: Shoot, other: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(Task, "SLICE", 1)
    photos, left = [shoot(rating=4) for _ in range(3)], shoot()
    acts: list[tuple[str, dict[str, str], set[str]]] = [
        ("gather", {"album": str(other.pk), "how": "move"}, {"Florist"}),
        ("gallery", {"title": "Best"}, {"Anna & Ben", "Best"}),
        ("trash", {}, set()),
    ]
    for deed, fields, after in acts:
        answer = act(alice, deed, (), all="1", q="rating:4", **fields)
        assert answer.status_code == 202, answer.content
        while queue.answer(Queue.DEFAULT, STEPS):
            pass
        assert [lies(photo) for photo in photos] == [after] * 3, deed
        assert lies(left) == {"Anna & Ben"}
        with acting_in(north):
            task = Task.objects.for_studio(north).order_by("-created_at", "-id")[0]
        assert (task.state, task.changed) == ("done", 3)
        assert alice.post(f"/studio/north/journal/{task.undo}/undo/").status_code in (302, 303)
        assert [lies(photo) for photo in photos] == [{"Anna & Ben"}] * 3, deed


def test_a_restricted_member_reaches_the_own_galleries_alone(
    north: Studio, album: Album, shoot: Shoot, other: Album, erin_user: User, dora_user: User
) -> None:
    mine, theirs = shoot(), shoot(into=other)
    with many_in(north):
        PlacementFactory.create(album=other, photo=mine)
    keep_to(north, erin_user, album)
    keep_to(north, dora_user, album)
    erin = signed_in(erin_user)
    assert act(erin, "gather", [mine], album=str(other.pk)).status_code == 404
    assert act(erin, "mark", [theirs], rating="5").status_code == 404
    assert act(erin, "mark", [mine, theirs], rating="5").status_code == 204
    assert [afresh(p).rating for p in (mine, theirs)] == [5, 0]
    assert act(erin, "gallery", [mine], title="New").status_code in (403, 404)
    for deed, fields in (("mark", {"flag": "pick"}), ("tag", {"keywords": "Sea"}), ("place", {"where": "Salzburg"})):
        assert act(erin, deed, (), all="1", **fields).status_code == 204, deed
    assert [(p.flag, p.keywords) for p in map(afresh, (mine, theirs))] == [("pick", ["Sea"]), ("", [])]
    with acting_in(north):
        assert list(PhotoPlace.objects.for_studio(north).values_list("photo_id", flat=True)) == [mine.pk]
    answer = act(erin, "trash", all="1")
    assert lies(theirs) == {"Florist"}
    assert lies(mine) == {"Florist"}
    undo(erin, answer)
    assert lies(mine) == {"Anna & Ben", "Florist"}
    for deed in ("mark", "tag", "gather", "trash", "process"):
        assert act(signed_in(dora_user), deed, [mine]).status_code in (403, 404), deed
    assert "theirs" not in erin.get(f"{HERE}?ids={theirs.pk}").content.decode()
    assert str(mine.pk) in erin.get(f"{HERE}?ids={mine.pk},{theirs.pk}").content.decode()


def test_facets_stand_beside_the_results(alice: Client, shoot: Shoot) -> None:
    for rating in (5, 5, 3):
        shoot("2024-05-01T10:00:00", rating=rating)
    here = "/studio/north/library/"
    text = alice.get(here, {"q": "2024"}, headers={"HX-Request": "true", "HX-Target": "facets"}).content.decode()
    assert "5 stars" in text
    assert 'href="/studio/north/library/?q=2024+rating%3A5"' in text
    assert "<html" not in text
    assert "5 stars" in alice.get(here, {"facets": "1"}).content.decode()
