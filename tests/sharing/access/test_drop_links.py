"""A link that only takes photos: nobody sees one by it, whatever else its row allows (tests/test_strangers.py tries
every address of guests by such a link; here are the ways that no address of Django leads to)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement, hidden_from
from apps.sharing.access import passes
from apps.sharing.downloads.archive import response
from apps.sharing.emails import composing
from apps.sharing.gallery import pictures
from apps.sharing.links.terms import Terms
from apps.sharing.models import ShareLink
from apps.web.wsgi_bridge import Declined
from tests.sharing.conftest import PASSWORD, Make, Share, fetch, unlocked

pytestmark = pytest.mark.django_db(transaction=True)

#: All that a link can give.
ALL = {"download": "original", "may_favourite": True, "may_comment": True, "may_rate": True, "people": "names"}


def inside(share: Share) -> Client:
    """A browser that holds the pass of the link."""
    client = Client()
    page = client.get(share.url(), follow=True)
    assert page.status_code == 200
    assert passes.COOKIE.name(share.link.pk) in client.cookies
    return client


def test_no_picture_and_no_archive_comes_by_its_pass(shared: Make) -> None:
    share = shared(password=None, upload="drop", **ALL)
    client = inside(share)
    assert fetch(client, share.picture()).status == 404
    asked = {"what": "all", "size": "original"}
    path = f"/g/{share.token}/download.zip"
    with pytest.raises(Declined):
        # The page in its place is one of the addresses of the resolver.
        fetch(client, path, app=response.archive, query=asked, method="HEAD")
    share.change(upload="on")
    pictures.RIGHTS.clear()
    assert fetch(client, share.picture()).status == 200
    assert fetch(client, path, app=response.archive, query=asked, method="HEAD").status == 200


def test_the_audience_sees_nothing_wherever_it_is_asked(shared: Make) -> None:
    """Counts in emails, streams and archives rest on it."""
    share = shared(password=None, upload="drop", **ALL)
    with acting_in(share.studio):
        share.reload()
        link = ShareLink.objects.for_studio(share.studio).select_related("album", "studio").get(pk=share.link.pk)
        rows = Placement.objects.for_studio(share.studio).filter(album=share.album)
        assert rows.shown_to(link.audience, hidden_from(link.audience, share.album)).count() == 0  # type: ignore[attr-defined]
        assert composing.shown_photos(link, share.album) == 0
        assert "not see any" in Terms.of(link, link.album).sentence(timezone.now())
        rights = Terms.of(link, link.album).rights
        assert (rights.download_size, rights.favourite, rights.may_view("tile")) == (None, False, False)


def test_its_password_is_asked_and_nothing_is_told_before(shared: Make) -> None:
    share = shared(password=PASSWORD, upload="drop")
    page = Client().get(reverse("uploads:guest", args=[share.token]))
    assert page.status_code == 200
    assert "Zqx wedding" not in page.content.decode()
    client = unlocked(share)
    assert client.get(share.url()).headers["location"] == reverse("uploads:guest", args=[share.token])


def test_when_it_ran_out_the_page_shows_no_cover_and_no_title(shared: Make) -> None:
    share = shared(password=None, upload="drop", expires_on=timezone.localdate() + timedelta(days=2))
    client = inside(share)
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(expires_at=timezone.now() - timedelta(days=1))
    page = client.get(share.url())
    assert page.status_code == 410
    assert "Zqx wedding" not in page.content.decode()
    assert client.get(share.url("closed_cover")).status_code in (404, 410)


def test_a_member_who_looks_in_a_guests_place_sees_no_more(shared: Make, alice: Client) -> None:
    share = shared(password=None, upload="drop", **ALL)
    begun = alice.post(reverse("sharing:view_as", args=[share.studio.slug, share.album.pk, share.link.pk]))
    assert begun.status_code == 303
    assert alice.get(share.url()).headers["location"] == reverse("uploads:guest", args=[share.token])
    assert alice.get(share.url("photo", share.photos[0])).status_code == 404


def test_the_clients_own_link_cannot_be_one(shared: Make) -> None:
    share = shared(password=None, is_main=True)
    with pytest.raises(ValueError, match="only takes photos"):
        share.change(upload="drop", is_main=True)
