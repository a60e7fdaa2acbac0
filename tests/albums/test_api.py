"""Albums and photos over the API: shapes, deeds, strangers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Ordering, Photo, PhotoState, Placement
from apps.jobs.models import Job
from apps.media.mime import disposition
from tests.albums.bulk import fill
from tests.albums.people import Caller, order_of
from tests.factories import (
    AlbumFactory,
    BlobFactory,
    PhotoFactory,
    PlacementFactory,
    RenditionFactory,
    SectionFactory,
    jpeg,
)


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, title="Anna & Tom", slug="anna-tom", state=AlbumState.DRAFT)


@pytest.fixture
def api(north: Studio, erin_user: User) -> Caller:
    return Caller(north, erin_user)


@pytest.fixture
def stranger(south: Studio, charlie_user: User) -> Caller:
    return Caller(south, charlie_user)


@pytest.fixture
def photo(album: Album) -> Photo:
    """A ready photo with real bytes."""
    original = BlobFactory.create(studio=album.studio, data=jpeg())
    photo = PhotoFactory.create(studio=album.studio, camera_name="DSC_1.JPG", original=original)
    PlacementFactory.create(album=album, photo=photo)
    return photo


def url(album: Album, rest: str = "") -> str:
    return f"/api/albums/{album.pk}{rest}"


def read(path: str, api: Caller) -> Any:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


# -- strangers ---------------------------------------------------------------------------------------


def test_a_stranger_finds_nothing(album: Album, photo: Photo, stranger: Caller) -> None:
    for path in (url(album), url(album, "/photos"), url(album, f"/photos/{photo.pk}"), "/api/albums/slug/anna-tom"):
        assert stranger.get(path).status_code == 404
    assert read("/api/albums", stranger)["results"] == []
    assert read("/api/albums/photos/all", stranger)["results"] == []
    for path in (url(album), url(album, f"/photos/{photo.pk}")):
        assert stranger.patch(path, {"title": "mine", "caption": "mine"}).status_code == 404
        assert stranger.delete(path).status_code == 404
    assert order_of(album) == [photo.pk]


def test_an_id_of_another_studio_in_my_own_album_is_unknown(
    album: Album, photo: Photo, stranger: Caller, south: Studio
) -> None:
    mine = AlbumFactory.create(studio=south)
    own = PlacementFactory.create(album=mine).photo_id
    assert stranger.get(url(mine, f"/photos/{photo.pk}")).status_code == 404
    assert stranger.get(url(mine, f"/photos/{photo.pk}/download")).status_code == 404
    assert stranger.put(url(mine, f"/cover/{photo.pk}")).status_code == 404
    assert stranger.put(url(mine, "/order"), {"photos": [str(own), str(photo.pk)]}).status_code == 422
    assert stranger.put(url(mine, "/order"), {"photos": [str(own), str(uuid4())]}).status_code == 422


@pytest.mark.parametrize("scopes", [("read",), ("upload",), ("share",)])
def test_a_key_without_the_scope_changes_no_album(
    scopes: tuple[str, ...], album: Album, photo: Photo, erin_user: User
) -> None:
    api = Caller(album.studio, erin_user, *scopes)
    assert api.post("/api/albums", {"title": "x"}).status_code == 403
    assert api.patch(url(album), {"title": "x"}).status_code == 403
    assert api.delete(url(album, f"/photos/{photo.pk}")).status_code == 403
    assert api.put(url(album, "/order"), {"photos": [str(photo.pk)]}).status_code == 403


def test_a_viewer_reads_and_changes_nothing(album: Album, photo: Photo, bob_user: User) -> None:
    api = Caller(album.studio, bob_user)
    assert read(url(album), api)["title"] == "Anna & Tom"
    assert api.patch(url(album), {"title": "x"}).status_code == 403


# -- albums ------------------------------------------------------------------------------------------


def test_an_album_has_the_shape_of_the_contract(album: Album, photo: Photo, api: Caller) -> None:
    section = SectionFactory.create(album=album, rank=1, title="Ceremony")
    api.put(url(album, f"/cover/{photo.pk}"), {"x": 0.25, "y": 0.75})
    shape = read(url(album), api)
    assert list(shape) == [
        "id", "title", "slug", "description", "state", "event_date", "promised_on", "brand", "sections", "cover",
        "photo_count", "size", "created_at", "updated_at", "url",
    ]  # fmt: skip
    assert shape["sections"] == [{"id": str(section.pk), "title": "Ceremony"}]
    assert shape["cover"] == {"photo": str(photo.pk), "focal": {"x": 0.25, "y": 0.75}}
    assert (shape["photo_count"], shape["size"]) == (1, photo.original.size)
    assert shape["url"] == f"http://testserver/studio/north/albums/{album.pk}/"
    assert read("/api/albums/slug/anna-tom", api) == shape


def test_an_album_is_made_changed_and_trashed(north: Studio, api: Caller) -> None:
    made = api.post("/api/albums", {"title": "Eva", "event_date": "2026-05-30", "slug": "mine", "id": str(uuid4())})
    assert made.status_code == 201
    shape = made.json()
    assert (shape["slug"], shape["state"], shape["event_date"], shape["cover"]) == ("eva", "draft", "2026-05-30", None)
    path = f"/api/albums/{shape['id']}"
    changed = api.patch(path, {"state": "live", "description": "Hello"}).json()
    assert (changed["state"], changed["description"], changed["title"]) == ("live", "Hello", "Eva")
    assert api.delete(path).json()["undo"]
    assert api.get(path).status_code == 404
    with acting_in(north):
        assert Album.objects.for_studio(north).get().trashed_at is not None


@pytest.mark.parametrize(
    "bad",
    [
        {"title": ""}, {"title": None}, {"title": "x" * 121}, {"title": ["x"]}, {"title": "x", "state": "open"},
        {"title": "x", "event_date": "soon"}, {"title": "x\x00"}, [], "x", 7,
    ],
)  # fmt: skip
def test_a_bad_album_is_refused_field_by_field(bad: object, api: Caller, north: Studio) -> None:
    answer = api.post("/api/albums", bad)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"code", "message", "fields"}
    with acting_in(north):
        assert not Album.objects.for_studio(north).exists()


def test_albums_are_listed_newest_first_in_pages(north: Studio, api: Caller) -> None:
    for number in range(5):
        AlbumFactory.create(studio=north, title=str(number))
    seen, path = [], "/api/albums?limit=2"
    while path:
        page = read(path, api)
        seen += [album["title"] for album in page["results"]]
        path = page["next"]
    assert seen == ["4", "3", "2", "1", "0"]


def test_a_list_of_albums_costs_the_same_for_one_and_for_many(
    north: Studio, api: Caller, django_assert_max_num_queries: Any
) -> None:
    # The first call of a key writes down that it was used.
    read("/api/albums", api)
    prices = []
    for count in (1, 20):
        for _ in range(count):
            PlacementFactory.create(album=AlbumFactory.create(studio=north))
        cache.clear()
        with django_assert_max_num_queries(18) as queries:
            read("/api/albums", api)
        prices.append(len(queries))
    assert prices[0] == prices[1]


# -- photos ------------------------------------------------------------------------------------------


def test_a_photo_has_the_shape_of_the_contract(album: Album, photo: Photo, api: Caller) -> None:
    shape = read(url(album, f"/photos/{photo.pk}"), api)
    assert set(shape) == {
        "id", "camera_name", "kind", "width", "height", "size", "sha256", "taken_at", "ready", "problem", "rating",
        "label", "keywords", "caption", "place", "versions", "urls", "tier", "photographer", "taken_from", "has_errors",
        "stages",
    }  # fmt: skip
    assert (shape["camera_name"], shape["kind"], shape["ready"], shape["problem"]) == ("DSC_1.JPG", "image", True, None)
    assert shape["sha256"] == photo.original.sha256
    assert [(one["kind"], one["is_current"], one["sha256"]) for one in shape["versions"]] == [
        ("original", True, photo.original.sha256)
    ]
    base = f"http://testserver/api/albums/{album.pk}/photos/{photo.pk}/download?version="
    assert shape["urls"] == {size: base + size for size in ("tile", "thumb", "web", "original")}


def test_a_photo_that_failed_says_why_and_gives_only_its_original(album: Album, api: Caller) -> None:
    bad = PhotoFactory.create(studio=album.studio, state=PhotoState.FAILED, problem="Cut off.", width=None, height=None)
    PlacementFactory.create(album=album, photo=bad)
    shape = read(url(album, f"/photos/{bad.pk}"), api)
    assert (shape["ready"], shape["problem"], shape["width"]) == (False, "Cut off.", None)
    assert [size for size, address in shape["urls"].items() if address] == ["original"]


def test_photos_come_in_the_albums_order_page_by_page(album: Album, api: Caller) -> None:
    SectionFactory.create(album=album, rank=1)
    fill(album, 25, sections=(1, 0))
    seen, path, pages = [], url(album, "/photos?limit=10"), []
    while path:
        page = read(path, api)
        pages.append(page)
        seen += [photo["id"] for photo in page["results"]]
        path = page["next"]
    assert seen == [str(pk) for pk in order_of(album)]
    assert [bool(page["previous"]) for page in pages] == [False, True, True]
    assert read(pages[2]["previous"], api)["results"] == pages[1]["results"]


def test_cursors_and_limits_that_make_no_sense_are_refused(album: Album, api: Caller) -> None:
    other = AlbumFactory.create(studio=album.studio)
    fill(other, 5)
    cursor = read(url(other, "/photos?limit=2"), api)["next"].partition("cursor=")[2].partition("&")[0]
    for query in (f"cursor={cursor}", "cursor=", "cursor=x", "limit=0", "limit=501", "limit=x", "limit=-1"):
        answer = api.get(url(album, f"/photos?{query}"))
        assert answer.status_code == 400, query
        assert set(answer.json()["error"]["fields"]) == {query.partition("=")[0]}


def test_all_photos_are_listed_also_those_without_an_album(album: Album, photo: Photo, api: Caller) -> None:
    loose = PhotoFactory.create(studio=album.studio)
    gone = PlacementFactory.create(album=album).photo
    api.delete(url(album, f"/photos/{gone.pk}"))
    shapes = read("/api/albums/photos/all", api)["results"]
    assert {shape["id"]: bool(shape["urls"]["original"]) for shape in shapes} == {
        str(photo.pk): True,
        str(loose.pk): False,
    }


def test_marks_are_changed(album: Album, photo: Photo, api: Caller) -> None:
    marks = {
        "caption": "The <b>rings</b>", "rating": 5, "label": "green", "keywords": ["ring", "hand"], "place": "Kraków",
        "taken_at": "2026-05-30T14:00:00+02:00",
    }  # fmt: skip
    shape = api.patch(url(album, f"/photos/{photo.pk}"), marks).json()
    assert {name: shape[name] for name in marks} == marks | {"taken_at": "2026-05-30T12:00:00Z"}
    with acting_in(album.studio):
        row = Photo.objects.for_studio(album.studio).get(pk=photo.pk)
    assert (row.taken_at, row.taken_offset) == (datetime(2026, 5, 30, 12, tzinfo=UTC), 120)


def test_a_corrected_time_moves_the_photo_in_an_album_by_time(album: Album, api: Caller) -> None:
    with acting_in(album.studio):
        Album.objects.for_studio(album.studio).filter(pk=album.pk).update(ordering=Ordering.TIME)
    a, b = (PlacementFactory.create(album=album, sort_key=f"2026010{number}").photo for number in (1, 2))
    api.patch(url(album, f"/photos/{b.pk}"), {"taken_at": "2025-05-30T14:00:00Z"})
    assert order_of(album) == [b.pk, a.pk]


@pytest.mark.parametrize(
    "bad",
    [
        {"rating": 6}, {"rating": -1}, {"rating": "many"}, {"caption": "x" * 501}, {"label": "x" * 13},
        {"keywords": "x"}, {"keywords": ["x"] * 101}, {"keywords": [""]}, {"taken_at": "2026-05-30T14:00:00"},
        {"taken_at": "yesterday"}, {"caption": "\x00"}, {"place": None}, {"taken_at": "0001-01-01T00:00:00+14:00"},
    ],
)  # fmt: skip
def test_marks_that_make_no_sense_are_refused(bad: dict[str, Any], album: Album, photo: Photo, api: Caller) -> None:
    answer = api.patch(url(album, f"/photos/{photo.pk}"), bad)
    assert answer.status_code == 400
    assert next(iter(answer.json()["error"]["fields"])).split(".")[0] == next(iter(bad))


def test_what_a_camera_said_cannot_be_changed(album: Album, photo: Photo, api: Caller) -> None:
    before = read(url(album, f"/photos/{photo.pk}"), api)
    changes = {"camera_name": "x", "width": 1, "sha256": "0", "ready": False, "id": str(uuid4()), "problem": "x"}
    assert api.patch(url(album, f"/photos/{photo.pk}"), changes).status_code == 400
    assert read(url(album, f"/photos/{photo.pk}"), api) == before


def test_a_photo_leaves_one_album_and_then_goes_to_the_trash(album: Album, photo: Photo, api: Caller) -> None:
    other = AlbumFactory.create(studio=album.studio)
    PlacementFactory.create(album=other, photo=photo)

    def trashed() -> bool:
        with acting_in(album.studio):
            return Photo.objects.for_studio(album.studio).get(pk=photo.pk).trashed_at is not None

    assert api.delete(url(album, f"/photos/{photo.pk}")).status_code == 200
    assert not trashed()
    assert api.delete(url(other, f"/photos/{photo.pk}")).status_code == 200
    assert trashed()
    assert api.delete(url(other, f"/photos/{photo.pk}")).status_code == 404


def test_the_bytes_come_by_version(album: Album, photo: Photo, api: Caller) -> None:
    RenditionFactory.create(
        source=photo.original, kind="tile", blob=BlobFactory.create(studio=album.studio, data=jpeg())
    )
    path = url(album, f"/photos/{photo.pk}/download")
    original = api.get(path)
    assert len(b"".join(original.streaming_content)) == photo.original.size
    assert original.headers["Content-Disposition"] == disposition("DSC_1.JPG")
    assert api.get(path, version="tile").status_code == 200
    for missing in ("thumb", "web", "gold"):
        assert api.get(path, version=missing).status_code == 404
    assert api.get(path, version="huge").status_code == 400


def test_the_original_comes_by_the_photos_id_alone(
    album: Album, photo: Photo, north: Studio, erin_user: User, stranger: Caller
) -> None:
    path = f"/api/photos/{photo.pk}/original"
    narrow = Caller(north, erin_user, "read")
    whole = narrow.get(path)
    assert len(b"".join(whole.streaming_content)) == photo.original.size
    assert whole.headers["Content-Disposition"] == disposition("DSC_1.JPG")
    part = narrow.client.get(path, headers={"range": "bytes=0-9"})
    assert (part.status_code, len(b"".join(part))) == (206, 10)
    beyond = narrow.client.get(path, headers={"range": "bytes=9999999-"})
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (416, "no_such_range")
    assert stranger.get(path).status_code == 404
    assert Caller(north, erin_user, "upload").get(path).status_code == 403


def test_renditions_are_made_anew_on_demand(album: Album, photo: Photo, api: Caller) -> None:
    answer = api.post(url(album, f"/photos/{photo.pk}/regenerate-thumbnails"))
    assert (answer.status_code, answer.json()["ready"]) == (202, True)
    with acting_in(album.studio):
        job = Job.objects.for_studio(album.studio).get(subject_id=photo.pk)
    assert (job.kind, job.state) == ("render", "pending")


def test_the_whole_album_is_ordered(album: Album, api: Caller) -> None:
    a, b, c = (PlacementFactory.create(album=album).photo_id for _ in range(3))
    assert api.put(url(album, "/order"), {"photos": [str(c), str(a)]}).json()["undo"]
    assert order_of(album) == [c, a, b]
    bodies: list[object] = [{}, {"photos": []}, {"photos": ["x"]}, [str(a)]]
    for bad in bodies:
        assert api.put(url(album, "/order"), bad).status_code == 400


def test_a_cover_lies_in_the_album(album: Album, photo: Photo, api: Caller) -> None:
    elsewhere = PlacementFactory.create(album=AlbumFactory.create(studio=album.studio)).photo_id
    assert api.put(url(album, f"/cover/{elsewhere}")).status_code == 404
    assert api.put(url(album, f"/cover/{photo.pk}")).json()["cover"]["focal"] == {"x": 0.5, "y": 0.4}
    assert api.put(url(album, f"/cover/{photo.pk}"), {"x": 2}).status_code == 400


def test_what_lies_in_the_trash_is_not_there(album: Album, photo: Photo, api: Caller) -> None:
    api.delete(url(album))
    for path in ("", "/photos", f"/photos/{photo.pk}", f"/photos/{photo.pk}/download"):
        assert api.get(url(album, path)).status_code == 404


def test_a_list_is_not_sent_again_when_nothing_changed(album: Album, photo: Photo, api: Caller) -> None:
    path = url(album, "/photos")
    tag = api.get(path).headers["ETag"]
    assert api.client.get(path, headers={"If-None-Match": tag}).status_code == 304
    api.patch(url(album, f"/photos/{photo.pk}"), {"rating": 1})
    assert api.client.get(path, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.slow
def test_a_page_of_photos_asks_as_much_at_200_as_at_2_000(
    north: Studio, api: Caller, may_analyze: None, django_assert_max_num_queries: Any
) -> None:
    # The first call of a key writes down that it was used.
    read("/api/albums", api)
    prices = []
    for count in (200, 2_000):
        album = AlbumFactory.create(studio=north)
        fill(album, count)
        with django_assert_max_num_queries(22) as queries:
            read(url(album, "/photos"), api)
        prices.append(len(queries))
    assert prices[0] == prices[1]
    with acting_in(north):
        assert Placement.objects.for_studio(north).count() == 2_200
