"""G19: a gallery's search finds what its link shows and nothing else; what is hidden is neither found nor counted."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums import audiences
from apps.albums.models import Photo, Placement, Section
from apps.faces.models import Face, Person
from apps.library.models import NamedPlace, PhotoPlace
from apps.sharing.gallery import search
from tests.faces.makers import switched_on
from tests.sharing.conftest import Make, Share

pytestmark = pytest.mark.django_db
FILES = ("IMG_0041.JPG", "Müller-042.jpg", "DSC_0043.jpg")
TODAY = date(2026, 11, 28)


def told(share: Share) -> Share:
    """The share with three photos of which each says something else."""
    with acting_in(share.studio):
        for number, (name, caption) in enumerate(zip(FILES, ("Erster Tanz", "The stairs in rain", ""), strict=True)):
            Photo.objects.for_studio(share.studio).filter(pk=share.photos[number].pk).update(
                camera_name=name,
                caption=caption,
                taken_at=datetime(2024, 5, 4 + number, 14, tzinfo=UTC),
                facts={"taken_at": f"2024-05-0{4 + number}T14:00:00", "make": "Leica", "model": "M11"},
                keywords=["secret"],
                place="Hallstatt",
            )
    return share


def page(share: Share, q: str, **headers: str) -> str:
    answer = Client().get(share.url(), {"q": q}, headers=headers)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def found(share: Share, q: str) -> set[int] | None:
    """Numbers of the photos that a search shows and counts; None where the page is the whole gallery."""
    text = page(share, q)
    tiles = {number for number, photo in enumerate(share.photos) if f'id="p-{photo.pk}"' in text}
    title = re.search(r'id="searched-title"[^>]*>\s*(\d+) photos? for', text)
    if title is None:
        return None
    assert int(title[1]) == len(tiles)
    return tiles


def said(share: Share, q: str) -> str:
    match = re.search(r"guest-search__said.*?</div>", page(share, q), re.DOTALL)
    return match[0] if match else ""


@pytest.mark.parametrize("shared_kind", ["album", "collection", "smart"])
@pytest.mark.parametrize(
    ("q", "photos"),
    [
        ("0041", {0}), ("img", {0}), ("muller", {1}), ("042.jpg", {1}), ("tanz", {0}), ("STAIRS rain", {1}),
        ('"the stairs"', {1}), ('"stairs the"', set()), ("the rain", {1}), ("4 May 2024", {0}), ("5.5.2024", {1}),
        ("Mai 2024 stairs", {1}), ("since 5 May 2024", {1, 2}), ("2023", set()), ("nothing", set()),
    ],
)  # fmt: skip
def test_a_guest_finds_by_file_caption_and_day(shared: Make, q: str, photos: set[int]) -> None:
    assert found(told(shared(may_search=True)), q) == photos


def placed(share: Share) -> Share:
    """The first photo was taken in Bad Ischl, at a place of which the studio has its own name."""
    with acting_in(share.studio):
        home = NamedPlace(studio=share.studio, name="Zqx villa", latitude=47.71, longitude=13.62, radius=200)
        home.save(force_insert=True)
        where = {"latitude": 47.71151, "longitude": 13.62389, "city": "Bad Ischl", "country": "AT", "named": home}
        PhotoPlace(studio=share.studio, photo=share.photos[0], **where).save(force_insert=True)
    return share


@pytest.mark.parametrize("shared_kind", ["album", "smart"])
@pytest.mark.parametrize(
    ("q", "photos"),
    [
        ("Ischl", {0}), ("bad ischl tanz", {0}), ("isch stairs", set()), ("Austria", {0}), ("Österreich", {0}),
        ("Zqx villa", set()), ("47.71", set()), ("Hallstatt", set()),
    ],
)  # fmt: skip
def test_towns_and_countries_are_found_where_the_link_tells_them(shared: Make, q: str, photos: set[int]) -> None:
    assert found(told(placed(shared(may_search=True, may_see_places=True))), q) == photos


@pytest.mark.parametrize("q", ["Ischl", "Austria"])
def test_a_link_that_tells_no_places_finds_by_none(shared: Make, q: str) -> None:
    assert found(told(placed(shared(may_search=True))), q) == set()


@pytest.mark.parametrize(
    ("rights", "lines"),
    [
        ({"may_see_places": True}, {"Place"}),
        ({"may_see_places": True, "download": "original"}, {"Place", "Camera", "Size", "Taken", "File", "Caption"}),
        ({"download": "original"}, {"Camera", "Size", "Taken", "File", "Caption"}),
        ({}, None),
    ],
)
def test_a_photo_tells_its_town_and_country_and_nothing_nearer(
    shared: Make, rights: dict[str, Any], lines: set[str] | None
) -> None:
    share = told(placed(shared(**rights)))
    client = Client()
    gallery = client.get(share.url()).content.decode()
    assert ("data-facts-url" in gallery) is (lines is not None)
    answer = client.get(f"{share.url()}photos/{share.photos[0].pk}/facts/")
    if lines is None:
        assert answer.status_code == 403
        return
    text = html.unescape(answer.content.decode())
    assert set(re.findall(r"<dt>([^<]+)</dt>", text)) - {"Keywords"} == lines
    assert ("Bad Ischl, Austria" in text) is ("Place" in lines)
    assert not re.search(r"Zqx villa|47\.7|Hallstatt", text)
    german = client.get(f"{share.url()}photos/{share.photos[0].pk}/facts/", headers={"accept-language": "de"})
    assert ("Bad Ischl, Österreich" in german.content.decode()) is ("Place" in lines)


def test_a_photo_of_which_nothing_is_known_says_so(shared: Make) -> None:
    share = placed(shared(may_see_places=True))
    client = Client()
    client.get(share.url())
    panel = f"{share.url()}photos/{share.photos[1].pk}/facts/"
    assert "Nothing more is known about this photo." in client.get(panel).content.decode()
    german = client.get(panel, headers={"accept-language": "de"}).content.decode()
    assert "Mehr ist über dieses Foto nicht bekannt." in german


def test_sections_are_found_by_their_titles(shared: Make) -> None:
    share = told(shared(may_search=True))
    assert found(share, "ceremony") == {0, 1, 2}
    with acting_in(share.studio):
        Placement.objects.for_studio(share.studio).filter(photo=share.photos[0]).update(section=None)
    assert found(share, "ceremony") == {1, 2}


@pytest.mark.parametrize("q", ["leica", "m11", "secret", "hallstatt", "rosa"])
def test_what_the_link_does_not_show_is_no_way_to_a_photo(shared: Make, alice_user: User, q: str) -> None:
    share = told(shared(may_search=True, people="faces", download="original"))
    rosa(share, alice_user)
    assert found(share, q) == set()


def rosa(share: Share, by: User, **values: Any) -> None:
    """Rosa is in the first photo."""
    switched_on(share.studio, by)
    with acting_in(share.studio):
        person = Person(studio=share.studio, name="Rosa Berg", **values)
        person.save(force_insert=True)
        box = {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2, "score": 0.9, "size": 90.0}
        Face(studio=share.studio, photo=share.photos[0], person=person, **box).save(force_insert=True)


@pytest.mark.parametrize(("values", "photos"), [({}, {0}), ({"is_hidden": True}, set()), ({"passport": "no"}, set())])
def test_people_are_found_by_name_where_the_link_tells_names(
    shared: Make, alice_user: User, values: dict[str, Any], photos: set[int]
) -> None:
    share = told(shared(may_search=True, people="names"))
    rosa(share, alice_user, **values)
    assert found(share, "rosa") == photos


def test_g19_what_is_hidden_is_neither_found_nor_counted(shared: Make) -> None:
    share = told(shared(may_search=True))
    with acting_in(share.studio):
        audiences.withhold(share.album, share.photos[0].pk, withheld=True)
        Placement.objects.for_studio(share.studio).filter(photo=share.photos[1]).update(is_hidden=True)
    assert found(share, "2024") == {2}
    assert found(share, "0041") == found(share, "muller") == set()
    with acting_in(share.studio):
        Section.objects.for_studio(share.studio).update(audience=[uuid4()])
    assert found(share, "ceremony") == set()


def test_a_link_without_search_has_no_field_and_searches_nothing(shared: Make) -> None:
    share = told(shared())
    assert found(share, "0041") is None
    assert 'role="search"' not in page(share, "0041")
    assert 'role="search"' in page(told(shared(may_search=True)), "")


def test_what_was_not_understood_or_left_out_is_said_in_the_guests_language(shared: Make) -> None:
    share = told(shared(may_search=True))
    assert "“♥” was not understood" in said(share, "♥ tanz")
    assert "“31.2.2024” was not understood" in said(share, "31.2.2024")
    assert "too common: “the”" in said(share, "the stairs")
    assert "too long" in said(share, "stairs " * 40)
    assert said(share, "stairs & rain") == ""
    german = page(share, "♥ stairs", **{"accept-language": "de"})
    assert "„♥“ wurde nicht verstanden" in german
    assert "1 Foto zu „♥ stairs“" in german


def test_a_search_asks_a_few_questions_whatever_it_finds(shared: Make, alice_user: User) -> None:
    share = told(shared(may_search=True, people="names"))
    rosa(share, alice_user)
    counted = []
    for q in ("berg", "2024 berg stairs rain"):
        with CaptureQueriesContext(connection) as queries:
            page(share, q)
        counted.append(len(queries))
    assert counted[1] <= counted[0] + 2
    assert counted[1] <= 40


def test_a_search_of_any_length_is_read(shared: Make) -> None:
    asked = search.read("x " * 5_000 + '"', TODAY)
    assert asked.is_cut
    assert len(asked.words) == search.MOST_WORDS
    assert not search.read('\x00 " & ', TODAY).asks
