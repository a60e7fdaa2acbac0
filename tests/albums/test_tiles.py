"""The HTML of tiles: what the scripts rely on, and that nothing typed or embedded runs."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from apps.albums.filenames.names import camera_name
from apps.albums.tiles import Heading, StudioPlace, TileRow, colour_class, guest_tiles, shape_classes, studio_tiles

NAMES = Path(__file__).resolve().parent / "names"
STUDIO, ALBUM, SECTION = uuid4(), uuid4(), uuid4()
PLACE = StudioPlace(STUDIO, "north", ALBUM, None, True)


def row(**changed: Any) -> TileRow:
    """A ready photo of 6000 x 4000."""
    values: dict[str, Any] = {
        "photo_id": uuid4(), "section_id": None, "is_hidden": False, "name": "DSC_1.jpg", "caption": "",
        "state": "ready", "problem": "", "width": 6000, "height": 4000, "color": "#aabbcc", "size": 12_345,
        "sizes": [400, 800, 2400, 1600], "is_withheld": False, "audience": None,
        "rating": 0, "label": "", "flag": "", "placement_id": uuid4(),
    }  # fmt: skip
    return TileRow(**(values | changed))


def guest(*rows: TileRow, **options: Any) -> str:
    headings = options.pop("headings", {SECTION: Heading("Ceremony", 2)})
    return guest_tiles(rows, headings, studio_id=STUDIO, album_id=ALBUM, gallery_url="/g/token/", **options)


def studio(*rows: TileRow, place: StudioPlace = PLACE, **options: Any) -> str:
    return studio_tiles(rows, {SECTION: Heading("Ceremony", 2)}, place, **options)


class Elements(HTMLParser):
    """Every element with its attributes, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_a_guest_tile_is_two_elements_with_sizes_colour_and_an_address() -> None:
    one = row()
    link, image = Elements(guest(one)).found
    assert (link[0], image[0]) == ("a", "img")
    assert link[1]["class"] == "t a150 k556"
    assert link[1]["id"] == f"p-{one.photo_id}"
    assert link[1]["href"] == f"/g/token/photos/{one.photo_id}/"
    assert re.fullmatch(r"/m/[0-9a-f-]+/[0-9a-f-]+/web\.[0-9a-f]+\.webp", link[1]["data-full"])
    assert (image[1]["width"], image[1]["height"]) == ("2400", "1600")
    assert re.search(r"/tile\.\S+\.webp 400w, \S+/thumb\.\S+\.webp 800w", image[1]["srcset"])
    assert image[1]["sizes"] == "(max-width:599px) 195px, 360px"
    assert image[1]["alt"] == "DSC_1"
    assert "data-name" not in link[1]
    assert "data-note" not in link[1]


def test_the_first_twelve_images_load_at_once_and_only_on_the_first_page() -> None:
    rows = [row() for _ in range(15)]
    assert [image["loading"] for image in Elements(guest(*rows)).all("img")] == ["eager"] * 12 + ["lazy"] * 3
    assert {image["loading"] for image in Elements(guest(*rows, first_page=False)).all("img")} == {"lazy"}
    assert {image["loading"] for image in Elements(guest(*rows, below_cover=True)).all("img")} == {"lazy"}


def test_what_a_phone_shows_first_is_asked_for_before_scripts() -> None:
    rows = [row() for _ in range(4)]
    asked = [image.get("fetchpriority") for image in Elements(guest(*rows)).all("img")]
    assert asked == ["high", "high", None, None]
    for later in ({"first_page": False}, {"below_cover": True}):
        assert {image.get("fetchpriority") for image in Elements(guest(*rows, **later)).all("img")} == {None}


def test_a_heading_stands_where_a_section_begins() -> None:
    inside = row(section_id=SECTION)
    assert guest(row(), inside).count("<h2") == 1
    assert '<i class="fill"></i><h2 class="set"' in guest(row(), inside)
    assert guest(inside).startswith(f'<h2 class="set" id="s-{SECTION}">Ceremony <small>2 photos</small></h2>')
    assert "<h2" not in guest(inside, after=SECTION, first_page=False)
    assert guest(inside, after=None, first_page=False).startswith('<i class="fill"></i><h2')
    assert "1 photo<" in guest(inside, headings={SECTION: Heading("Ceremony", 1)})


def test_the_section_is_part_of_the_alternative_text() -> None:
    assert Elements(guest(row(section_id=SECTION))).all("img")[0]["alt"] == "DSC_1, Ceremony"
    assert Elements(guest(row(section_id=SECTION, caption="The rings"))).all("img")[0]["alt"] == "The rings"


def test_file_names_are_shown_only_where_downloads_are() -> None:
    assert 'data-name="DSC_1.jpg"' in guest(row(), with_names=True)
    assert "DSC_1.jpg" not in guest(row())


