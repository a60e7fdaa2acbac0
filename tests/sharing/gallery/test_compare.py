"""Photos side by side: which ones, what a guest may do there, what the page holds without scripts."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, Stack
from tests.factories import PlacementFactory
from tests.markup import tight
from tests.sharing.conftest import Make, Share, real_photo
from tests.sharing.known import address, allowing, another_link, known

pytestmark = pytest.mark.django_db


def url(share: Share, *photos: object) -> str:
    return f"{address(share, 'compare')}?" + "&".join(f"photo={getattr(one, 'pk', one)}" for one in photos)


def panes(client: Client, share: Share, *photos: object) -> list[str]:
    response = client.get(url(share, *photos))
    assert response.status_code == 200
    return re.findall(r'data-pane="([0-9a-f-]{36})"', response.content.decode())


def ids(photos: list[Photo]) -> list[str]:
    return [str(photo.pk) for photo in photos]


def test_photos_stand_in_the_order_chosen_and_once(shared: Make) -> None:
    share = allowing(shared)
    first, second, third = share.photos
    assert panes(Client(), share, third, first, third, "junk", second) == ids([third, first, second])


def test_four_photos_are_the_most(shared: Make) -> None:
    share = allowing(shared)
    more = [real_photo(share.album, f"MORE_{number}.JPG") for number in range(2)]
    for photo in more:
        PlacementFactory.create(album=share.album, photo=photo)
    html = Client().get(url(share, *share.photos, *more)).content.decode()
    assert re.findall(r'data-pane="([0-9a-f-]{36})"', html) == ids([*share.photos, more[0]])
    assert "The others are not shown" in html


def test_one_photo_or_none_asks_for_more(shared: Make) -> None:
    share = allowing(shared)
    for chosen in ((), (share.photos[0],), ("junk",)):
        assert "Choose two to four photos" in Client().get(url(share, *chosen)).content.decode()


def test_what_a_guest_may_not_see_is_not_compared(shared: Make) -> None:
    share = allowing(shared)
    with acting_in(share.studio):
        share.album.placements.filter(photo=share.photos[0]).update(is_hidden=True)
        share.album.placements.filter(photo=share.photos[1]).update(is_withheld=True)
    assert panes(Client(), share, *share.photos) == ids(share.photos[2:])
    assert Client().get(url(share, share.photos[0], uuid4())).status_code == 404
    main = another_link(share, is_main=True)
    assert panes(Client(), main, *share.photos) == ids(share.photos[1:])


def test_only_what_the_link_allows_can_be_done(shared: Make) -> None:
    share = allowing(shared, may_favourite=False, may_rate=False, may_comment=False)
    html = Client().get(url(share, *share.photos)).content.decode()
    assert "<form" not in html
    assert address(share, "panel", share.photos[0].pk) not in html
    everything = another_link(share, may_favourite=True, may_rate=True, may_comment=True)
    html = Client().get(url(everything, *share.photos)).content.decode()
    for photo in share.photos:
        assert f'action="{address(everything, "mark", photo.pk)}"' in html
        assert f'action="{address(everything, "favourite", photo.pk)}"' in html
        assert f'href="{address(everything, "panel", photo.pk)}"' in html


def test_without_scripts_a_mark_comes_back_to_the_comparison(shared: Make) -> None:
    share = allowing(shared, may_rate=True)
    client, here = known(share), url(share, *share.photos[:2])
    html = client.get(here).content.decode()
    assert f'name="next" value="{here.replace("&", "&amp;")}"' in html
    for photo in share.photos[:2]:
        assert f'href="{share.url("photo", photo)}"' in html
    answer = client.post(address(share, "mark", share.photos[1].pk), {"verdict": "approved", "next": here})
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    html = tight(client.get(here).content)
    assert html.count('data-is="approved" aria-pressed="true"') == 1


def test_names_and_captions_never_run(shared: Make) -> None:
    share = allowing(shared, may_comment=True)
    evil = "<script>alert(1)</script>"
    photo = real_photo(share.album, f'"{evil}.jpg', caption=f'"{evil}')
    PlacementFactory.create(album=share.album, photo=photo)
    for page in (url(share, share.photos[0], photo), address(share, "panel", photo.pk)):
        html = Client().get(page).content.decode()
        assert "&lt;script&gt;" in html
        assert evil not in html


def test_three_photos_cost_as_many_queries_as_two(shared: Make) -> None:
    share = allowing(shared, may_rate=True, may_favourite=True)
    client = known(share)
    costs = []
    for number in (2, 3):
        with CaptureQueriesContext(connection) as seen:
            panes(client, share, *share.photos[:number])
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 20


def test_one_photo_of_a_stack_is_compared_with_its_frames_and_swapped_with_one_tap(shared: Make) -> None:
    share = allowing(shared, may_favourite=True)
    first, second, third = share.photos
    with acting_in(share.studio):
        stack = Stack(studio=share.studio, kind="burst")
        stack.save(force_insert=True)
        Photo.objects.for_studio(share.studio).filter(pk__in=[first.pk, second.pk]).update(stack=stack)
    client, here = known(share), url(share, second)
    assert panes(client, share, second) == ids([second, first])
    assert panes(client, share, third) == ids([third])
    assert client.post(address(share, "favourite", first.pk), {"on": "1"}).status_code == 303
    html = client.get(here).content.decode()
    swap = address(share, "swap", second.pk)
    assert html.count("data-swap") == html.count(f'action="{swap}"') == 1
    assert "data-swap" not in client.get(url(share, first, third)).content.decode()
    answer = client.post(swap, {"next": here})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}#p-{second.pk}")
    html = client.get(here).content.decode()
    assert f'action="{address(share, "swap", first.pk)}"' in html
    assert f'action="{swap}"' not in html
