"""The demo is a studio in the middle of its work: whoever looks for five minutes sees what the product does."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.models import Activity, ClientEmail, Comment, Pick, Preset, Selection, ShareLink, Visitor, Work
from config import demo, demo_people
from config.management.commands.demo import OTHERS, SECTIONS
from tests.faces.makers import new_face
from tests.factories import AlbumFactory, SectionFactory
from tests.installation import ROOT
from tests.sharing.conftest import real_photos

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(north: Studio) -> Album:
    album: Album = AlbumFactory.create(studio=north, title="A day in spring", state=AlbumState.LIVE)
    section = SectionFactory.create(album=album, title="Out in the fields")
    with acting_in(north):
        real_photos(album, section, 10)
    return album


def test_the_story_has_clients_lists_a_round_comments_emails_and_presets(
    album: Album, alice_user: User, alice: Client
) -> None:
    links = demo.tell(album, alice_user)
    assert demo.tell(album, alice_user) == links
    with acting_in(album.studio):
        client, guests = (
            ShareLink.objects.for_studio(album.studio).get(label=label) for label in (demo.CLIENT, demo.GUESTS)
        )
        rows = {
            (one.visitor.name, one.title): one.state
            for one in Selection.objects.for_studio(album.studio).select_related("visitor")
        }
        works = list(Pick.objects.for_studio(album.studio).exclude(work=Work.SELECTED).values_list("work", flat=True))
        pins = Comment.objects.for_studio(album.studio).filter(pin_x__isnull=False).count()
        kinds = set(ClientEmail.objects.for_studio(album.studio).values_list("kind", flat=True))
        deeds = set(Activity.objects.for_studio(album.studio).values_list("kind", flat=True))
        names = set(Preset.objects.for_studio(album.studio).values_list("name", flat=True))
        people = Visitor.objects.for_studio(album.studio).count()
    assert (client.is_main, client.may_favourite, client.may_comment, client.is_password_protected) == (True,) * 4
    assert (guests.is_main, guests.download, guests.is_password_protected) == (False, "web", False)
    assert people == 3
    assert rows[("Anna Berger", demo.LIST)] == "sent"
    assert rows[("Ben Berger", demo.LIST)] == "open"
    assert sorted(works) == ["editing", "editing", "ready"]
    assert pins == 2
    assert {"delivery", "reminder", "received"} <= kinds
    assert {"opened", "favourite", "sent", "commented", "marked", "asked_more", "downloaded", "hid"} <= deeds
    assert names == {"Couple", "Press", "Wedding"}
    assert alice.get(reverse("sharing:selections", args=[album.studio.slug])).content.decode().count("Anna Berger")
    assert Client().get(urlsplit(links.guests).path).status_code == 200


def test_guests_choose_photos_by_two_people_with_names(north: Studio, alice_user: User) -> None:
    album = demo_people.begin(north, alice_user)
    album.state = AlbumState.LIVE
    with acting_in(north):
        album.save(update_fields=["state"])
    for number, who in enumerate((1, 1, 1, 2, 2, 3)):
        new_face(album, who, number)
    url = demo_people.finish(album, alice_user)
    assert demo_people.finish(album, alice_user) == url
    html = Client().get(urlsplit(url).path).content.decode()
    assert all(name in html for name in demo_people.NAMES)
    assert html.count("faces__one") == 2


def test_its_photos_are_there() -> None:
    named = {name for names in SECTIONS.values() for name in names} | {name for *_, names in OTHERS for name in names}
    named |= set(demo_people.PHOTOS)
    assert [name for name in sorted(named) if next((ROOT / "tests" / "data").rglob(name), None) is None] == []