def test_a_studio_tile_can_be_picked_and_downloaded() -> None:
    one = row(section_id=SECTION)
    elements = Elements(studio(one))
    tile = elements.all("div")[0]
    assert tile["class"] == "t a150 k556"
    assert (tile["data-name"], tile["data-size"], tile["data-section"]) == ("DSC_1.jpg", "12345", str(SECTION))
    assert elements.all("a")[0]["data-dl"] == f"/studio/north/albums/{ALBUM}/photos/{one.photo_id}/download/"
    assert elements.all("input")[0] == {
        "class": "pick", "type": "checkbox", "name": "photo", "value": str(one.photo_id), "form": "selection",
        "aria-label": "Select DSC_1.jpg",
    }  # fmt: skip


def test_viewers_can_neither_pick_nor_retry() -> None:
    html = studio(row(), row(state="failed", problem="Broken."), place=PLACE._replace(may_edit=False))
    assert "<input" not in html
    assert "<button" not in html


def test_a_studio_tile_says_how_far_the_photo_is() -> None:
    waiting, failed = (
        row(state="processing", width=None, height=None, color=""),
        row(state="failed", problem="Cut off."),
    )
    html = studio(waiting, failed)
    tiles = Elements(html).all("div")
    assert tiles[0]["class"] == "t a150 k555 is-wait"
    assert tiles[1]["class"] == "t a150 k556 is-bad"
    assert "<p>Processing…</p>" in html
    assert "<p>Cut off.</p>" in html
    assert f'hx-post="/studio/north/albums/{ALBUM}/photos/{failed[0]}/retry/"' in html


def test_hidden_photos_and_the_cover_are_marked() -> None:
    one = row(is_hidden=True)
    assert 'class="t a150 k556 is-hidden is-cover"' in studio(one, place=PLACE._replace(cover_id=one.photo_id))


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({}, []),
        ({"is_hidden": True}, ["Hidden"]),
        ({"is_withheld": True}, ["Hidden by the client"]),
        ({"audience": []}, ["Chosen links"]),
        ({"is_withheld": True, "audience": [uuid4()]}, ["Hidden by the client", "Chosen links"]),
    ],
)
def test_a_photo_that_is_kept_from_guests_says_from_whom(kept: dict[str, Any], said: list[str]) -> None:
    assert re.findall(r"<b>([^<]+)</b>", studio(row(**kept))) == said
    assert "<b>" not in guest(row(**kept))


def test_bare_tiles_have_no_headings() -> None:
    assert "<h2" not in studio(row(section_id=SECTION), bare=True)


@pytest.mark.parametrize(
    ("width", "height", "color", "classes"),
    [
        (6000, 4000, "#aabbcc", "a150 k556"),
        (4000, 6000, "#000000", "a67 k000"),
        (60_000, 100, "#ffffff", "a400 k777"),
        (100, 60_000, "#1f3f5f", "a30 k012"),
        (None, None, "", "a150 k555"),
        (1, 1, "#AABBCC", "a100 k556"),
    ],
)
def test_shapes_and_colours_become_classes(width: int | None, height: int | None, color: str, classes: str) -> None:
    assert shape_classes(width, height, color) == classes


def test_the_colour_keeps_three_bits_of_each_channel() -> None:
    for value in range(256):
        assert colour_class(f"#{value:02x}0000") == f"k{value >> 5}00"


def test_a_photo_without_renditions_still_makes_a_tile() -> None:
    assert 'width="6000"' in guest(row(sizes=None))
    assert 'width="3"' in guest(row(sizes=[None] * 4, width=None, height=None))


def hostile() -> list[str]:
    """Names and texts that have broken other programs (G34)."""
    naughty = [entry["name"] for entry in json.loads((NAMES / "naughty_filenames.json").read_text())]
    return [*json.loads((NAMES / "blns.json").read_text()), *naughty, '"><script>alert(1)</script>', "' onload='x"]


def test_nothing_typed_or_embedded_becomes_an_element_or_attribute() -> None:
    shape = [tag for tag, _ in Elements(studio(row(section_id=SECTION))).found]
    guest_shape = [tag for tag, _ in Elements(guest(row(section_id=SECTION, caption="x"), with_names=True)).found]
    for text in hostile():
        one = row(section_id=SECTION, name=text, caption=text, problem=text)
        headings = {SECTION: Heading(text, 1)}
        in_studio = Elements(studio_tiles([one], headings, PLACE))
        assert [tag for tag, _ in in_studio.found] == shape
        assert set(in_studio.all("div")[0]) == {"class", "id", "data-name", "data-size", "data-section"}
        assert set(in_studio.all("img")[0]) == {
            "src", "srcset", "sizes", "width", "height", "alt", "loading", "decoding",
        }  # fmt: skip
        for_guest = Elements(guest(one, headings=headings, with_names=True))
        assert [tag for tag, _ in for_guest.found] == guest_shape
        assert set(for_guest.all("a")[0]) - {"data-note"} == {"class", "id", "href", "data-full", "data-name"}


def test_a_hostile_name_is_kept_to_be_read_but_harmless() -> None:
    for text in hostile():
        name = camera_name(text)
        assert name
        assert len(name) <= 255
        assert not re.search(r"[/\\\x00-\x1f\x7f\u202e]", name)
        assert camera_name(name) == name
