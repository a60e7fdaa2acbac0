"""G10, G17, G19, G50, G55: what an archive holds, who gets it, and what is written down of it."""

from __future__ import annotations

import csv
import hashlib
import io
import time
import zlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, Placement, Section
from apps.media.mime import disposition
from apps.media.models import Blob
from apps.media.storage import store
from apps.sharing import access
from apps.sharing.downloads.archive import paths, plan
from apps.sharing.downloads.files import File
from apps.sharing.guests import visitors
from apps.sharing.models import Activity, Archive, Pick, Selection, ShareLink, TakenPhoto, Visitor
from apps.web.wsgi_bridge import Declined
from tests.amounts import amount
from tests.factories import PlacementFactory, SectionFactory
from tests.parallel import together
from tests.sharing.conftest import PASSWORD, Make, Share, real_photo, unlocked
from tests.sharing.downloads.zipped import delivered, opened, page_of, rows, sha256_of, zip_of

pytestmark = pytest.mark.django_db(transaction=True)


# -- what it holds -----------------------------------------------------------------------------------


def test_g55_all_originals_under_their_names_with_a_manifest(shared: Make) -> None:
    share = shared(download="original")
    reply = zip_of(share, what="all", size="original")
    read = opened(reply)
    assert read.namelist() == ["ZQX_0.JPG", "ZQX_1.JPG", "ZQX_2.JPG", "manifest.csv"]
    for number in range(3):
        assert hashlib.sha256(read.read(f"ZQX_{number}.JPG")).hexdigest() == sha256_of(share, number)
    table = list(csv.DictReader(io.StringIO(read.read("manifest.csv").decode())))
    assert [row["sha256"] for row in table] == [sha256_of(share, number) for number in range(3)]
    assert [int(row["size"]) for row in table] == [read.getinfo(row["name"]).file_size for row in table]
    assert reply.headers["accept-ranges"] == "bytes"
    assert reply.headers["content-disposition"] == disposition("Zqx-wedding.zip")
    assert reply.headers["content-type"] == "application/zip"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_web_size_is_packed_as_what_it_is(shared: Make) -> None:
    share = shared(download="web")
    assert opened(zip_of(share, size="web")).namelist() == ["ZQX_0.webp", "ZQX_1.webp", "ZQX_2.webp", "manifest.csv"]


def test_several_sets_are_folders_and_equal_names_are_told_apart(shared: Make) -> None:
    share = shared(download="original")
    party = SectionFactory.create(album=share.album, title="../Party: late", rank=2)
    for name in ("ZQX_0.JPG", "zqx_0.jpg"):
        PlacementFactory.create(album=share.album, photo=real_photo(share.album, name), section=party, section_rank=2)
    names = opened(zip_of(share)).namelist()
    assert names[0] == "Zqx ceremony/ZQX_0.JPG"
    assert names[3:5] == ["_Party_ late/ZQX_0.JPG", "_Party_ late/zqx_0 (2).jpg"]
    one = opened(zip_of(share, what=f"section:{party.pk}"))
    assert one.namelist() == ["ZQX_0.JPG", "zqx_0 (2).jpg", "manifest.csv"]


def test_the_manifest_names_files_exactly_for_programs() -> None:
    text = paths.manifest([("=HYPERLINK(1).jpg", 1, "a" * 64), ("-1.jpg", 1, "b" * 64), ("x.jpg", 1, "c" * 64)])
    assert [row.split(",")[0] for row in text.decode().splitlines()[1:]] == ["=HYPERLINK(1).jpg", "-1.jpg", "x.jpg"]


@pytest.mark.parametrize("how", ["hidden", "withheld", "audience", "section", "trash"])
def test_g19_what_a_guest_may_not_see_is_in_no_archive(shared: Make, how: str) -> None:
    share = shared(download="original")
    with acting_in(share.studio):
        place = Placement.objects.for_studio(share.studio).get(photo=share.photos[1])
        if how == "hidden":
            place.is_hidden = True
        elif how == "withheld":
            place.is_withheld = True
        elif how == "audience":
            place.audience = [uuid4()]
        elif how == "trash":
            place.trashed_at = timezone.now()
        else:
            other = Section(studio=share.studio, album=share.album, title="Secret", rank=9, audience=[uuid4()])
            other.save()
            place.section, place.section_rank = other, 9
        place.save()
    assert opened(zip_of(share)).namelist() == ["ZQX_0.JPG", "ZQX_2.JPG", "manifest.csv"]
    with acting_in(share.studio):
        hidden = list(Section.objects.for_studio(share.studio).filter(title="Secret"))
    for section in hidden:
        with pytest.raises(Declined):
            zip_of(share, what=f"section:{section.pk}")


