"""A studio's public page: off until it is switched on, and it tells of no gallery that it does not show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.gallery import pictures
from apps.sharing.links import lifecycle, public_page
from apps.sharing.models import ShareLink
from apps.web.refusal import Unsuitable
from tests.factories import AlbumFactory
from tests.markup import tight
from tests.sharing.conftest import PASSWORD, Make, Share, fetch

pytestmark = pytest.mark.django_db
PAGE = "/p/north/"


@pytest.fixture
def on(north: Studio, alice_user: User) -> Studio:
    """A studio whose public page is on."""
    with acting_in(north):
        public_page.switch(north, True, by=alice_user)
    return north


def opened(share: Share, by: User) -> str:
    """Open the gallery to everybody; its readable address."""
    with acting_in(share.studio):
        link = public_page.open_up(share.album, by=by)
    return f"/g/north.{link.slug}/"


def locked(share: Share, by: User) -> None:
    with acting_in(share.studio):
        lifecycle.change(share.link, by=by, password=PASSWORD, is_main=True)
        public_page.list_locked(share.album, by=by)


def html(**headers: Any) -> str:
    answer = Client().get(PAGE, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_that_is_off_is_no_different_from_a_studio_that_is_not_there(north: Studio) -> None:
    off, unknown = Client().get(PAGE), Client().get("/p/nowhere/")
    assert (off.status_code, unknown.status_code) == (404, 404)
    assert off.content == unknown.content
    assert off["X-Robots-Tag"] == "noindex, nofollow"


def test_an_open_gallery_shows_its_title_date_and_cover_and_never_a_token(
    shared: Make, on: Studio, alice_user: User
) -> None:
    share = shared()
    address = opened(share, alice_user)
    client = Client()
    page = client.get(PAGE)
    text = page.content.decode()
    assert "Zqx wedding" in text
    assert f'href="{address}"' in text
    assert f'src="{address}preview/"' in text
    assert "X-Robots-Tag" not in page.headers
    assert client.get(f"{address}preview/").status_code == 200
    gallery = client.get(address)
    assert gallery.status_code == 200
    with acting_in(on):
        tokens = [link.token for link in ShareLink.objects.for_studio(on)]
    assert len(tokens) == 2
    for body in (text, gallery.content.decode()):
        assert [token for token in tokens if token in body] == []


def test_a_locked_gallery_shows_its_title_alone(shared: Make, on: Studio, alice_user: User) -> None:
    share = shared()
    with acting_in(on):
        Album.objects.for_studio(on).filter(pk=share.album.pk).update(event_date="2026-05-04")
    locked(share, alice_user)
    text = html()
    assert "Password required" in text
    assert "2026" not in text
    assert "preview/" not in text
    assert f"/g/north.{share.album.slug}/" in text
    assert "Zqx words" not in text


def _draft(share: Share) -> None:
    Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(state=AlbumState.DRAFT)


def _archived(share: Share) -> None:
    Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(state=AlbumState.ARCHIVED)


def _trashed(share: Share) -> None:
    Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(trashed_at=timezone.now())


def _revoked(share: Share) -> None:
    ShareLink.objects.for_studio(share.studio).update(revoked_at=timezone.now())


def _expired(share: Share) -> None:
    ShareLink.objects.for_studio(share.studio).update(expires_at=timezone.now() - timedelta(seconds=1))


def _hidden(share: Share) -> None:
    public_page.show(share.album, False, by=share.link.created_by)  # type: ignore[arg-type]


def _unnamed(share: Share) -> None:
    ShareLink.objects.for_studio(share.studio).update(slug="")


@pytest.mark.parametrize("how", [opened, locked])
@pytest.mark.parametrize("deed", [_draft, _archived, _trashed, _revoked, _expired, _hidden, _unnamed])
def test_what_is_not_shown_is_not_told(shared: Make, on: Studio, alice_user: User, how: Any, deed: Any) -> None:
    share = shared()
    how(share, alice_user)
    assert "Zqx wedding" in html()
    with acting_in(on):
        deed(share)
    assert "Zqx " not in html()


def test_a_link_that_is_not_the_client_s_own_puts_no_gallery_on_the_page(shared: Make, on: Studio) -> None:
    shared(slug="florist", password=PASSWORD)
    assert "Zqx " not in html()
    assert "florist" not in html()


@pytest.mark.django_db(transaction=True)
def test_the_readable_address_without_a_password_opens_only_while_the_page_shows_it(
    shared: Make, on: Studio, alice_user: User
) -> None:
    share = shared()
    address = opened(share, alice_user)
    guest = Client()
    assert guest.get(address).status_code == 200
    picture = share.picture()
    assert fetch(guest, picture).status == 200
    with acting_in(on):
        public_page.show(share.album, False, by=alice_user)
    assert guest.get(address).status_code == 404
    # A right is remembered for some seconds.
    pictures.RIGHTS.clear()
    assert fetch(guest, picture).status == 404
    with acting_in(on):
        public_page.show(share.album, True, by=alice_user)
    assert guest.get(address).status_code == 200
    with acting_in(on):
        public_page.switch(on, False, by=alice_user)
    assert guest.get(address).status_code == 404
    # A right is remembered for some seconds.
    pictures.RIGHTS.clear()
    assert fetch(guest, picture).status == 404


def test_a_link_for_everybody_can_be_changed_but_never_become_the_client_s(
    shared: Make, on: Studio, alice_user: User
) -> None:
    share = shared()
    with acting_in(on):
        link = public_page.open_up(share.album, by=alice_user)
        lifecycle.change(link, by=alice_user, label="Everybody", may_favourite=True)
        assert (link.slug, link.may_favourite) == (share.album.slug, True)
        assert public_page.open_up(share.album, by=alice_user) == link
        with pytest.raises(Unsuitable) as refused:
            lifecycle.change(link, by=alice_user, is_main=True)
        assert refused.value.field == "is_main"
        # What the studio sends by email outlives the public page.
        assert link.slug not in link.url
        with pytest.raises(Unsuitable):
            lifecycle.change(share.link, by=alice_user, slug="guessable")


def test_two_galleries_get_two_addresses(shared: Make, on: Studio, alice_user: User) -> None:
    first, second = shared(), shared()
    with acting_in(on):
        Album.objects.for_studio(on).filter(pk=first.album.pk).update(slug="a_b")
        first.album.refresh_from_db()
        assert public_page.open_up(first.album, by=alice_user).slug == "a-b"
        second.album.slug = "a-b"
        assert public_page.open_up(second.album, by=alice_user).slug == "a-b-2"
        second.album.slug = "é"
        assert public_page.free_address(second.album) == "gallery"


def test_the_page_costs_the_same_for_many_galleries_and_goes_on(
    on: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(public_page, "PAGE", 3)
    for number in range(4):
        album = AlbumFactory.create(studio=on, title=f"Gallery {number}")
        with acting_in(on):
            public_page.open_up(album, by=alice_user)
    with django_assert_max_num_queries(12):
        first = html()
    assert [f"Gallery {number}" in first for number in range(4)] == [False, True, True, True]
    more = first.split('class="public__more"')[1].split('href="')[1].split('"')[0]
    second = Client().get(more).content.decode()
    assert [f"Gallery {number}" in second for number in range(4)] == [True, False, False, False]
    assert Client().get(f"{PAGE}?after=junk").status_code == 200


def test_the_page_speaks_german(shared: Make, on: Studio, alice_user: User) -> None:
    locked(shared(), alice_user)
    text = html(**{"accept-language": "de"})
    assert '<html lang="de"' in text
    assert "Passwort" in text


def test_the_owner_switches_the_page_and_opens_a_gallery(alice: Client, bob: Client, shared: Make) -> None:
    share = shared()
    settings = reverse("sharing:public_settings", args=["north"])
    assert bob.get(settings).status_code == 403
    assert "is off" in alice.get(settings).content.decode()
    assert alice.post(settings, {"on": "1"}).status_code == 303
    shown = alice.get(settings).content.decode()
    assert "is on" in shown
    assert "it has no readable address" in shown
    deed = reverse("sharing:album_public", args=["north", share.album.pk])
    assert bob.post(deed, {"deed": "open"}).status_code == 403
    assert alice.post(deed, {"deed": "lock", "from": "settings"}, follow=True).status_code == 200
    assert "Zqx " not in html()
    assert alice.post(deed, {"deed": "open", "from": "settings"})["Location"] == settings
    assert "Open to everyone." in alice.get(settings).content.decode()
    assert "Zqx wedding" in html()
    dialog = alice.get(reverse("sharing:links", args=["north", share.album.pk]), headers={"HX-Request": "true"})
    assert "On your public page" in dialog.content.decode()
    assert alice.post(deed, {"deed": "junk"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_open_a_gallery_make_one_link(
    shared: Make, on: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, at_once, create = shared(), Barrier(2), lifecycle.create

    def slowly(*args: Any, **terms: Any) -> Any:
        """Both have looked before the first one writes, if nothing keeps them apart."""
        sleep(0.3)
        return create(*args, **terms)

    monkeypatch.setattr(lifecycle, "create", slowly)

    def tab() -> UUID:
        at_once.wait()
        try:
            with acting_in(on):
                return public_page.open_up(Album.objects.for_studio(on).get(pk=share.album.pk), by=alice_user).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as both:
        made = [one.result() for one in [both.submit(tab), both.submit(tab)]]
    assert made[0] == made[1]


def test_a_readable_address_taken_at_the_same_moment_is_told(
    shared: Make, on: Studio, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(slug="anna-tom", password=PASSWORD)
    share = shared()
    monkeypatch.setattr(public_page, "free_address", lambda album: "anna-tom")
    deed = reverse("sharing:album_public", args=["north", share.album.pk])
    answer = alice.post(deed, {"deed": "open"}, follow=True)
    assert answer.status_code == 200
    assert "uses this address" in answer.content.decode()
    with acting_in(on):
        assert not ShareLink.objects.for_studio(on).filter(label=public_page.LABEL).exists()


def test_the_settings_tell_how_many_addresses_a_new_name_breaks(shared: Make, alice: Client) -> None:
    page = reverse("accounts:settings", args=["north"])
    assert "readable gallery address" not in alice.get(page).content.decode()
    shared(slug="anna-tom", password=PASSWORD)
    assert "1 readable gallery address at once" in tight(alice.get(page).content)
