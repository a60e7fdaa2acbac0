"""Duplicates: found by hash, told apart by pixels, decided side by side, and every decision undone."""

from __future__ import annotations

import io
import random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from apps.accounts import journal
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, Photo, Placement, Stack
from apps.jobs import queue
from apps.library.duplicates import keep, lookup, scan
from apps.library.models import Different, DuplicateGroup, DuplicatePhoto
from apps.sharing.links import lifecycle
from apps.sharing.models import Mark, Pick, Selection, Visitor
from config.tasks import STEPS
from tests.albums.bulk import fill
from tests.albums.conftest import may_analyze  # noqa: F401  (a fixture)
from tests.albums.people import Caller
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, many_in
from tests.uploads.conftest import PHOTOS
from tests.uploads.test_replacing import keep as sent
from tests.uploads.test_replacing import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(north: Studio) -> Album:
    album: Album = AlbumFactory.create(studio=north)
    return album


def signed(bits: int) -> int:
    return bits - 2**64 if bits >= 2**63 else bits


def test_the_lookup_finds_what_a_scan_finds(north: Studio) -> None:
    chance = random.Random(5)
    centre = chance.getrandbits(64)
    turned = [chance.sample(range(64), flips) for flips in range(14) for _ in range(4)]
    hashes = [centre ^ sum(1 << bit for bit in bits) for bits in turned]
    hashes += [chance.getrandbits(64) for _ in range(30)]
    # All differences in one band, and as many as can be in each.
    hashes += [centre ^ (0x7F << shift) for shift in (0, 16, 32, 48)] + [centre ^ 0x0003000300030001]
    with many_in(north):
        rows = {PhotoFactory.create(studio=north, phash=signed(one)).pk: one for one in hashes}
        asking = PhotoFactory.create(studio=north, phash=signed(centre))
    for within in range(lookup.RADIUS + 1):
        with acting_in(north):
            found = lookup.near(north.pk, signed(centre), but=asking.pk, within=within)
        bits = {pk: (one ^ centre).bit_count() for pk, one in rows.items()}
        assert dict(found) == {pk: far for pk, far in bits.items() if far <= within}
    with pytest.raises(ValueError, match="exact within"):
        lookup.near(north.pk, 0, but=asking.pk, within=8)


def test_many_hashes_are_looked_up_as_each_alone_and_as_brute_force_does(north: Studio, south: Studio) -> None:
    """A hundred hashes around eight centres, in one statement; neither another studio's nor what is not shown."""
    chance = random.Random(17)
    centres = [chance.getrandbits(64) for _ in range(8)]
    hashes = [one ^ sum(1 << bit for bit in chance.sample(range(64), chance.randrange(9))) for one in centres * 12]
    unseen: list[dict[str, Any]] = [{"trashed_at": timezone.now()}, {"state": "processing"}, {"kind": "video"}]
    with many_in(north):
        rows = {PhotoFactory.create(studio=north, phash=signed(one)).pk: one for one in hashes}
        for hidden in unseen:
            PhotoFactory.create(studio=north, phash=signed(hashes[0]), **hidden)
    with many_in(south):
        PhotoFactory.create(studio=south, phash=signed(hashes[0]))
    with acting_in(north):
        with CaptureQueriesContext(connection) as asked:
            found = lookup.all_near(north.pk, [signed(one) for one in hashes])
        alone = lookup.near(north.pk, signed(hashes[5]), but=list(rows)[5])
    assert sum("albums_photo" in query["sql"] for query in asked.captured_queries) == 1
    for one in hashes:
        far = ((pk, (one ^ other).bit_count()) for pk, other in rows.items())
        within = sorted(((pk, bits) for pk, bits in far if bits <= lookup.RADIUS), key=lambda row: (row[1], row[0]))
        assert found[signed(one)] == within
    assert alone == [row for row in found[signed(hashes[5])] if row[0] != list(rows)[5]]