def visitor_of(share: Share, *photos: int) -> Visitor:
    """A visitor with a list of favourites."""
    with acting_in(share.studio):
        visitor = Visitor(
            studio=share.studio, shown_id=share.album.pk, link=share.link, name="Ada", email="ada@example.com"
        )
        visitor.save(force_insert=True)
        selection = Selection(studio=share.studio, shown_id=share.album.pk, visitor=visitor, title="Mine")
        selection.save(force_insert=True)
        for number in photos:
            Pick(studio=share.studio, selection=selection, photo=share.photos[number]).save(force_insert=True)
    return visitor


def known_as(share: Share, visitor: Visitor) -> Client:
    client, response = Client(), HttpResponse()
    visitors.remember(response, {}, visitor, now=timezone.now())
    client.cookies.update(response.cookies)
    return client


def test_favourites_are_those_of_the_visitor_and_of_nobody_else(shared: Make) -> None:
    share = shared(download="original", may_favourite=True)
    client = known_as(share, visitor_of(share, 2, 0))
    assert opened(zip_of(share, client, what="favourites")).namelist() == ["ZQX_0.JPG", "ZQX_2.JPG", "manifest.csv"]
    with pytest.raises(Declined):
        zip_of(share, what="favourites")
    assert page_of(share, what="favourites").status_code == 404


