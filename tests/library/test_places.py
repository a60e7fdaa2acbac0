"""Where photos were taken: the nearest town and its country, names of the studio's own, and what a person says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.library import index
from apps.library.folding import fold
from apps.library.models import GeoName, NamedPlace, PhotoPlace
from apps.library.places import geonames, locate, named
from config.addresses import MapTiles
from config.tasks import STEPS
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
POINTS = Path(__file__).with_name("known_points.tsv")


def known() -> list[tuple[UUID, float, float, str, str]]:
    """Capitals, towns on both sides of a frontier, islands, poles and open sea, typed in by hand."""
    rows = [line.split("\t") for line in POINTS.read_text(encoding="utf-8").splitlines()]
    return [(UUID(int=n), float(lat), float(lon), country, city) for n, (lat, lon, country, city) in enumerate(rows)]


def test_two_hundred_known_points_are_where_they_are() -> None:
    points = known()
    assert len(points) >= 200
    found = geonames.spots([point[:3] for point in points])
    on_land = [point for point in points if point[3]]
    wrong_country = [(point, found[point[0]]) for point in on_land if found[point[0]].country != point[3]]
    wrong_city = [(point, found[point[0]]) for point in on_land if fold(found[point[0]].city) != fold(point[4])]
    at_sea = [(point, found[point[0]]) for point in points if not point[3] and found[point[0]] != geonames.Spot()]
    assert at_sea == []
    assert len(wrong_country) <= 0.08 * len(on_land), wrong_country
    assert len(wrong_city) <= 10, "\n".join(map(str, wrong_city))


def test_who_needs_towns_first_loads_them_once() -> None:
    """The suite's databases begin with them; an installation does not."""
    with connection.cursor() as cursor:
        cursor.execute("delete from library_geoname")
    assert geonames.spot(48.8584, 2.2945) == geonames.Spot("FR", "Paris")
    loaded = GeoName.objects.count()
    assert loaded > 50_000
    geonames.ensure_loaded()
    assert GeoName.objects.count() == loaded


def at(shoot: Shoot, latitude: float, longitude: float, **columns: Any) -> Photo:
    return shoot(facts={"latitude": latitude, "longitude": longitude}, **columns)


def follow(studio: Studio) -> None:
    with acting_in(studio):
        while locate.follow_files(studio.pk):
            pass


def found(client: Client, q: str) -> list[str]:
    text = client.get("/studio/north/library/", {"q": q}).content.decode()
    assert 'class="misread"' not in text, text
    return sorted(re.findall(r'data-name="([^"]+)"', text))


def post(client: Client, deed: str, **fields: Any) -> Any:
    return client.post(f"/studio/north/{deed}/", fields, headers={"HX-Request": "true"})


def test_photos_are_found_by_town_country_and_the_studios_own_name(
    alice: Client, north: Studio, shoot: Shoot, album: Album, alice_user: User
) -> None:
    at(shoot, 47.5622, 13.6493, camera_name="lake.jpg")
    at(shoot, 48.8584, 2.2945, camera_name="tower.jpg")
    at(shoot, 30.0, -45.0, camera_name="sea.jpg")
    follow(north)
    assert (
        found(alice, "country:austria") == found(alice, "land:österreich") == found(alice, "place:AT") == ["lake.jpg"]
    )
    assert found(alice, "city:paris") == found(alice, "paris") == found(alice, "frankreich") == ["tower.jpg"]
    assert found(alice, "country:none") == ["sea.jpg"]
    post(alice, "places/new", name="Gasthof Huber", where="47.5630, 13.6500", radius="500")
    assert found(alice, "huber") == found(alice, 'place:"gasthof huber"') == ["lake.jpg"]
    with acting_in(north):
        place = NamedPlace.objects.for_studio(north).get()
        place.studio = north
        entry = named.change(place, by=alice_user, name="Seewirt")
    assert found(alice, "huber") == []
    assert found(alice, "seewirt") == ["lake.jpg"]
    alice.post(f"/studio/north/places/{place.pk}/remove/")
    assert found(alice, "seewirt") == []
    with acting_in(north):
        assert index.wrong(north.pk) == []
    assert entry is not None
    page = alice.get("/studio/north/history/").content.decode()
    assert "removed the place “Seewirt”" in page


