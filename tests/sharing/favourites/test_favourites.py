"""Favourites over HTTP: hearts on tiles and in JSON, the filter, the page that sends, strangers."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.stream import GUEST_PAGE
from apps.sharing.access import known as access_known
from apps.sharing.favourites import list_context
from apps.sharing.gallery import kept_pages
from apps.sharing.links import lifecycle
from apps.sharing.models import Activity, Pick, Selection, ShareLink, Work
from tests.albums.bulk import fill
from tests.factories import AlbumFactory, PlacementFactory
from tests.sharing.conftest import Make, Share
from tests.sharing.favourites.conftest import JSON, Come, known
from tests.sharing.gallery.test_gallery import Nodes

pytestmark = pytest.mark.django_db


def picks(share: Share) -> set[Any]:
    with acting_in(share.studio):
        return set(Pick.objects.for_studio(share.studio).values_list("photo_id", flat=True))


def hearts(html: str) -> list[str]:
    """`aria-pressed` of each tile's heart."""
    return re.findall(r'<button class="heart"[^>]* aria-pressed="(\w+)"', html)


def tiles(html: str) -> list[str]:
    return re.findall(r'id="p-([0-9a-f-]{36})"', html)


def test_a_heart_answers_with_the_true_counter(come: Come) -> None:
    ada = come(maximum=30)
    answer = ada.heart(0)
    assert answer.status_code == 200
    assert answer.json() == {"on": True, "count": 1, "maximum": 30, "list": str(ada.list().pk)}
    assert ada.heart(0, on=False).json()["count"] == 0


def test_two_tabs_end_with_what_was_last_wanted(come: Come) -> None:
    ada = come()
    other_tab = known(ada.share, client=Client())
    ada.heart(0)
    assert other_tab.heart(1).json()["count"] == 2
    # This tab does not know of the other's heart, and does not undo it.
    assert ada.heart(0).json()["count"] == 2
    state = ada.client.get(
        ada.url("favourites_state"), {"ids": ",".join(str(photo.pk) for photo in ada.share.photos)}
    ).json()
    assert state["on"] == [str(photo.pk) for photo in ada.share.photos[:2]]
    assert (state["count"], state["maximum"], state["sent"]) == (2, None, False)


def test_without_scripts_a_heart_leads_back_to_the_photo(come: Come) -> None:
    ada = come()
    photo = ada.share.photos[1]
    page = ada.url("gallery") + "?after=x"
    answer = ada.client.post(ada.url("favourite", photo.pk), {"on": "1", "next": page})
    assert (answer.status_code, answer["Location"]) == (303, f"{page}#p-{photo.pk}")
    away = ada.client.post(ada.url("favourite", photo.pk), {"on": "1", "next": "//evil.example/"})
    assert away["Location"] == f"{ada.url('gallery')}#p-{photo.pk}"
    assert hearts(ada.page("gallery")) == ["false", "true", "false"]


def test_nobody_is_asked_who_they_are(come: Come) -> None:
    ada = come()
    stranger, path = Client(), ada.url("favourite", ada.share.photos[0].pk)
    scripted = stranger.post(path, {"on": "1"}, headers=JSON)
    assert scripted.status_code == 409
    assert scripted.json()["code"] == "who"
    plain = stranger.post(path, {"on": "1"})
    assert plain.status_code == 303
    assert plain["Location"].startswith(ada.url("who"))
    assert picks(ada.share) == set()


def test_a_link_without_the_right_shows_no_hearts_and_takes_none(come: Come) -> None:
    ada = come(rights=False)
    html = ada.page("gallery")
    assert hearts(html) == []
    assert "favourites" not in html
    assert ada.heart(0).status_code == 403
    for name in ("favourites", "favourites_state"):
        assert ada.client.get(ada.url(name)).status_code == 403
    assert len(tiles(ada.page("gallery", "?only=favourites"))) == 3
    assert picks(ada.share) == set()


def test_a_deed_is_no_page(come: Come) -> None:
    ada = come()
    assert ada.client.get(ada.url("favourite", ada.share.photos[0].pk)).status_code == 405
    assert ada.client.get(ada.url("list_send", uuid4())).status_code == 405


def test_a_heart_needs_a_csrf_token(come: Come) -> None:
    ada = come()
    strict = known(ada.share, client=Client(enforce_csrf_checks=True))
    assert strict.heart(0).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', strict.page("gallery"))
    assert token
    assert strict.heart(0, csrfmiddlewaretoken=token.group(1)).status_code == 200


