"""Sections by number of people: proposed, made by one act, and never over a section that somebody made."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.accounts import journal
from apps.accounts.long_tasks import Task
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import bulk
from apps.albums.models import Album
from tests.albums.test_bulk import work
from tests.faces.makers import new_face, switched_on
from tests.faces.test_album_filter import looked_at
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    """One photo of nobody, one of one person, one of two, and one that nobody has looked at."""
    switched_on(north, alice_user)
    album: Album = AlbumFactory.create(studio=north)
    looked_at(PlacementFactory.create(album=album, photo=PhotoFactory.create(studio=north)).photo)
    new_face(album, 1)
    new_face(album, 3, photo=new_face(album, 2).photo, x=0.7)
    PlacementFactory.create(album=album, photo=PhotoFactory.create(studio=north))
    return album


def url(album: Album) -> str:
    return f"/studio/north/albums/{album.pk}/people/sets/"


ALL = {"set": ["none", "one", "few"], "title_none": "Details", "title_one": "Portraits", "title_few": "Groups"}


def lies(album: Album) -> dict[str, int]:
    """Photos by the title of their section."""
    with acting_in(album.studio):
        titles = [row.section.title if row.section else "" for row in album.placements.select_related("section")]
    return {title: titles.count(title) for title in titles}


def test_a_number_with_photos_is_proposed(album: Album, alice: Client, bob: Client) -> None:
    text = alice.get(url(album)).content.decode()
    assert re.findall(r'name="set" value="(\w+)"', text) == ["none", "one", "few"]
    assert "1 photo not checked for faces yet" in text
    assert bob.get(url(album)).status_code == 403


def test_one_undo_takes_all_sections_back(album: Album, alice: Client, alice_user: User) -> None:
    alice.post(url(album), ALL)
    assert lies(album) == {"Details": 1, "Portraits": 1, "Groups": 1, "": 1}
    with acting_in(album.studio):
        entry = JournalEntry.objects.for_studio(album.studio).get(verb="photos.filed")
        assert entry.count == 3
        journal.undo(entry, by=alice_user)
        assert not album.sections.exists()
    assert lies(album) == {"": 4}


def test_a_section_made_by_hand_keeps_its_photos(album: Album, alice: Client) -> None:
    with acting_in(album.studio):
        own = album.sections.create(studio=album.studio, title="Church", rank=1)
        album.placements.update(section=own, section_rank=1)
    assert "Nothing to sort" in alice.get(url(album)).content.decode()
    alice.post(url(album), ALL)
    assert lies(album) == {"Church": 4}
    with acting_in(album.studio):
        assert album.sections.count() == 1


def test_a_title_that_is_there_takes_them_in(album: Album, alice: Client, alice_user: User) -> None:
    with acting_in(album.studio):
        album.sections.create(studio=album.studio, title="portraits", rank=1)
    alice.post(url(album), ALL | {"set": ["one"]})
    assert lies(album) == {"portraits": 1, "": 3}
    with acting_in(album.studio):
        journal.undo(JournalEntry.objects.for_studio(album.studio).get(verb="photos.filed"), by=alice_user)
        assert album.sections.count() == 1
    assert lies(album) == {"": 4}


def test_sections_need_titles(album: Album, alice: Client) -> None:
    assert alice.post(url(album), ALL | {"title_one": " "}).status_code == 422
    assert alice.post(url(album), {}).status_code == 422
    assert lies(album) == {"": 4}


def test_very_many_photos_go_on_as_a_task_with_one_undo(
    album: Album, alice: Client, alice_user: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(Task, "SLICE", 1)
    alice.post(url(album), ALL)
    with acting_in(album.studio):
        task = Task.objects.for_studio(album.studio).get()
    work()
    assert lies(album) == {"Details": 1, "Portraits": 1, "Groups": 1, "": 1}
    with acting_in(album.studio):
        task.refresh_from_db()
        entry = JournalEntry.objects.for_studio(album.studio).get(pk=str(task.undo))
        journal.undo(entry, by=alice_user)
    assert lies(album) == {"": 4}
