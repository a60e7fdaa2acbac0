"""Sixty searches as people type them find over the demo's studio what `phrases.tsv` says, and nothing is ignored.

The table was written before what answers it. Its columns: what is typed; the photos that are found, by the names of
their files without the ending, or a gallery or section in brackets; what else the search box offers; and what the page
says, parts of it with "|" between. "-" is nothing.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import ExifTags, Image

from apps.accounts.models import Studio, User
from apps.albums.models import Album
from apps.faces.models import Face, Person
from apps.library.places import locate
from apps.media import camera_tags, decoders
from apps.sharing.models import Visitor
from config import demo_people
from config.env import ROOT
from config.management.commands import demo
from tests.faces.makers import switched_on
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory, ShareLinkFactory, many_in

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("phrases.tsv")
DATA = ROOT / "tests" / "data"
#: The first value of the EXIF tag with which a picture lies on its side.
SIDEWAYS = 5
TODAY = date(2026, 11, 28)
GUESTS = (("Anna Berger", "anna@example.com"), ("Ben Berger", "ben@example.com"), ("Maria Huber", "maria@example.com"))
#: Who stands in which of the photos with people; faces are not looked for here.
PEOPLE = {"Rosa": ("s05_0084.jpg", "s05_0074.jpg", "two_s01_s05.jpg"), "Leo": ("s01_0001.jpg", "two_s01_s05.jpg")}


@dataclass(frozen=True)
class Phrase:
    """A line of the table."""

    typed: str
    photos: str
    others: str
    said: str


def phrases() -> list[Phrase]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Phrase(*(cell if cell != "-" else "" for cell in line.split("\t"))) for line in lines if line[0] != "#"]


@cache
def files() -> dict[str, Path]:
    """The test photos by the names of their files."""
    return {path.name: path for path in DATA.rglob("*") if path.is_file()}


def told_by(name: str) -> dict[str, Any]:
    """The columns that the pipeline fills from what the file says of itself; no pixel is decoded."""
    with Image.open(files()[name]) as image:
        known = camera_tags.of(camera_tags.told_by(image))
        width, height = image.size
        if image.getexif().get(ExifTags.Base.Orientation, 1) >= SIDEWAYS:
            width, height = height, width
    columns = {"caption": known.caption, "keywords": list(known.keywords), "width": width, "height": height}
    if known.taken_at is not None:
        columns |= {"taken_at": known.taken_at.replace(tzinfo=UTC), "taken_offset": known.offset_minutes}
    return {"facts": known.as_plain(), **columns}


class DemoStudio:
    """The demo's rows, made as `manage.py demo` makes them but without renditions: its galleries, guests and people."""

    def __init__(self, studio: Studio, by: User) -> None:
        self.studio = studio
        self.photos: dict[str, Any] = {}
        self.groups: dict[str, set[str]] = {}
        decoders.preload()
        switched_on(studio, by)
        with many_in(studio):
            day = self._gallery("A day in spring", date(2026, 5, 16))
            for title, names in demo.SECTIONS.items():
                section = SectionFactory.create(album=day, title=title)
                self._put(names, day, section)
            for other in demo.OTHERS:
                self._put(other[5], self._gallery(other[0], other[3], state=other[2]))
            self._put(demo_people.PHOTOS, self._gallery(demo_people.TITLE, date(2026, 9, 12)))
            for name, shown in PEOPLE.items():
                self._person(name, shown)
            link = ShareLinkFactory.create(album=day, studio=studio)
            for name, email in GUESTS:
                Visitor(studio=studio, shown=link.shown, link=link, name=name, email=email).save(force_insert=True)
            locate.follow_files(studio.pk)

    def _gallery(self, title: str, day: date, **columns: Any) -> Album:
        album: Album = AlbumFactory.create(studio=self.studio, title=title, event_date=day, **columns)
        return album

    def _put(self, names: tuple[str, ...], album: Album, section: Any = None) -> None:
        for name in names:
            if name not in self.photos:
                self.photos[name] = PhotoFactory.create(studio=self.studio, camera_name=name, **told_by(name))
            PlacementFactory.create(album=album, photo=self.photos[name], section=section)
            for group in (album.title, section and section.title):
                self.groups.setdefault(group, set()).add(name.rpartition(".")[0])

    def _person(self, name: str, photos: tuple[str, ...]) -> None:
        person = Person(studio=self.studio, name=name)
        person.save(force_insert=True)
        place = {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1, "score": 0.9, "size": 120.0}
        for photo in photos:
            Face(studio=self.studio, photo=self.photos[photo], person=person, **place).save(force_insert=True)

    def expected(self, cell: str) -> set[str]:
        """The photos of a cell of the table."""
        if cell == "[everything]":
            return {name.rpartition(".")[0] for name in self.photos}
        return self.groups[cell[1:-1]] if cell.startswith("[") else set(cell.split())


def library(client: Client, typed: str) -> tuple[set[str], str]:
    """What the library's page finds, and what it says of the search."""
    text = html.unescape(client.get("/studio/north/library/", {"q": typed}).content.decode())
    said = re.search(r'<ul class="misread">(.*?)</ul>', text, re.DOTALL)
    return {name.rpartition(".")[0] for name in re.findall(r'data-name="([^"]+)"', text)}, said[1] if said else ""


def box(client: Client, typed: str) -> tuple[set[str], set[str]]:
    """What the search box finds: names of photos, and what else with its kind."""
    answer = client.get("/studio/north/search/", {"q": typed}, headers={"HX-Request": "true", "HX-Target": "found"})
    parts = re.split(r'<section aria-label="(\w+)">', html.unescape(answer.content.decode()))
    kinds = {"Galleries": "gallery", "Clients": "client", "People": "person", "Commands": "command", "Photos": ""}
    photos: set[str] = set()
    others: set[str] = set()
    for title, part in zip(parts[1::2], parts[2::2], strict=True):
        names = re.findall(r'<span class="cut grow">([^<]+)</span>', part)
        if kinds[title]:
            others |= {f"{kinds[title]} {name}" for name in names}
        else:
            photos |= {name.rpartition(".")[0] for name in names}
    return photos, others


def test_sixty_phrases_find_what_their_table_says(
    alice: Client, alice_user: User, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *args: TODAY)
    made, table, wrong = DemoStudio(north, alice_user), phrases(), []
    assert len(table) == len({phrase.typed for phrase in table}) == 60
    for phrase in table:
        expected = made.expected(phrase.photos)
        found, said = library(alice, phrase.typed)
        if found != expected:
            wrong.append(f"{phrase.typed}: found {sorted(found)}, not {sorted(expected)}")
        if [part for part in phrase.said.split("|") if part not in said] or bool(said) != bool(phrase.said):
            wrong.append(f"{phrase.typed}: said {said.split('</li>')}, not {phrase.said}")
        photos, others = box(alice, phrase.typed)
        shown = set() if phrase.photos == "[everything]" else expected
        if not photos <= shown or bool(photos) != bool(shown):
            wrong.append(f"{phrase.typed}: the box found {sorted(photos)}")
        if others != set(filter(None, phrase.others.split("; "))):
            wrong.append(f"{phrase.typed}: the box offers {sorted(others)}, not {phrase.others}")
    assert not wrong, "\n" + "\n".join(wrong)