def test_a_hidden_photo_is_unknown(come: Come) -> None:
    ada = come()
    with acting_in(ada.share.studio):
        ada.share.album.placements.filter(photo=ada.share.photos[0]).update(is_hidden=True)
    assert ada.heart(0).status_code == 404


def test_a_visitor_of_another_album_is_nobody_here(come: Come, shared: Make) -> None:
    ada = come()
    ada.heart(0)
    theirs = shared()
    with acting_in(theirs.studio):
        ShareLink.objects.for_studio(theirs.studio).update(may_favourite=True)
    # Ada's cookie under the other album's name, and her list and photo with the other link.
    ada.client.cookies[access_known.COOKIE.name(theirs.album.pk)] = ada.client.cookies[
        access_known.COOKIE.name(ada.share.album.pk)
    ].value
    path = reverse("sharing:favourite", args=[theirs.token, theirs.photos[0].pk])
    assert ada.client.post(path, {"on": "1"}, headers=JSON).status_code == 409
    ben = known(theirs, "ben@example.com")
    foreign = ben.client.post(
        reverse("sharing:favourite", args=[theirs.token, ada.share.photos[1].pk]), {"on": "1"}, headers=JSON
    )
    assert foreign.status_code == 404
    assert ben.heart(0, list=str(ada.list().pk)).status_code == 404
    for deed in ("list_choose", "list_rename", "list_delete", "list_send", "list_reopen", "list_more"):
        answer = ben.client.post(ben.url(deed, ada.list().pk), {"title": "harmed", "note": "harmed"})
        assert answer.status_code == 404, deed
    assert ben.client.get(ben.url("favourites_state"), {"list": str(ada.list().pk)}).json()["count"] == 0
    assert picks(ada.share) == {ada.share.photos[0].pk}


def test_another_studios_visitor_is_nobody_here(come: Come, south: Studio, charlie_user: User) -> None:
    ada = come()
    ada.heart(0)
    album = AlbumFactory.create(studio=south)
    photo = PlacementFactory.create(album=album).photo
    with acting_in(south):
        link, token = lifecycle.create(album, by=charlie_user, label="theirs", password=None)
        ShareLink.objects.for_studio(south).filter(pk=link.pk).update(may_favourite=True)
    eve = known(Share(south, album, [photo], link, token), "eve@example.com", ada.client)
    assert eve.heart(0, list=str(ada.list().pk)).status_code == 404
    assert eve.client.post(eve.url("favourite", ada.share.photos[1].pk), {"on": "1"}).status_code == 404
    assert eve.client.post(eve.url("list_reopen", ada.list().pk)).status_code == 404
    assert picks(ada.share) == {ada.share.photos[0].pk}


def test_the_limit_is_told_to_scripts_and_to_people(come: Come) -> None:
    ada = come(maximum=1)
    ada.heart(0)
    refused = ada.heart(1)
    assert (refused.status_code, refused.json()["code"], refused.json()["maximum"]) == (409, "full", 1)
    page = ada.client.post(ada.url("favourite", ada.share.photos[1].pk), {"on": "1"})
    assert page.status_code == 422
    html = page.content.decode()
    assert "You’ve chosen your 1 photo." in html
    assert "Remove one" in html
    assert ada.url("list_more", ada.list().pk) in html


