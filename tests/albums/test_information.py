"""The information panel: what is known of a photo, and how it is known. Guests read what the file would tell them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from apps.accounts.models import Studio
from apps.albums import information
from apps.albums.models import Album, Photo
from apps.media.models import Blob
from apps.sharing.models import Download, Metadata
from tests.albums.people import page, part
from tests.factories import AlbumFactory, PlacementFactory
from tests.sharing.conftest import Make, Share, fresh_memory, shared, shared_kind  # noqa: F401  (fixtures)
from tests.sharing.known import address, allowing

VIENNA = ZoneInfo("Europe/Vienna")
FACTS = {
    "make": "NIKON CORPORATION",
    "model": "NIKON Z 6",
    "lens": "NIKKOR Z 50mm f/1.8 S",
    "exposure_seconds": 0.004,
    "aperture": 2.8,
    "iso": 400,
    "focal_length_mm": 50.0,
    "latitude": 48.20849,
    "longitude": 16.37208,
    "keywords": ["rings"],
}
NOON = datetime(2024, 5, 1, 12, 0, 3, tzinfo=UTC)


def photo(**fields: Any) -> Photo:
    """A row that was never stored, with every fact known."""
    known = {"camera_name": "DSC_1.jpg", "width": 6000, "height": 4000, "facts": FACTS, "taken_at": NOON}
    return Photo(original=Blob(mime="image/jpeg", size=13_870_112), **{**known, **fields})


def said(row: Photo, **how: Any) -> dict[str, str]:
    return {fact.term: f"{fact.value} | {fact.note}".removesuffix(" | ") for fact in information.of(row, VIENNA, **how)}


def test_every_known_fact_is_said_as_photographers_write_it() -> None:
    assert said(photo(taken_offset=120, caption="The rings", keywords=["gold", "rings"])) == {
        "Taken": "1 May 2024, 14:00:03 | From the file, UTC+02:00",
        "Camera": "NIKON Z 6",
        "Lens": "NIKKOR Z 50mm f/1.8 S",
        "Exposure": "1/250 s · f/2.8 · ISO 400 · 50 mm",
        "Size": "6000 × 4000 px | 24.0 MP",
        "File": "JPEG · 14\u00a0MB",
        "Caption": "The rings",
        "Keywords": "gold, rings",
        "Place": "48.20849, 16.37208",
    }


def test_a_photo_of_which_nothing_is_known_says_so_much() -> None:
    assert said(photo(facts={}, taken_at=None, width=None)) == {
        "Taken": "Unknown | The file has no date",
        "File": "JPEG · 14\u00a0MB",
    }


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, "14:00:03 | From the file, without a time zone: read as Europe/Vienna"),
        ({"taken_offset": -210}, "08:30:03 | From the file, UTC−03:30"),
        ({"taken_offset": 0, "taken_by_hand": True}, "12:00:03 | Set by hand"),
    ],
)
def test_where_the_time_comes_from_stands_beside_it(fields: dict[str, Any], note: str) -> None:
    assert said(photo(**fields))["Taken"] == f"1 May 2024, {note}"


@pytest.mark.parametrize(
    ("seconds", "words"), [(1 / 8000, "1/8000 s"), (0.1, "1/10 s"), (0.5, "0.5 s"), (2, "2 s"), (30.0, "30 s")]
)
def test_exposures_are_written_as_on_cameras(seconds: float, words: str) -> None:
    assert said(photo(facts={"exposure_seconds": seconds}))["Exposure"] == words


@pytest.mark.parametrize(
    ("make", "model", "words"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("SONY", "ILCE-7M4", "SONY ILCE-7M4"),
        ("Apple", "", "Apple"),
        ("", "X100", "X100"),
    ],
)
def test_makers_are_named_once(make: str, model: str, words: str) -> None:
    assert information.camera(make, model) == words


def test_guests_read_what_the_file_would_tell_them() -> None:
    mine = said(photo(keywords=["difficult client"], place="Home"), for_guests=True)
    assert mine["Keywords"] == "rings"
    assert "Place" not in mine


def test_guests_read_it_in_their_language() -> None:
    with translation.override("de"):
        assert said(photo(taken_offset=120), for_guests=True)["Aufgenommen"].startswith("1. Mai 2024")


# -- pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


@pytest.mark.django_db
def test_the_studio_reads_it_as_a_panel_and_as_a_page(
    album: Album, bob: Client, django_assert_max_num_queries: Any
) -> None:
    one = PlacementFactory.create(album=album, photo__facts=FACTS, photo__studio=album.studio).photo
    url = page("photo_facts", album, one.pk)
    panel = bob.get(url, headers=part("facts")).content.decode()
    assert "NIKON Z 6" in panel
    assert "<html" not in panel
    whole = bob.get(url).content.decode()
    assert "<html" in whole
    assert "NIKON Z 6" in whole
    with django_assert_max_num_queries(14):
        bob.get(url, headers=part("facts"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rights", "status"),
    [
        ({"download": Download.ORIGINAL, "metadata": Metadata.ALL}, 200),
        ({"download": Download.ORIGINAL, "metadata": Metadata.COPYRIGHT}, 403),
        ({"download": Download.ORIGINAL, "metadata": Metadata.NONE}, 403),
        ({"download": Download.WEB}, 403),
        ({"download": Download.NONE}, 403),
    ],
)
def test_guests_read_it_only_by_links_that_hand_the_file_out_whole(
    shared: Make,  # noqa: F811
    rights: dict[str, Any],
    status: int,
) -> None:
    share = allowing(shared, **rights)
    client = Client()
    gallery = client.get(share.url()).content.decode()
    assert ("data-facts-url" in gallery) is (status == 200)
    assert client.get(address(share, "photo_facts", share.photos[0].pk)).status_code == status


@pytest.mark.django_db
def test_a_hidden_photo_tells_guests_nothing(shared: Make) -> None:  # noqa: F811
    share: Share = allowing(shared, download=Download.ORIGINAL)
    client = Client()
    client.get(share.url())
    other = PlacementFactory.create(album=share.album, is_hidden=True).photo
    assert client.get(address(share, "photo_facts", other.pk)).status_code == 404