def test_the_smallest_of_the_studios_places_names_a_photo_and_moving_one_is_followed(
    north: Studio, shoot: Shoot, alice_user: User
) -> None:
    photo = at(shoot, 48.2100, 16.3700)
    follow(north)
    with acting_in(north):
        whole, _ = named.create(north, by=alice_user, name="Town", latitude=48.21, longitude=16.37, radius=5000)
        hall, entry = named.create(north, by=alice_user, name="Hall", latitude=48.2101, longitude=16.3701, radius=100)
        assert PhotoPlace.objects.for_studio(north).get(photo=photo).named_id == hall.pk
        named.change(hall, by=alice_user, latitude=48.3)
        assert PhotoPlace.objects.for_studio(north).get(photo=photo).named_id == whole.pk
        with pytest.raises(named.PlaceNameTaken):
            named.create(north, by=alice_user, name="Town", latitude=0, longitude=0, radius=100)


def test_a_person_says_where_photos_were_taken_and_takes_it_back(
    alice: Client, north: Studio, shoot: Shoot, album: Album
) -> None:
    phone, camera = at(shoot, 48.8584, 2.2945, camera_name="phone.jpg"), shoot(camera_name="camera.jpg")
    follow(north)
    ids = [str(phone.pk), str(camera.pk)]
    answer = post(alice, "library/photos/place", photo=ids, where="Salzburg")
    assert answer.status_code == 204, answer.content
    assert found(alice, "city:salzburg") == ["camera.jpg", "phone.jpg"]
    follow(north)
    assert found(alice, "city:paris") == []
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert alice.post(undo, headers={"HX-Request": "true"}).status_code == 204
    assert (found(alice, "city:salzburg"), found(alice, "city:paris")) == ([], ["phone.jpg"])
    assert post(alice, "library/photos/place", photo=ids, where="Nowhereville XYZ").status_code == 422
    assert post(alice, "library/photos/place", photo=ids, where="91, 0").status_code == 422
    post(alice, "library/photos/place", photo=ids, where="")
    assert found(alice, "has_gps:yes") == []
    with acting_in(north):
        assert index.wrong(north.pk) == []


def test_the_map_counts_exactly_and_a_point_leads_to_its_photos(
    alice: Client, north: Studio, shoot: Shoot, album: Album, erin_user: User
) -> None:
    for number in range(3):
        at(shoot, 48.2 + number / 1e5, 16.37, camera_name=f"{number}.jpg")
    at(shoot, -18.0, 179.9, camera_name="fiji.jpg")
    other = AlbumFactory.create(studio=north)
    at(shoot, 48.2, 16.37, into=other, camera_name="other.jpg")
    follow(north)

    def points(client: Client, **query: Any) -> Any:
        answer = client.get("/studio/north/places/points/", query)
        assert answer.status_code == 200, answer.content
        return answer.json()["clusters"]

    whole = points(alice, bbox="-180,-90,180,90", zoom=2)
    assert [one["count"] for one in whole] == [4, 1]
    q = parse_qs(urlsplit(whole[0]["url"]).query)["q"][0]
    assert found(alice, q) == ["0.jpg", "1.jpg", "2.jpg", "other.jpg"]
    assert [one["count"] for one in points(alice, bbox="170,-30,-170,30", zoom=3)] == [1]
    keep_to(north, erin_user, album)
    assert [one["count"] for one in points(signed_in(erin_user), bbox="10,40,20,50", zoom=5)] == [3]
    assert alice.get("/studio/north/places/points/", {"bbox": "a", "zoom": "2"}).status_code == 400
    page = alice.get("/studio/north/places/").content.decode()
    assert "GeoNames" in page
    assert not re.search(r'(?:src|data-outlines)="(?:https?:)?//', page)


@pytest.mark.parametrize("is_named", [False, True])
def test_the_map_asks_another_host_only_where_the_operator_names_it(
    is_named: bool, alice: Client, settings: Settings
) -> None:
    tiles = MapTiles("https://tiles.example.com/{z}/{x}/{y}.png?a=1&b=2", "https://tiles.example.com", "© Example")
    settings.MAP_TILES = tiles if is_named else None
    answer = alice.get("/studio/north/places/")
    page, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert ("© Example" in page, escape(tiles.url) in page) == (is_named, is_named)
    assert policy.count("//") == is_named
    directives = [part.strip() for part in policy.split(";")]
    assert ("img-src 'self' blob: data: https://tiles.example.com" in directives) == is_named
    # Of no other page.
    assert "//" not in alice.get("/studio/north/library/")["Content-Security-Policy"]


def test_a_new_photo_is_located_with_its_renditions() -> None:
    assert locate.photo_came in STEPS[Photo.RENDER]
    assert STEPS[Photo.RENDER].index(locate.photo_came) == 1
