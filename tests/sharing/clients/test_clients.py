"""The clients of a studio: one row for each address, whatever happened, and a list that costs the same for many."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Email, EmailState, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album
from apps.sharing.clients import directory
from apps.sharing.emails import writing
from apps.sharing.guests import visitor_list
from apps.sharing.links import lifecycle
from apps.sharing.models import (
    Activity,
    ActivityKind,
    EmailKind,
    Pick,
    Selection,
    ShareLink,
    StudioClient,
    Visitor,
)
from tests.factories import AlbumFactory
from tests.sharing.conftest import Make, Share
from tests.test_strangers import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def share(shared: Make) -> Share:
    return shared()


def link_of(studio: Studio, by: User, title: str) -> ShareLink:
    album = AlbumFactory.create(studio=studio, title=title)
    with acting_in(studio):
        link, _ = lifecycle.create(album, by=by, label=f"{title} link", password=None)
    return link


def meet(link: ShareLink, email: str = "anna@example.com", name: str = "Anna", **about: Any) -> Visitor:
    visitor = Visitor(studio=link.studio, shown_id=link.album_id, link=link, name=name, email=email, **about)
    with acting_in(link.studio):
        visitor.save(force_insert=True)
    return visitor


def tell(link: ShareLink, to: str, by: User) -> None:
    with acting_in(link.studio):
        writing.deliver(
            link, kind=EmailKind.DELIVERY, to=[to], note="", language="en", due_at=None, batch=uuid4(), by=by
        )


def known(studio: Studio) -> dict[str, tuple[str, bool]]:
    """The name of each client by address, and whether they have ever come."""
    with acting_in(studio):
        rows = StudioClient.objects.for_studio(studio)
        return {row.email: (row.name, row.seen_at is not None) for row in rows}


def test_visitors_and_addresses_of_emails_are_one_client_each(north: Studio, south: Studio, alice_user: User) -> None:
    one, two = (link_of(north, alice_user, title) for title in ("Wedding", "Baby"))
    meet(one, name="Anna", seen_at=timezone.now() - timedelta(days=3))
    meet(two, name="Anna Berger")
    tell(one, "anna@example.com", alice_user)
    tell(one, "new@example.com", alice_user)
    meet(one, "", "Guest")
    assert known(north) == {"anna@example.com": ("Anna Berger", True), "new@example.com": ("", False)}
    assert known(south) == {}


def test_who_is_erased_in_the_last_gallery_is_no_client_any_more(north: Studio, alice_user: User) -> None:
    one, two = (link_of(north, alice_user, title) for title in ("Wedding", "Baby"))
    first, last = meet(one, name="Anna"), meet(two, name="Anna Berger")
    tell(one, "anna@example.com", alice_user)
    with acting_in(north):
        visitor_list.erase(last, by=alice_user)
    # What only the erased row said is gone.
    assert known(north) == {"anna@example.com": ("Anna", True)}
    with acting_in(north):
        visitor_list.erase(first, by=alice_user)
        assert not Email.of(north.pk).filter(to="anna@example.com").exists()
    assert known(north) == {}


def test_an_address_that_is_corrected_leaves_no_client_behind(north: Studio, alice_user: User) -> None:
    visitor = meet(link_of(north, alice_user, "Wedding"))
    with acting_in(north):
        Visitor.objects.for_studio(north).filter(pk=visitor.pk).update(email="anna.berger@example.com")
    assert list(known(north)) == ["anna.berger@example.com"]


def test_clients_of_a_deleted_album_go_with_it_and_no_others(north: Studio, alice_user: User) -> None:
    link = link_of(north, alice_user, "Wedding")
    meet(link)
    meet(link_of(north, alice_user, "Baby"), "ben@example.com", "Ben")
    with acting_in(north):
        Album.objects.for_studio(north).filter(pk=link.album_id).delete()
    assert list(known(north)) == ["ben@example.com"]
    assert directory.forget_lost() == 0


def test_clients_whose_album_went_outside_its_studio_are_forgotten_and_no_others(
    north: Studio, alice_user: User
) -> None:
    link = link_of(north, alice_user, "Wedding")
    meet(link)
    tell(link, "new@example.com", alice_user)
    meet(link_of(north, alice_user, "Baby"), "ben@example.com", "Ben")
    with across_studios():
        Album.objects.for_studio(north).filter(pk=link.album_id).delete()
    writing.forget_lost()
    assert directory.forget_lost() == 1
    assert list(known(north)) == ["ben@example.com"]


def test_the_list_tells_of_all_galleries_and_finds_by_letters(share: Share, alice: Client, alice_user: User) -> None:
    other = link_of(share.studio, alice_user, "Baby")
    visitor = meet(share.link)
    meet(other, "anna@example.com", "Anna")
    meet(other, "ben@example.com", "Ben")
    with acting_in(share.studio):
        picked = Selection(studio=share.studio, shown_id=share.album.pk, visitor=visitor, title="Album")
        picked.save(force_insert=True)
        for photo in share.photos[:2]:
            Pick(studio=share.studio, selection=picked, photo=photo).save(force_insert=True)
        Activity(
            studio=share.studio, shown_id=share.album.pk, link=share.link, visitor=visitor,
            kind=ActivityKind.DOWNLOADED,
        ).save(force_insert=True)  # fmt: skip
    page = alice.get(reverse("sharing:clients", args=["north"])).content.decode()
    assert page.index("ben@example.com") < page.index("anna@example.com")
    assert "2 galleries" in page
    assert "2 favourites" in page
    assert "1 download<" in page
    found = alice.get(reverse("sharing:clients", args=["north"]), {"q": "BEN@"}).content.decode()
    assert "ben@example.com" in found
    assert "anna@example.com" not in found
    with acting_in(share.studio):
        client = StudioClient.objects.for_studio(share.studio).get(email="anna@example.com")
    own = alice.get(reverse("sharing:client", args=["north", client.pk])).content.decode()
    for text in ("Baby link", share.album.title, "2 photos", ">Album<", "1 download<"):
        assert text in own


def test_the_list_asks_as_often_for_many_as_for_few(
    north: Studio, alice: Client, alice_user: User, django_assert_max_num_queries: Any
) -> None:
    link = link_of(north, alice_user, "Wedding")
    for number in range(directory.PAGE + 5):
        meet(link, f"guest{number}@example.com", f"Guest {number}")
    url = reverse("sharing:clients", args=["north"])
    with django_assert_max_num_queries(19):
        first = alice.get(url).content.decode()
    assert first.count("@example.com") >= directory.PAGE
    with acting_in(north), django_assert_max_num_queries(6):
        row = StudioClient.objects.for_studio(north).first()
        assert row is not None
        directory.galleries_of(north, row)
    following = re.findall(r'hx-get="(\?after=[^"]+)"', first)[0].replace("&amp;", "&")
    rest = alice.get(url + following).content.decode()
    assert rest.count('class="line"') == 5


def test_the_api_lists_clients_and_tells_of_one(share: Share, alice: Client, alice_user: User) -> None:
    meet(share.link)
    tell(share.link, "new@example.com", alice_user)
    with acting_in(share.studio):
        Email.of(share.studio.pk).update(state=EmailState.SENT)
    key = bearer(alice_user)
    caller = Client()
    page = caller.get("/api/clients?limit=1", headers=key).json()
    assert [row["email"] for row in page["results"]] == ["new@example.com"]
    (row,) = caller.get(page["next"], headers=key).json()["results"]
    assert (row["email"], row["name"], row["galleries"]) == ("anna@example.com", "Anna", 1)
    told = caller.get(f"/api/clients/{row['id']}", headers=key).json()
    assert [one["title"] for one in told["by_gallery"]] == [share.album.title]
    found = caller.get("/api/clients?q=new", headers=key).json()["results"]
    assert [one["email"] for one in found] == ["new@example.com"]
    assert caller.get(f"/api/clients/{uuid4()}", headers=key).status_code == 404
