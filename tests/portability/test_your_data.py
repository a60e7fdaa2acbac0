"""A guest sees, takes along and erases what is kept of them, and of nobody else (G54)."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Email
from apps.accounts.tenancy import acting_in
from apps.sharing.activity.sentences import ERASED
from apps.sharing.models import Activity, Comment, HideRequest, Mark, Pick, Selection, Visitor
from apps.uploads.models import ReceivedFile
from tests.sharing.conftest import Make, Share
from tests.sharing.guests.test_who import emailed_code, introduced, known_as, people

pytestmark = pytest.mark.django_db(transaction=True)


def url(share: Share, name: str = "your_data") -> str:
    return reverse(f"portability:{name}", args=[share.token])


def said(share: Share, visitor: Visitor, text: str) -> None:
    """One of each thing that a guest leaves."""
    photo = share.photos[0]
    with acting_in(share.studio):
        chosen = Selection(studio=share.studio, shown_id=share.album.pk, visitor=visitor, title=f"{text} list")
        for row in (
            chosen,
            Pick(studio=share.studio, selection=chosen, photo=photo),
            Mark(studio=share.studio, shown_id=share.album.pk, visitor=visitor, photo=photo, stars=4),
            Comment(studio=share.studio, shown_id=share.album.pk, visitor=visitor, photo=photo, body=f"{text} says"),
            ReceivedFile(
                studio=share.studio, album=share.album, visitor=visitor, name=f"{text}.jpg", size=1, state="stored"
            ),
            HideRequest(studio=share.studio, shown_id=share.album.pk, visitor=visitor, name=text, photos=[photo.pk]),
            Activity(
                studio=share.studio, shown_id=share.album.pk, visitor=visitor, kind="sent",
                detail={"note": f"{text} note", "round": 1, "count": 1},
            ),
        ):  # fmt: skip
            row.save(force_insert=True)


@pytest.fixture
def two(shared: Make) -> tuple[Share, Client, Client]:
    """Anna and Ben in one gallery, each with something of everything."""
    share = shared()
    anna, ben = introduced(share), introduced(share, name="Ben Yqx", email="ben@example.com")
    for visitor, text in zip(people(share), ("Annas", "Bens"), strict=True):
        said(share, visitor, text)
    return share, anna, ben


def test_a_guest_sees_and_takes_along_their_own_and_nobody_elses(two: tuple[Share, Client, Client]) -> None:
    share, anna, _ben = two
    page = anna.get(url(share)).content.decode()
    assert "Anna Zqx" in page
    assert "anna@example.com" in page
    file = anna.get(url(share, "your_data_file"))
    assert "attachment" in file["Content-Disposition"]
    told = json.loads(file.content)
    assert told["you"]["email"] == "anna@example.com"
    assert told["lists"][0]["title"] == "Annas list"
    assert told["lists"][0]["photos"][0]["photo"] == share.photos[0].camera_name
    assert told["comments"][0]["text"] == "Annas says"
    assert [one["name"] for one in told["photos_sent"]] == ["Annas.jpg"]
    assert (told["ratings"][0]["stars"], told["hide_requests"][0]["name"]) == (4, "Annas")
    for text in (page, file.content.decode()):
        assert "Ben" not in text


def test_a_hidden_photo_has_no_name_in_the_file(two: tuple[Share, Client, Client]) -> None:
    share, anna, _ben = two
    with acting_in(share.studio):
        share.album.placements.filter(photo=share.photos[0]).update(is_hidden=True)
    assert share.photos[0].camera_name not in anna.get(url(share, "your_data_file")).content.decode()


def test_nobody_in_particular_finds_nothing(two: tuple[Share, Client, Client]) -> None:
    share, _anna, _ben = two
    stranger = Client()
    assert "Nothing is kept" in stranger.get(url(share)).content.decode()
    assert stranger.get(url(share, "your_data_file")).status_code == 404
    assert "Nothing is kept" in stranger.post(url(share, "your_data_erase"), {"sure": "1"}).content.decode()
    assert len(people(share)) == 2


def test_erasing_asks_for_the_code_and_leaves_the_others(two: tuple[Share, Client, Client]) -> None:
    share, anna, _ben = two
    erase = url(share, "your_data_erase")
    assert "We sent a code to anna@example.com" in anna.post(erase).content.decode()
    for wrong in ({"sure": "1"}, {"code": "000000"}, {"code": "12"}):
        assert anna.post(erase, wrong).status_code == 422
    assert len(people(share)) == 2
    code = emailed_code()
    assert "has been erased" in anna.post(erase, {"code": code}).content.decode()
    assert [one.name for one in people(share)] == ["Ben Yqx"]
    with acting_in(share.studio):
        for model in (Selection, Pick, Mark, Comment, HideRequest):
            assert model.objects.for_studio(share.studio).count() == 1, model
        assert not Email.objects.for_studio(share.studio).filter(to="anna@example.com").exists()
        words = str(list(Activity.objects.for_studio(share.studio).values_list("detail", flat=True)))
    assert "Annas" not in words
    assert "Bens note" in words
    assert known_as(share, anna) == ""
    assert "Nothing is kept" in anna.get(url(share)).content.decode()


def test_the_code_of_one_erases_nobody_else(two: tuple[Share, Client, Client]) -> None:
    share, anna, ben = two
    erase = url(share, "your_data_erase")
    anna.post(erase)
    code = emailed_code()
    assert ben.post(erase, {"code": code, "email": "anna@example.com"}).status_code == 422
    assert len(people(share)) == 2


def test_the_studio_reads_that_a_guest_was_erased_and_counts_stay(
    two: tuple[Share, Client, Client], erin: Client
) -> None:
    share, anna, _ben = two
    feed = reverse("sharing:album_activity", args=[share.studio.slug, share.album.pk])
    with acting_in(share.studio):
        before = Activity.objects.for_studio(share.studio).count()
    anna.post(url(share, "your_data_erase"))
    anna.post(url(share, "your_data_erase"), {"code": emailed_code()})
    shown = erin.get(feed).content.decode()
    assert ERASED in shown
    assert "Anna" not in shown
    assert "Ben Yqx" in shown
    with acting_in(share.studio):
        assert Activity.objects.for_studio(share.studio).count() == before


def test_who_never_gave_an_address_is_erased_by_this_browser(shared: Make) -> None:
    share = shared(may_rate=True)
    client = Client()
    client.get(share.url())
    assert client.post(share.url("mark", share.photos[0]), {"stars": "3"}).status_code < 400
    assert len(people(share)) == 1
    asked = client.post(url(share, "your_data_erase")).content.decode()
    assert 'name="sure"' in asked
    assert "has been erased" in client.post(url(share, "your_data_erase"), {"sure": "1"}).content.decode()
    assert people(share) == []


def test_the_gallery_leads_there_and_speaks_german(two: tuple[Share, Client, Client]) -> None:
    share, anna, _ben = two
    assert f'href="{url(share)}"' in anna.get(share.url()).content.decode()
    german = anna.get(url(share), headers={"accept-language": "de"}).content.decode()
    assert "Ihre Daten" in german or "Deine Daten" in german
    assert "Ratings" not in german
