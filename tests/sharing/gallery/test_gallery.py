"""The gallery as a client reads it: order, sections, pages, one photo, budgets at any size."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.albums.stream import GUEST_PAGE
from apps.sharing.links import lifecycle
from tests.albums.bulk import fill
from tests.amounts import amount
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory
from tests.markup import tight
from tests.sharing.conftest import Make, real_photo

pytestmark = pytest.mark.django_db


class Nodes(HTMLParser):
    """Counts elements."""

    count = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.count += 1


def big(studio: Studio, by: User, photos: int) -> tuple[Album, str]:
    """An album with two sections and many photos, and the address of its gallery."""
    album = AlbumFactory.create(studio=studio, title="Big")
    for rank in (1, 2):
        SectionFactory.create(album=album, rank=rank, title=f"Part {rank}")
    fill(album, photos, sections=(0, 1, 2))
    with acting_in(studio):
        _, token = lifecycle.create(album, by=by, label="all", download="web")
    return album, f"/g/{token}/"


def photos_of(html: str) -> list[str]:
    return re.findall(r'id="p-([0-9a-f-]{36})"', html)


def next_of(html: str) -> str:
    found = re.search(r'id="more"[^>]* href="([^"]+)"', html)
    return found.group(1) if found else ""


def test_the_first_answer_shows_title_sections_and_photos(shared: Make) -> None:
    share = shared()
    html = Client().get(share.url()).content.decode()
    assert "Zqx wedding" in html
    assert "Zqx words" in html
    assert "Zqx ceremony <small>3 photos</small>" in html
    assert photos_of(html) == [str(photo.pk) for photo in share.photos]
    # The cover alone: asked for in the head, and where it stands. The photos below it wait until the page stands.
    assert 'loading="eager"' not in html
    assert html.count('fetchpriority="high"') == 2
    assert share.studio.name in html


@pytest.mark.parametrize("with_script", [True, False])
def test_every_photo_comes_once_and_in_order(north: Studio, alice_user: User, with_script: bool) -> None:
    album, address = big(north, alice_user, 130)
    client, seen, page = Client(), [], address
    headings: list[tuple[str, str]] = []
    while page:
        headers = {"HX-Request": "true"} if with_script and page != address else {}
        html = client.get(page, headers=headers).content.decode()
        assert ("<html" in html) == (not headers)
        seen += photos_of(html)
        headings += re.findall(r'<h2 class="set" id="s-[^"]+">(Part \d) <small>(\d+)', html)
        page = next_of(html)
    with acting_in(north):
        wanted = [str(pk) for pk in album.placements.in_order().values_list("photo_id", flat=True)]
    assert seen == wanted
    assert headings == [("Part 1", "43"), ("Part 2", "43")]


def test_a_section_starts_where_its_chip_says(north: Studio, alice_user: User) -> None:
    album, address = big(north, alice_user, 130)
    html = Client().get(address).content.decode()
    chips = re.findall(r'class="chip" href="(\?section=[^"#]+)#s-', html)
    assert len(chips) == 2
    second = Client().get(address + chips[1]).content.decode()
    assert second.index("Part 2 <small>") < second.index('class="t ')
    with acting_in(north):
        first = album.placements.filter(section_rank=2).order_by("sort_key").values_list("photo_id", flat=True)[0]
    assert photos_of(second)[0] == str(first)
    assert 'data-first="87"' in second
    assert f'href="{address}"' in second


def test_a_link_to_one_photo_opens_its_page(north: Studio, alice_user: User) -> None:
    album, address = big(north, alice_user, 130)
    with acting_in(north):
        wanted = album.placements.in_order().values_list("photo_id", flat=True)[100]
    html = Client().get(f"{address}?photo={wanted}").content.decode()
    assert str(wanted) in photos_of(html)
    assert len(photos_of(html)) == GUEST_PAGE


@pytest.mark.parametrize(
    "query", ["?after=junk", "?photo=junk", "?section=junk", "?after=", "?photo=%00", "?after=" + "x" * 3000]
)
def test_an_old_or_broken_bookmark_leads_to_the_start(shared: Make, query: str) -> None:
    share = shared()
    response = Client().get(share.url() + query)
    assert response.status_code == 200
    assert photos_of(response.content.decode()) == [str(photo.pk) for photo in share.photos]


def test_a_cursor_of_another_album_shows_nothing_of_it(north: Studio, alice_user: User, shared: Make) -> None:
    _, address = big(north, alice_user, 60)
    foreign = next_of(Client().get(address).content.decode()).partition("?")[2]
    share = shared()
    html = Client().get(f"{share.url()}?{foreign}").content.decode()
    assert photos_of(html) == [str(photo.pk) for photo in share.photos]


def test_one_photo_knows_its_neighbours(shared: Make) -> None:
    share = shared(download="web")
    html = Client().get(share.url("photo", share.photos[1])).content.decode()
    assert "2 of 3" in html
    assert share.url("photo", share.photos[0]) in html
    assert share.url("photo", share.photos[2]) in html
    assert share.url("download", share.photos[1]) in html
    assert f"{share.url()}?photo={share.photos[1].pk}#p-{share.photos[1].pk}" in html
    ends = Client().get(share.url("photo", share.photos[0])).content.decode()
    assert 'rel="prev"' not in ends


def test_a_section_without_a_photo_for_clients_is_not_named(shared: Make) -> None:
    share = shared()
    section = SectionFactory.create(album=share.album, title="Zqx boudoir", rank=2)
    photo = real_photo(share.album, "ZQX_8.JPG")
    PlacementFactory.create(album=share.album, photo=photo, section=section, section_rank=2, is_hidden=True)
    assert "boudoir" not in Client().get(share.url()).content.decode()


def test_an_empty_gallery_says_so(shared: Make) -> None:
    share = shared()
    with acting_in(share.studio):
        share.album.placements.all().delete()
    html = Client().get(share.url()).content.decode()
    assert "No photos yet" in html


def test_g34_hostile_words_are_only_words(shared: Make) -> None:
    share = shared(download="web")
    evil = '"><script>alert(1)</script>'
    photo = real_photo(share.album, f"{evil}.jpg", caption=evil)
    PlacementFactory.create(album=share.album, photo=photo)
    with acting_in(share.studio):
        share.album.title = share.album.description = evil
        share.album.save(update_fields=["title", "description"])
    for path in (share.url(), share.url("photo", photo)):
        assert "<script>alert" not in Client().get(path).content.decode()


def test_g60_a_guest_page_asks_no_other_site_and_runs_nothing_inline(shared: Make) -> None:
    share = shared(download="original")
    for path in (share.url(), share.url("photo", share.photos[0])):
        response = Client().get(path)
        html = response.content.decode()
        assert "unsafe-inline" not in response["Content-Security-Policy"]
        assert not re.search(r'(src|href|action)="(https?:)?//', html)
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)
        assert not re.search(r"\son\w+=|\sstyle=", html)


def test_g52_a_guest_page_tells_nothing_of_the_camera(shared: Make) -> None:
    share = shared(download="original")
    photo = real_photo(
        share.album, "ZQX_9.JPG", facts={"latitude": 48.2, "make": "Zqxcam"}, keywords=["zqxword"], rating=4
    )
    PlacementFactory.create(album=share.album, photo=photo)
    for path in (share.url(), share.url("photo", photo)):
        html = Client().get(path).content.decode().lower()
        assert "zqxcam" not in html
        assert "zqxword" not in html
        assert "48.2" not in html


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.usefixtures("may_analyze")
@pytest.mark.parametrize("photos", [200, amount(suite=2_000, long=10_000)])
def test_the_first_page_costs_the_same_at_any_size(
    north: Studio, alice_user: User, photos: int, django_assert_max_num_queries: Any
) -> None:
    _, address = big(north, alice_user, photos)
    client = Client()
    client.get(address)
    with django_assert_max_num_queries(13) as asked:
        html = client.get(address).content
    nodes = Nodes()
    nodes.feed(html.decode())
    assert len(photos_of(html.decode())) == GUEST_PAGE
    assert len(html) <= 60_000
    assert nodes.count <= 1_500
    assert len([query for query in asked.captured_queries if "albums_" in query["sql"]]) <= 5


def test_each_of_several_sections_leads_to_its_own_download_if_the_link_gives_any(shared: Make) -> None:
    alone, share = shared(download="web"), shared(download="web")
    assert "set__take" not in Client().get(alone.url()).content.decode()
    party = SectionFactory.create(album=share.album, title='Party <b>"', rank=2)
    PlacementFactory.create(album=share.album, section=party, section_rank=2, sort_key="9")
    html = Client().get(share.url()).content.decode()
    assert html.count('class="set__take') == 2
    address = f"{share.url('downloads')}?what=section%3A{party.pk}"
    assert f'href="{address}" aria-label="Download Party &lt;b&gt;&quot;"' in html
    assert 'aria-current="true"><b>Party &lt;b&gt;' in tight(Client().get(address).content)
    share.change(download="none")
    assert "set__take" not in Client().get(share.url()).content.decode()
