"""The guests' download page: what it offers, what it says before anything starts, what it refuses and why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, Placement
from apps.jobs.models import Job
from apps.media.models import Blob, Rendition
from apps.media.on_demand import RECIPES
from apps.sharing.activity import record
from apps.sharing.downloads import offers
from apps.sharing.downloads.archive import paths
from apps.sharing.models import Activity, ActivityKind, Pick, Selection, TakenPhoto
from tests.factories import PlacementFactory, RenditionFactory, SectionFactory, jpeg
from tests.markup import tight
from tests.sharing.conftest import PASSWORD, Make, Share, real_photo
from tests.sharing.downloads.test_archives import known_as, visitor_of

pytestmark = pytest.mark.django_db(transaction=True)


def page(share: Share, client: Client | None = None, status: int = 200, **query: str) -> str:
    response = (client or Client()).get(reverse("sharing:downloads", args=[share.token]), query)
    assert response.status_code == status
    return str(response.content.decode())


def choices(html: str) -> dict[str, str]:
    """Title -> note of everything that can be ticked."""
    found = re.findall(r'class="take__choice"[^>]*><b>(.*?)</b><small>(.*?)</small>', tight(html))
    return dict(found)


def rows(share: Share, model: Any) -> list[Any]:
    with acting_in(share.studio):
        return list(model.objects.for_studio(share.studio).order_by("pk"))


def test_the_page_states_photos_and_megabytes_of_each_choice_before_the_start(shared: Make) -> None:
    share = shared(download="original", may_favourite=True)
    party = SectionFactory.create(album=share.album, title="Party & <b>", rank=2)
    PlacementFactory.create(album=share.album, photo=real_photo(share.album, "P.JPG"), section=party, section_rank=2)
    html = page(share, known_as(share, visitor_of(share, 0)))
    told = choices(html)
    assert told["All photos"] == "4 photos"
    assert told["Your favourites"] == "1 photo"
    assert told["Zqx ceremony"] == "3 photos"
    assert told["Party &amp; &lt;b&gt;"] == "1 photo"
    originals = [row.original_id for row in rows(share, Photo)]
    size = sum(blob.size for blob in rows(share, Blob) if blob.pk in originals)
    assert told["Original files, full resolution"] == offers.amount(size)
    assert "about" in told["Up to 2048 pixels"]
    assert "about" not in told["Web size, up to 2400 pixels"]
    assert "Download ZIP" in html


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "1\u00a0KB"), (820_000, "820\u00a0KB"), (1_500_000, "1.5\u00a0MB"), (820_000_000, "820\u00a0MB"),
     (999_900_000, "1.0\u00a0GB"), (1_560_000_000, "1.6\u00a0GB"), (250_000_000_000, "250\u00a0GB")],
)  # fmt: skip
def test_amounts_are_said_as_people_say_them(size: int, said: str) -> None:
    assert offers.amount(size) == said


def test_what_the_link_does_not_give_is_shown_with_the_reason(shared: Make) -> None:
    html = page(shared(download="web", may_favourite=True))
    told = choices(html)
    assert told["Original files, full resolution"] == "Not available with this link."
    assert told["Up to 3600 pixels"] == "Not available with this link."
    assert told["Up to 2048 pixels"] != "Not available with this link."
    assert told["Your favourites"] == "You have no favourites yet."
    assert "size=original" not in html
    assert "size=3600" not in html


def test_a_link_without_downloads_has_no_page(shared: Make) -> None:
    share = shared(download="none")
    page(share, status=404)
    assert Client().get(reverse("sharing:download_batch", args=[share.token])).status_code == 404
    chosen = Client().post(
        reverse("sharing:download_chosen", args=[share.token]), {"photos": [str(share.photos[0].pk)]}
    )
    assert chosen.status_code == 404
    assert "download/" not in Client().get(share.url()).content.decode()


def test_the_gallery_leads_to_the_page(shared: Make) -> None:
    share = shared(download="web")
    assert reverse("sharing:downloads", args=[share.token]) in Client().get(share.url()).content.decode()


def test_the_studio_says_which_pixels_it_offers(shared: Make) -> None:
    share = shared(download="original")
    with acting_in(share.studio):
        share.studio.design = {"sizes": [1000, "junk", 5, 99_999, 3000]}
        share.studio.save(update_fields=["design"])
    told = choices(page(share))
    assert [title for title in told if title.startswith("Up to")] == ["Up to 3000 pixels", "Up to 1000 pixels"]


def test_the_sizes_of_one_photo_are_those_of_the_studio_with_the_megabytes_of_this_photo(shared: Make) -> None:
    share = shared(download="original")
    with acting_in(share.studio):
        share.studio.design = {"sizes": [{"edge": 1080, "label": "Insta <b>"}, {"edge": True, "label": "x"}]}
        share.studio.save(update_fields=["design"])
    photo = str(share.photos[1].pk)
    html = page(share, photo=photo, size="1080")
    told = choices(html)
    assert "Insta &lt;b&gt;, up to 1080 pixels" in told
    assert "All photos" not in told
    assert told["Original files, full resolution"] == offers.amount(share.photos[1].original.size)
    assert html.count(f"photo={photo}") == len(told)
    assert f"{share.url('download', share.photos[1])}?size=1080" in html
    assert "download.zip" not in html


def test_g15_a_locked_link_shows_the_password_form_and_nothing_else(shared: Make) -> None:
    share = shared(download="original", password=PASSWORD)
    assert "Zqx " not in page(share)
    for name in ("download_pin", "download_chosen"):
        answer = Client().post(reverse(f"sharing:{name}", args=[share.token]), {"photos": "x"})
        assert answer.status_code == 403
        assert "Zqx " not in answer.content.decode()
    assert Client().get(reverse("sharing:download_batch", args=[share.token])).status_code == 403


def test_deeds_are_posts(shared: Make) -> None:
    share = shared(download="original", has_pin=True)
    for name in ("download_pin", "download_chosen"):
        assert Client().get(reverse(f"sharing:{name}", args=[share.token])).status_code == 405


def test_parts_are_listed_with_name_size_and_photos(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")
    monkeypatch.setattr(paths.split, "__defaults__", (share.photos[0].original.size,))
    html = page(share)
    assert [f"Zqx-wedding-{number}-of-3.zip" in html for number in (1, 2, 3)] == [True] * 3
    assert html.count("1 photo<") == 3
    links = re.findall(r'href="([^"]*download\.zip[^"]*)"', html)
    assert all("&amp;id=" in link and f"part={number}" in link for number, link in enumerate(links, 1))


def test_the_counter_is_told_and_refuses_with_the_reason(shared: Make) -> None:
    share = shared(download="original", download_limit=2)
    client = Client()
    assert "0 of 2 free downloads used" in page(share, client)
    assert "You have 2 free downloads left, but this needs 3." in page(share, client)
    for number in (0, 0, 1):
        assert client.get(share.url("download", share.photos[number])).status_code == 200
    assert len(rows(share, TakenPhoto)) == 2
    third = client.get(share.url("download", share.photos[2]))
    assert third.status_code == 403
    assert "All 2 free downloads have been used." in third.content.decode()
    assert "2 of 2 free downloads used" in page(share, client)
    assert client.get(share.url("download", share.photos[0])).status_code == 200


def test_a_single_photo_is_written_down_once_and_head_takes_nothing(shared: Make) -> None:
    share = shared(download="original", download_limit=5)
    address = share.url("download", share.photos[0])
    Client().head(address)
    assert rows(share, TakenPhoto) == []
    Client().get(address)
    Client().get(address, headers={"Range": "bytes=10-"})
    entries = [row for row in rows(share, Activity) if row.kind == "downloaded"]
    assert [(row.photo_id, row.detail["size"]) for row in entries] == [(share.photos[0].pk, "original")]


def test_one_photo_taken_again_and_again_fills_no_log(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(record.MOST_IN_A_WHILE, ActivityKind.DOWNLOADED, 2)
    share = shared(download="original")
    for _ in range(4):
        assert Client().get(share.url("download", share.photos[0])).status_code == 200
    assert Client().get(share.url("download", share.photos[1])).status_code == 200
    taken = [row.photo_id for row in rows(share, Activity) if row.kind == "downloaded"]
    assert sorted(taken) == sorted([share.photos[0].pk] * 2 + [share.photos[1].pk])


def image_jobs(share: Share) -> list[Job]:
    """The jobs that make files, without that of the task that follows them."""
    return [job for job in rows(share, Job) if job.queue == "images"]


def test_a_size_that_is_not_made_yet_is_prepared_on_request_and_told(shared: Make) -> None:
    share = shared(download="original")
    asked = page(share, size="2048")
    assert "Prepare photos" in asked
    assert "download.zip" not in asked
    assert rows(share, Job) == []
    response = Client().get(reverse("sharing:downloads", args=[share.token]), {"size": "2048", "prepare": "1"})
    assert "Preparing 0 of 3" in response.content.decode()
    assert response["Refresh"].startswith("3; url=/g/")
    assert "prepare" not in response["Refresh"]
    jobs = image_jobs(share)
    assert {job.kind for job in jobs} == {"derive.fit.2048"}
    assert {job.subject_id for job in jobs} == {photo.original_id for photo in share.photos}
    for photo in share.photos:
        RenditionFactory.create(
            source=photo.original, kind="fit.2048", recipe=RECIPES["fit"], blob__data=jpeg(), blob__mime="image/jpeg"
        )
    assert "download.zip" in page(share, size="2048")


def test_a_programme_is_told_to_wait_for_a_size_that_is_not_made_yet(shared: Make) -> None:
    share = shared(download="original")
    answer = Client().get(reverse("sharing:archive", args=[share.token]), {"size": "1200"})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "prepare=1" in answer["Refresh"]
    assert len(image_jobs(share)) == 3


def test_work_that_was_given_up_is_told_and_can_be_tried_again(shared: Make) -> None:
    share = shared(download="original")
    page(share, size="2048", prepare="1")
    with acting_in(share.studio):
        Job.objects.for_studio(share.studio).update(state="quarantined")
    html = page(share, size="2048")
    assert "could not be prepared in this size" in html
    assert "Try again" in html


def test_batches_for_the_share_sheet_name_twenty_photos_at_a_time(
    shared: Make, django_assert_max_num_queries: Any
) -> None:
    share = shared(download="web")
    for number in range(22):
        PlacementFactory.create(album=share.album, photo=real_photo(share.album, f"M_{number:02}.JPG"))
    address = reverse("sharing:download_batch", args=[share.token])
    with django_assert_max_num_queries(20):
        first = Client().get(address, {"number": "1", "what": "all", "size": "web"}).json()
    second = Client().get(address, {"number": "2", "what": "all", "size": "web"}).json()
    assert (first["total"], len(first["photos"]), len(second["photos"])) == (25, 20, 5)
    assert first["photos"][0]["name"].endswith(".webp")
    assert Client().get(first["photos"][0]["url"]).status_code == 200
    assert Client().get(address, {"number": "0"}).status_code == 404
    assert Client().get(address, {"number": "x"}).status_code == 404
    assert Client().get(address, {"number": "9999"}).json()["photos"] == []


def test_a_preview_of_the_studio_counts_nothing(shared: Make, alice: Client) -> None:
    share = shared(download="original", download_limit=3)
    begun = alice.post(reverse("sharing:view_as", args=[share.studio.slug, share.album.pk, share.link.pk]))
    assert begun.status_code == 303
    assert alice.get(reverse("sharing:archive", args=[share.token])).status_code == 403
    assert alice.get(share.url("download", share.photos[0])).status_code == 200
    assert rows(share, TakenPhoto) == []
    assert not [row for row in rows(share, Activity) if row.kind == "downloaded"]


def test_many_sections_cost_no_more_statements(shared: Make, django_assert_max_num_queries: Any) -> None:
    share = shared(download="original")
    for number in range(12):
        section = SectionFactory.create(album=share.album, title=f"Set {number}", rank=number + 2)
        PlacementFactory.create(
            album=share.album,
            photo=real_photo(share.album, f"S_{number}.JPG"),
            section=section,
            section_rank=number + 2,
        )
    with django_assert_max_num_queries(25):
        page(share)
    assert len(rows(share, Rendition)) > 30


def test_many_lists_cost_no_more_statements_and_are_counted_by_what_is_shown(shared: Make) -> None:
    share = shared(download="original", may_favourite=True)
    visitor = visitor_of(share, 0, 1)

    def more(*photos: int, title: str) -> None:
        with acting_in(share.studio):
            row = Selection(studio=share.studio, shown_id=share.album.pk, visitor=visitor, title=title)
            row.save(force_insert=True)
            for number in photos:
                Pick(studio=share.studio, selection=row, photo=share.photos[number]).save(force_insert=True)

    def shown() -> tuple[dict[str, str], int]:
        with CaptureQueriesContext(connection) as queries:
            found = choices(page(share, known_as(share, visitor)))
        return found, len(queries)

    more(1, 2, title="Walls")
    # The first visit by a token looks for its studio.
    page(share, known_as(share, visitor))
    found, before = shown()
    assert found["Walls"] == "2 photos"
    for number in range(6):
        more(number % 3, title=f"List {number}")
    more(title="Nothing yet")
    with acting_in(share.studio):
        Placement.objects.for_studio(share.studio).filter(photo=share.photos[2]).update(is_hidden=True)
    found, after = shown()
    assert found["Walls"] == "1 photo"
    assert "List 0" in found
    assert not {"List 2", "Nothing yet"} & set(found)
    assert after == before