def test_a_sent_list_is_locked_and_says_when_it_went(come: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = come()
    ada.heart(0)
    sent = ada.client.post(ada.url("list_send", ada.list().pk), {"note": "On <b>paper</b>"})
    assert sent.status_code == 303
    with acting_in(ada.share.studio):
        Selection.objects.for_studio(ada.share.studio).update(sent_at=datetime(2026, 10, 3, 12, 2, tzinfo=UTC))
        ada.share.studio.time_zone = "Europe/Vienna"
        ada.share.studio.save(update_fields=["time_zone"])
    html = ada.client.get(sent["Location"]).content.decode()
    assert "Sent on 3 Oct, 14:02." in html
    assert "On &lt;b&gt;paper&lt;/b&gt;" in html
    assert hearts(html) == []
    assert "Selected" in html
    assert (ada.heart(1).status_code, ada.heart(1).json()["code"]) == (409, "locked")
    assert ada.client.post(ada.url("list_reopen", ada.list().pk)).status_code == 303
    assert ada.heart(1).status_code == 200


def test_the_client_follows_the_studios_work(come: Come) -> None:
    ada = come()
    for number in range(3):
        ada.heart(number)
    ada.client.post(ada.url("list_send", ada.list().pk))
    with acting_in(ada.share.studio):
        for number, work in ((0, Work.EDITING), (1, Work.READY)):
            Pick.objects.for_studio(ada.share.studio).filter(photo=ada.share.photos[number]).update(work=work)
    html = ada.page()
    assert re.findall(r'</a><span class="work work--(\w+)">', html) == ["editing", "ready", "selected"]
    assert "1 · In edit" in html


def test_what_was_typed_stays_when_a_list_cannot_be_sent(come: Come) -> None:
    ada = come(minimum=2)
    ada.heart(0)
    answer = ada.client.post(ada.url("list_send", ada.list().pk), {"note": "Zqx note"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Choose 1 more photo to send this list." in html
    assert "Zqx note</textarea>" in html
    assert not ada.list().is_sent


def test_lists_are_made_chosen_renamed_and_deleted(come: Come) -> None:
    ada = come()
    ada.heart(0)
    made = ada.client.post(ada.url("list_create"), {"title": "For the wall"})
    assert made.status_code == 303
    wall = made["Location"].partition("list=")[2]
    # The new list is the active one now: hearts go to it.
    assert ada.heart(1).json()["list"] == wall
    assert hearts(ada.page("gallery")) == ["false", "true", "false"]
    chosen = ada.client.post(ada.url("list_choose", ada.list().pk), {"next": ada.url("gallery")})
    assert chosen["Location"] == ada.url("gallery")
    assert hearts(ada.page("gallery")) == ["true", "false", "false"]
    taken = ada.client.post(ada.url("list_rename", wall), {"title": "For the album"})
    assert taken.status_code == 422
    assert "You already have a list with this name." in taken.content.decode()
    assert ada.client.post(ada.url("list_rename", wall), {"title": "<i>Grandma"}).status_code == 303
    assert "&lt;i&gt;Grandma" in ada.page()
    assert ada.client.post(ada.url("list_delete", wall)).status_code == 303
    assert "Grandma" not in ada.page()
    # A browser that remembers a list which is gone goes on with the first.
    assert list_context.COOKIE.name(ada.share.album.pk) in ada.client.cookies
    assert ada.heart(2).json()["list"] == str(ada.list().pk)


def test_asking_for_more_is_confirmed(come: Come) -> None:
    ada = come(maximum=1)
    ada.heart(0)
    path = ada.url("list_more", ada.list().pk)
    assert ada.client.post(path, headers=JSON).json() == {"asked": True}
    page = ada.client.get(ada.client.post(path)["Location"]).content.decode()
    assert "We’ve asked North Light" in page


def test_the_filter_shows_favourites_alone_with_their_sections(come: Come) -> None:
    ada = come(maximum=30)
    ada.heart(2)
    html = ada.page("gallery", "?only=favourites")
    assert tiles(html) == [str(ada.share.photos[2].pk)]
    assert "Zqx ceremony <small>1 photo</small>" in html
    assert "1 of 30" in html
    assert 'data-total="1"' in html


@pytest.mark.parametrize("is_known", [True, False])
def test_an_empty_filter_says_what_to_do(come: Come, is_known: bool) -> None:
    ada = come()
    client = ada.client if is_known else Client()
    html = client.get(ada.url("gallery") + "?only=favourites").content.decode()
    assert tiles(html) == []
    assert "No favourites yet. Tap the heart on a photo you like." in html
    page = client.get(ada.url("favourites")).content.decode()
    assert "No favourites yet. Tap the heart on a photo you like." in page


def test_the_filter_goes_on_over_pages(north: Studio, alice_user: User) -> None:
    album = AlbumFactory.create(studio=north)
    fill(album, 100)
    with acting_in(north):
        link, token = lifecycle.create(album, by=alice_user, label="all")
        ShareLink.objects.for_studio(north).update(may_favourite=True)
        wanted = list(album.placements.in_order().values_list("photo_id", flat=True)[10:70])
    ada = known(Share(north, album, [], link, token))
    with acting_in(north):
        selection = Selection(studio=north, shown_id=album.pk, visitor=ada.visitor, title="Mine")
        selection.save()
        for photo_id in wanted:
            Pick(studio=north, selection=selection, photo_id=photo_id).save()
    for start in (ada.url("gallery") + "?only=favourites", ada.url("favourites")):
        seen, page = [], start
        while page:
            html = ada.client.get(page).content.decode()
            seen += tiles(html)
            more = re.search(r'id="more"[^>]* href="([^"]+)"', html)
            page = more.group(1).replace("&amp;", "&") if more else ""
        assert seen == [str(one) for one in wanted]


def test_an_address_with_nonsense_is_no_error(come: Come) -> None:
    ada = come()
    for query in ("?list=x", "?list=%00", "?after=x", "?ids=,,x", f"?list={uuid4()}"):
        assert ada.client.get(ada.url("favourites") + query).status_code == 200
        assert ada.client.get(ada.url("favourites_state") + query).status_code == 200
    many = ",".join(str(uuid4()) for _ in range(300))
    assert ada.client.get(ada.url("favourites_state"), {"ids": many}).json()["on"] == []


def test_one_photos_page_has_a_heart_without_scripts(come: Come) -> None:
    ada = come()
    photo = ada.share.photos[0]
    path = ada.share.url("photo", photo)
    assert 'aria-pressed="false"' in ada.client.get(path).content.decode()
    ada.client.post(ada.url("favourite", photo.pk), {"on": "1", "next": path})
    assert 'aria-pressed="true"' in ada.client.get(path).content.decode()


def test_what_was_done_is_written_down_with_the_device(come: Come) -> None:
    ada = come()
    ada.client.post(
        ada.url("favourite", ada.share.photos[0].pk), {"on": "1"}, headers={"User-Agent": "iPhone Mobile Safari"}
    )
    with acting_in(ada.share.studio):
        row = Activity.objects.for_studio(ada.share.studio).get(kind="favourite")
    assert (row.visitor_id, row.photo_id, row.device) == (ada.visitor.pk, ada.share.photos[0].pk, "Phone, Safari")
    assert json.dumps(row.detail)


def test_a_heart_takes_five_exchanges(come: Come, django_assert_max_num_queries: Any) -> None:
    """The link, the person, the locked list, what it holds, and all that is written."""
    ada = come(maximum=30)
    ada.heart(0)
    for on in (True, False):
        # Within a test's own transaction each wall is built and torn down by statements; else they go with others.
        with django_assert_max_num_queries(5 + 4):
            assert ada.heart(1, on=on).json()["count"] == 1 + on


@pytest.mark.usefixtures("may_analyze")
@pytest.mark.parametrize("favourites", [1, 500])
def test_hearts_cost_one_query_however_many_there_are(
    north: Studio, alice_user: User, favourites: int, django_assert_max_num_queries: Any
) -> None:
    album = AlbumFactory.create(studio=north)
    fill(album, 600)
    with acting_in(north):
        link, token = lifecycle.create(album, by=alice_user, label="all")
    share = Share(north, album, [], link, token)
    ada = known(share)

    def queries(client: Client) -> list[str]:
        client.get(ada.url("gallery"))
        kept_pages.clear()
        with django_assert_max_num_queries(16) as asked:
            html = client.get(ada.url("gallery")).content
        nodes = Nodes()
        nodes.feed(html.decode())
        assert nodes.count <= 1_500
        assert len(html) <= 60_000
        assert len(gzip.compress(html)) <= 12_000
        assert len(tiles(html.decode())) == GUEST_PAGE
        return [query["sql"] for query in asked.captured_queries]

    without, as_ada = queries(Client()), queries(ada.client)
    with acting_in(north):
        ShareLink.objects.for_studio(north).update(may_favourite=True)
        selection = Selection(studio=north, shown_id=album.pk, visitor=ada.visitor, title="Mine")
        selection.save()
        Pick.objects.for_studio(north).bulk_create(
            Pick(studio=north, selection=selection, photo_id=photo_id)
            for photo_id in album.placements.in_order().values_list("photo_id", flat=True)[:favourites]
        )
    # Somebody unknown is told which list a first heart goes to.
    assert len(queries(Client())) == len(without) + 1
    mine = queries(ada.client)
    assert len(mine) == len(as_ada) + 1
    assert len([one for one in mine if "sharing_pick" in one]) == 1