def test_choices_of_single_photos_are_kept_up_to_a_number(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOST_KEPT", 2)
    share = shared(download="original")
    address = reverse("sharing:download_chosen", args=[share.token])
    asked = [Client().post(address, {"photos": [str(photo.pk)]}).headers["location"] for photo in share.photos]
    whats = [path.partition("what=")[2].replace("%3A", ":") for path in asked]
    assert len(rows(share, Archive)) == 2
    assert page_of(share, what=whats[0]).status_code == 404
    assert opened(zip_of(share, what=whats[2])).namelist() == ["ZQX_2.JPG", "manifest.csv"]


def test_single_photos_are_chosen_by_a_form(shared: Make) -> None:
    share = shared(download="original")
    client = Client()
    answer = client.post(
        reverse("sharing:download_chosen", args=[share.token]), {"photos": [str(share.photos[1].pk), str(uuid4())]}
    )
    assert answer.status_code == 303
    what = answer.headers["location"].partition("what=")[2].replace("%3A", ":")
    assert opened(zip_of(share, client, what=what)).namelist() == ["ZQX_1.JPG", "manifest.csv"]
    other = shared(download="original")
    with pytest.raises(Declined):
        zip_of(other, client, what=what)


@pytest.mark.parametrize("photos", [[], ["x"], [str(UUID(int=n)) for n in range(501)]])
def test_a_choice_of_nothing_or_of_too_many_is_refused(shared: Make, photos: list[str]) -> None:
    share = shared(download="original")
    answer = Client().post(reverse("sharing:download_chosen", args=[share.token]), {"photos": photos})
    assert answer.status_code in (404, 422)


@pytest.mark.parametrize(
    "query",
    [
        {"what": "everything"}, {"what": "section:x"}, {"what": f"section:{uuid4()}"}, {"what": "all:1"},
        {"what": "photos:" + "0" * 32}, {"what": "\0"}, {"what": "section:" + "-" * 200}, {"part": "0"}, {"part": "2"},
        {"part": "9" * 5000}, {"part": "\u0663"}, {"id": "\0"}, {"size": "gold"}, {"size": "2400.5"}, {"size": "2401"},
        {"size": "\u0661"}, {"size": "999999999999999999999"},
    ],
)  # fmt: skip
def test_a_wish_that_is_none_is_refused_with_a_reason(shared: Make, query: dict[str, str]) -> None:
    share = shared(download="original")
    if query == {"id": "\0"}:
        assert zip_of(share, **query).status == 200  # type: ignore[arg-type]
        return
    with pytest.raises(Declined):
        zip_of(share, **query)  # type: ignore[arg-type]
    assert page_of(share, **query).status_code in (403, 404)  # type: ignore[arg-type]
    assert rows(share, TakenPhoto) == rows(share, Archive) == []


@pytest.mark.parametrize("right", ["none", "web", "original"])
@pytest.mark.parametrize("size", ["original", "web", ""])
def test_g19_an_archive_needs_its_right(shared: Make, right: str, size: str) -> None:
    share = shared(download=right)
    granted = {"none": set(), "web": {"web", ""}, "original": {"original", "web", ""}}[right]
    if size in granted:
        assert zip_of(share, size=size).status == 200
        return
    with pytest.raises(Declined):
        zip_of(share, size=size)
    assert page_of(share, size=size).status_code == 403


# -- the door ----------------------------------------------------------------------------------------


def test_g15_a_locked_link_gives_no_byte(shared: Make) -> None:
    share = shared(download="original", password=PASSWORD)
    with pytest.raises(Declined):
        zip_of(share)
    page = page_of(share)
    assert page.status_code == 403
    assert "Zqx " not in page.content.decode()
    assert "ETag" not in page.headers
    assert zip_of(share, unlocked(share)).status == 200


@pytest.mark.parametrize("how", ["revoked", "expired", "missing"])
def test_a_closed_link_gives_no_byte(shared: Make, how: str) -> None:
    share = shared(download="original")
    with acting_in(share.studio):
        if how == "revoked":
            share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
        elif how == "expired":
            ShareLink.objects.for_studio(share.studio).update(expires_at=timezone.now() - timedelta(seconds=1))
        else:
            share.link.delete()
    with pytest.raises(Declined):
        zip_of(share)
    assert page_of(share).status_code == (404 if how == "missing" else 410)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_reading_is_answered(shared: Make, method: str) -> None:
    assert zip_of(shared(download="original"), method=method).status == 405


def test_head_tells_of_it_and_takes_nothing(shared: Make) -> None:
    share = shared(download="original")
    told = zip_of(share, method="HEAD")
    assert (told.status, told.body) == (200, b"")
    assert rows(share, TakenPhoto) == rows(share, Archive) == rows(share, Activity) == []
    got = zip_of(share)
    assert {**got.headers, "x": ""} == {**told.headers, "x": ""}


# -- parts -------------------------------------------------------------------------------------------


def test_large_choices_come_in_parts_that_do_not_split_a_set(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")
    party = SectionFactory.create(album=share.album, title="Party", rank=2)
    for number in range(2):
        PlacementFactory.create(
            album=share.album, photo=real_photo(share.album, f"P_{number}.JPG"), section=party, section_rank=2
        )
    size = share.photos[0].original.size
    monkeypatch.setattr(paths.split, "__defaults__", (size * 4,))
    first, second = opened(zip_of(share, part="1")), opened(zip_of(share, part="2"))
    assert [name.split("/")[0] for name in first.namelist()] == ["Zqx ceremony"] * 3 + ["manifest-1-of-2.csv"]
    assert [name.split("/")[0] for name in second.namelist()] == ["Party"] * 2 + ["manifest-2-of-2.csv"]
    assert zip_of(share, part="2").headers["content-disposition"] == disposition("Zqx-wedding-2-of-2.zip")
    with pytest.raises(Declined):
        zip_of(share, part="3")


def file(number: int, section: int, size: int) -> File:
    where = (UUID(int=section), f"S{section}") if section else None
    return File(UUID(int=number), UUID(int=number), where, f"{number}.jpg", "image/jpeg", size, 0, "", 0, "")


def test_a_set_is_split_only_if_it_alone_is_larger_than_a_part() -> None:
    files = [
        file(1, 1, 40),
        file(2, 1, 40),
        file(3, 2, 30),
        file(4, 3, 60),
        file(5, 3, 60),
        file(6, 3, 250),
        file(7, 4, 5),
    ]
    parts = [[one.photo_id.int for one in part] for part in paths.split(files, 100)]
    assert parts == [[1, 2], [3], [4], [5], [6], [7]]
    assert [one for part in paths.split(files, 1000) for one in part] == files
    assert paths.split(files[:1], 10) == [[files[0]]]


# -- counted and written down ------------------------------------------------------------------------


def test_an_archive_is_written_down_once_and_not_for_every_range(shared: Make) -> None:
    share = shared(download="original")
    whole = zip_of(share, headers={"user-agent": "Mozilla/5.0 (iPhone) Mobile Safari"})
    for start in (10, 500, 900):
        zip_of(share, headers={"range": f"bytes={start}-", "if-range": whole.headers["etag"]})
    entries = [row for row in rows(share, Activity) if row.kind == "downloaded"]
    assert len(entries) == 1
    assert entries[0].device == "Phone, Safari"
    assert entries[0].detail == {"size": "original", "what": "all", "photos": 3, "bytes": len(whole.body)}


def test_the_counter_takes_each_photo_once_and_refuses_with_the_reason(shared: Make) -> None:
    share = shared(download="original", download_limit=3)
    assert zip_of(share).status == 200
    assert zip_of(share, size="web").status == 200
    assert len(rows(share, TakenPhoto)) == 3
    PlacementFactory.create(album=share.album, photo=real_photo(share.album, "ZQX_9.JPG"))
    with pytest.raises(Declined):
        zip_of(share)
    page = page_of(share)
    assert page.status_code == 403
    assert "All 3 free downloads" in page.content.decode()
    assert len(rows(share, TakenPhoto)) == 3


def test_the_counter_is_shared_by_two_at_once(shared: Make) -> None:
    """Both want the last photo of the link; one gets it."""
    share = shared(download="original", download_limit=1)
    whats = [choice(share, number) for number in range(3)]

    def take(number: int) -> int:
        try:
            return zip_of(share, what=whats[number]).status
        except Declined:
            return 403

    assert sorted(map(str, together(3, take))) == ["200", "403", "403"]
    assert len(rows(share, TakenPhoto)) == 1


def choice(share: Share, number: int) -> str:
    """The word for one photo, as the form makes it."""
    grant = access.open_link(share.token, {}, now=timezone.now())
    with acting_in(share.studio):
        return plan.choose(grant, [share.photos[number].pk])


def test_many_photos_are_planned_by_as_many_statements_as_few(shared: Make, django_assert_num_queries: Any) -> None:
    share = shared(download="original")
    with CaptureQueriesContext(connection) as few:
        delivered(share)
    for number in range(20):
        PlacementFactory.create(album=share.album, photo=real_photo(share.album, f"M_{number}.JPG"))
    with django_assert_num_queries(len(few)):
        delivered(share)


MANY = amount(suite=1_500, long=5_000)


@pytest.mark.slow
@pytest.mark.long
def test_g50_thousands_of_photos_are_planned_quickly_and_read_back(shared: Make) -> None:
    share = shared(download="original")
    blobs = [small_blob(share, number) for number in range(MANY)]
    photos = [
        Photo(studio=share.studio, camera_name="IMG_1.JPG", original=blob, state="ready", width=1, height=1)
        for blob in blobs
    ]
    places = [
        Placement(studio=share.studio, album=share.album, photo=photo, sort_key=f"{number:05}", manual_key="0")
        for number, photo in enumerate(photos)
    ]
    with acting_in(share.studio):
        Blob.objects.for_studio(share.studio).bulk_create(blobs)
        Photo.objects.for_studio(share.studio).bulk_create(photos)
        Placement.objects.for_studio(share.studio).bulk_create(places)
    began = time.process_time()
    reply = zip_of(share)
    assert time.process_time() - began < 15
    read = opened(reply)
    assert len(read.namelist()) == len({name.lower() for name in read.namelist()}) == MANY + 4
    assert read.read(f"IMG_1 ({MANY}).JPG") == f"photo {MANY - 1}".encode()
    assert len(rows(share, TakenPhoto)) == MANY + 3


def small_blob(share: Share, number: int) -> Blob:
    """The row of a file that really lies there."""
    data = f"photo {number}".encode()
    digest = hashlib.sha256(data).hexdigest()
    key = f"{share.studio.pk}/{digest[:2]}/small/{digest}"
    path = store().local_path(key)
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Blob(
        studio=share.studio, sha256=digest, size=len(data), crc32=zlib.crc32(data), mime="image/jpeg", storage_key=key
    )