def test_of_very_many_that_are_alike_only_the_nearest_are_told(north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MOST", 3)
    with many_in(north):
        photos = [PhotoFactory.create(studio=north, phash=0).pk for _ in range(6)]
        PhotoFactory.create(studio=north, phash=1)
    with acting_in(north):
        told = [[pk for pk, _ in lookup.near(north.pk, 0, but=photo)] for photo in sorted(photos)]
    first = sorted(photos)
    assert told[3:] == [first[:3]] * 3
    assert told[:3] == [[pk for pk in first[:4] if pk != photo] for photo in first[:3]]


@pytest.mark.usefixtures("may_analyze")
def test_the_lookup_goes_by_the_bands(north: Studio, album: Album) -> None:
    """Not through all photos of the studio: of a million it reads about a thousand."""
    fill(album, 400)
    with acting_in(north), connection.cursor() as cursor:
        cursor.execute("update albums_photo set phash = ('x' || left(md5(id::text), 16))::bit(64)::bigint")
        cursor.execute("analyze albums_photo")
    with across_studios(), connection.cursor() as cursor:
        # Four hundred are read faster one after the other.
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_bitmapscan = off")
        asked: dict[str, Any] = {"studio": north.pk, "hashes": [7, 9], "bits": lookup._ONE_BIT, "within": 7, "most": 9}
        cursor.execute("explain " + lookup._NEAR, asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    # Hash and id come out of the indexes, never out of the photos, which lie all over the table.
    assert all(f"Index Only Scan using albums_photo_near{number} " in plan for number in range(4)), plan
    assert plan.count(" on albums_photo") == 4, plan


def upload(album: Album, by: User, name: str, data: bytes | None = None) -> Photo:
    return sent(album, by, data or (PHOTOS / name).read_bytes(), name.rpartition("/")[2]).photo


def look(studio: Studio, by: User) -> str:
    with acting_in(studio):
        task = scan.begin(studio, by=by)
    while queue.answer("default", STEPS):
        pass
    with acting_in(studio):
        task.refresh_from_db()
    assert task.state == "done"
    return task.message


def found(studio: Studio) -> dict[frozenset[UUID], str]:
    with acting_in(studio):
        groups: dict[UUID, set[UUID]] = {}
        for group, photo in DuplicatePhoto.objects.for_studio(studio).values_list("group_id", "photo_id"):
            groups.setdefault(group, set()).add(photo)
        kinds = dict(DuplicateGroup.objects.for_studio(studio).values_list("pk", "kind"))
    return {frozenset(photos): kinds[group] for group, photos in groups.items()}


def test_copies_are_found_and_bursts_and_other_pictures_are_not(north: Studio, album: Album, erin_user: User) -> None:
    original = upload(album, erin_user, "formats/prairie_falcon.jpg")
    picture = Image.open(PHOTOS / "formats/prairie_falcon.jpg").convert("RGB")
    small, lossless, again = io.BytesIO(), io.BytesIO(), io.BytesIO()
    picture.resize((picture.width // 2, picture.height // 2)).save(small, "JPEG", quality=60)
    flat = Image.open(PHOTOS / "burst/IMG_9060.jpg").convert("RGB")
    flat.save(lossless, "PNG")
    flat.save(again, "PNG", compress_level=1)
    copy = upload(album, erin_user, "falcon-small.jpg", small.getvalue())
    twins = {"one.png": lossless, "two.png": again}
    same = [upload(album, erin_user, name, file.getvalue()) for name, file in twins.items()]
    for name in ("IMG_9002.jpg", "IMG_9003.jpg", "IMG_9050.jpg", "IMG_9061.jpg"):
        upload(album, erin_user, f"burst/{name}")
    work()
    assert look(north, erin_user) == "2 groups of duplicates to review."
    expected = {frozenset({original.pk, copy.pk}): "near", frozenset(one.pk for one in same): "exact"}
    assert found(north) == expected
    # Looking again finds the same groups.
    with acting_in(north):
        ids = set(DuplicateGroup.objects.for_studio(north).values_list("pk", flat=True))
    look(north, erin_user)
    with acting_in(north), CaptureQueriesContext(connection) as asked:
        assert scan._do(Task(studio_id=north.pk), TaskSlice(ids=[original.pk, copy.pk])) == 0
    # And writes nothing.
    assert not [query for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    with acting_in(north):
        assert set(DuplicateGroup.objects.for_studio(north).values_list("pk", flat=True)) == ids
        group = DuplicateGroup.objects.for_studio(north).select_related("studio").get(kind="near")
        keep.call_different(group, by=erin_user)
    look(north, erin_user)
    assert list(found(north).values()) == ["exact"]


def test_photos_that_are_like_no_other_are_looked_up_and_that_is_all(north: Studio) -> None:
    """Most are, so what people decided and which groups there are is asked once for all of a slice."""
    chance = random.Random(9)
    with many_in(north):
        photos = [PhotoFactory.create(studio=north, phash=signed(chance.getrandbits(64))).pk for _ in range(12)]
    counts = []
    for some in (photos[:3], photos):
        with acting_in(north), CaptureQueriesContext(connection) as asked:
            assert scan._do(Task(studio_id=north.pk), TaskSlice(ids=some)) == 0
        counts.append(len(asked))
    # What is in groups (before and after), what was told apart, the photos, who is near, and the way there and back.
    assert counts[0] == counts[1] <= 9


@pytest.fixture
def group(north: Studio, album: Album) -> DuplicateGroup:
    """Two photos, the second of which lies in another gallery too."""
    other = AlbumFactory.create(studio=north, title="Album book")
    with many_in(north):
        photos = [
            PlacementFactory.create(album=album, photo__rating=rating, photo__keywords=words).photo
            for rating, words in ((2, ["bride"]), (4, ["rings", "bride"]))
        ]
        PlacementFactory.create(album=other, photo=photos[1])
    with acting_in(north):
        group = DuplicateGroup(studio=north, kind="near", score=0.99)
        group.save(force_insert=True)
        for photo in photos:
            DuplicatePhoto(studio=north, group=group, photo=photo).save(force_insert=True)
    return group


def members(group: DuplicateGroup) -> list[UUID]:
    with acting_in(group.studio):
        return list(group.members.order_by("photo__camera_name").values_list("photo_id", flat=True))


def hearts(group: DuplicateGroup, album: Album, by: User) -> tuple[Selection, Visitor]:
    """A guest loves both photos, another one the second, of which the first has also given stars."""
    studio, photos = group.studio, members(group)
    with acting_in(studio):
        link, _ = lifecycle.create(album, by=by, label="All", password=None)
        visitor = Visitor(studio=studio, shown=link.shown, link=link, name="Ada", email="ada@example.com")
        visitor.save(force_insert=True)
        both, one = (Selection(studio=studio, shown=link.shown, visitor=visitor, title=title) for title in "AB")
        for row in (both, one):
            row.save(force_insert=True)
        for selection, photo in ((both, photos[0]), (both, photos[1]), (one, photos[1])):
            Pick(studio=studio, selection=selection, photo_id=photo).save(force_insert=True)
        Mark(studio=studio, shown=link.shown, visitor=visitor, photo_id=photos[1], stars=5).save(force_insert=True)
    return one, visitor


def tables(studio: Studio) -> list[Any]:
    with acting_in(studio):
        rows = [
            Photo.objects.for_studio(studio).values_list("pk", "rating", "keywords", "trashed_at"),
            Placement.objects.for_studio(studio).filter(trashed_at=None).values_list("album_id", "photo_id"),
            Pick.objects.for_studio(studio).values_list("pk", "photo_id"),
            Mark.objects.for_studio(studio).values_list("pk", "photo_id"),
            DuplicateGroup.objects.for_studio(studio).values_list("pk", "kind", "score"),
            DuplicatePhoto.objects.for_studio(studio).values_list("pk", "group_id", "photo_id"),
            Different.objects.for_studio(studio).values_list("pk"),
            Album.objects.for_studio(studio).values_list("pk", "cover_id"),
        ]
        return [sorted(map(str, one)) for one in rows]


def test_what_was_said_of_the_others_goes_to_the_one_that_stays(
    north: Studio, album: Album, group: DuplicateGroup, alice_user: User
) -> None:
    kept, gone = members(group)
    one, visitor = hearts(group, album, alice_user)
    before = tables(north)
    with acting_in(north):
        entry = keep.keep(group, [kept], by=alice_user)
    with acting_in(north):
        photo = Photo.objects.for_studio(north).get(pk=kept)
        assert (photo.rating, photo.keywords, photo.trashed_at) == (4, ["bride", "rings"], None)
        assert Photo.objects.for_studio(north).get(pk=gone).trashed_at is not None
        lies = Placement.objects.for_studio(north).filter(photo=photo, trashed_at=None)
        assert set(lies.values_list("album__title", flat=True)) == {album.title, "Album book"}
        assert list(Pick.objects.for_studio(north).filter(selection=one).values_list("photo_id", flat=True)) == [kept]
        assert Mark.objects.for_studio(north).get(visitor=visitor).photo_id == kept
        assert not DuplicateGroup.objects.for_studio(north).exists()
        back = journal.undo(entry, by=alice_user)
    # What was in the trash before the act stays there; the rest is as it was.
    assert tables(north) == before
    with acting_in(north):
        journal.undo(back, by=alice_user)
        assert Photo.objects.for_studio(north).get(pk=gone).trashed_at is not None


def test_a_group_that_changed_meanwhile_is_refused(north: Studio, group: DuplicateGroup, alice_user: User) -> None:
    with acting_in(north):
        with pytest.raises(keep.NotInGroup):
            keep.keep(group, members(group), by=alice_user)
        stranger = PhotoFactory.create(studio=north)
        with pytest.raises(keep.NotInGroup):
            keep.keep(group, [stranger.pk], by=alice_user)


def test_the_page_shows_groups_side_by_side_and_decides(
    north: Studio, group: DuplicateGroup, alice: Client, bob: Client
) -> None:
    page = reverse("library:duplicates", args=[north.slug])
    html = alice.get(page).content.decode()
    assert html.count("Keep this") == 2
    assert "Album book" in html
    assert "Keep this" not in bob.get(page).content.decode()
    assert "Keep this" not in alice.get(page, {"kind": "exact"}).content.decode()
    kept, gone = members(group)
    address = reverse("library:decide_duplicates", args=[north.slug, group.pk])
    assert bob.post(address, {"how": "keep", "photo": str(kept)}).status_code == 403
    assert alice.post(address, {"how": "burn"}).status_code == 400
    assert alice.post(f"{address}?how=keep", {"photo": str(kept)}).status_code == 303
    with acting_in(north):
        assert Photo.objects.for_studio(north).get(pk=gone).trashed_at is not None
    assert "No duplicates to review" in alice.get(page).content.decode()


def test_the_api_lists_and_decides(north: Studio, group: DuplicateGroup, erin_user: User) -> None:
    api = Caller(north, erin_user)
    [listed] = api.get("/api/duplicates").json()["results"]
    assert (listed["id"], listed["kind"], len(listed["photos"])) == (str(group.pk), "near", 2)
    assert api.get("/api/duplicates", kind="exact").json()["results"] == []
    assert api.post(f"/api/duplicates/{group.pk}/resolve", {"how": "trash"}).status_code == 400
    answer = api.post(f"/api/duplicates/{group.pk}/resolve", {"how": "not_duplicates"})
    assert answer.status_code == 200
    assert api.get("/api/duplicates").json()["results"] == []
    assert api.post(f"/api/journal/{answer.json()['undo']}/undo").status_code == 200
    assert len(api.get("/api/duplicates").json()["results"]) == 1
    stacked = api.post(f"/api/duplicates/{group.pk}/resolve", {"how": "stack"})
    assert stacked.status_code == 200
    with acting_in(north):
        assert Stack.objects.for_studio(north).count() == 1
        assert JournalEntry.objects.for_studio(north).filter(verb="stack.made").exists()
    assert api.post("/api/duplicates/scan").status_code == 202
