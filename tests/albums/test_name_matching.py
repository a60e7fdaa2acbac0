"""Names as clients write them, matched to the photos they mean."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.albums.filenames.distance import distance, one_edit_away
from apps.albums.filenames.index import stem_of
from apps.albums.filenames.matching import LONGEST_RANGE, LONGEST_TEXT, MOST_NAMES, TooMuch, match

NAMES = [
    *(f"IMG_{number:04}.JPG" for number in range(1230, 1270)),
    "DSC_0009.CR3", "DSC_0010.NEF", "DSC_0011.NEF", "DSC_0012.NEF", "DSC_0015.NEF", "DSC_1250.NEF",
    "Müller & Söhne 0012.jpg", "2026-05-30-0044.jpg", "IMG_1234-Edit.tif", "Anna portrait.jpg",
]  # fmt: skip


def found(text: str, names: list[str] = NAMES) -> list[str]:
    return [names[position] for position in match(text, names).positions]


def missed(text: str, names: list[str] = NAMES) -> dict[str, list[str]]:
    return {miss.asked: [names[position] for position in miss.nearest] for miss in match(text, names).misses}


TEN = [1230, 1231, 1232, 1240, 1244, 1251, 1252, 1253, 1254, 1260]
TEN_NAMES = [f"IMG_{number}.JPG" for number in TEN]
SPELLINGS = {
    "as they are called": ", ".join(TEN_NAMES),
    "as Lightroom wants them": " ".join(stem_of(name) for name in TEN_NAMES),
    "numbers and ranges": "1230-1232, 1240, 1244, 1251-1254, 1260",
    "ranges with the prefix": "IMG_1230 – IMG_1232; IMG_1240; IMG_1244; IMG_1251 to IMG_1254; IMG_1260",
    "short ranges": "1230-32 1240 1244 1251-54 1260",
    "lower case with blanks": "img 1230, img 1231, img 1232, img 1240, img 1244, img 1251 bis 1254, img 1260",
    "full paths in quotes": "\n".join(f'"C:\\Users\\Anna Müller\\Our wedding\\{name}"' for name in TEN_NAMES),
    "paths of a Mac": "\n".join(f"/Users/anna/Our wedding, day 1/{name}" for name in TEN_NAMES).replace(", day", ""),
    "a list with dots and copies": "\n".join(f"• {name} (2)" for name in TEN_NAMES),
    "a numbered list with zeros": "\n".join(f"{at}. img-0{number}.cr3" for at, number in enumerate(TEN, 1)),
    "an email": "Hi! We love 1230, 1231 and 1232 (so fun), also photo 1240 & 1244, 1251 until 1254 and #1260, please.",
    "cells of a table": "\t".join(stem_of(name) for name in TEN_NAMES) + "\r\n",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_ten_photos_in_every_spelling(spelling: str) -> None:
    matches = match(SPELLINGS[spelling], NAMES)
    assert [miss.asked for miss in matches.misses] == []
    # DSC_1250 has none of these numbers, so nothing is ambiguous either.
    assert sorted(found(SPELLINGS[spelling])) == TEN_NAMES


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("DSC_9.CR3", ["DSC_0009.CR3"]),
        ("dsc_00009", ["DSC_0009.CR3"]),
        ("DSC_0010-0012", ["DSC_0010.NEF", "DSC_0011.NEF", "DSC_0012.NEF"]),
        ("DSC_0012-DSC_0010", ["DSC_0010.NEF", "DSC_0011.NEF", "DSC_0012.NEF"]),
        ("mueller & soehne 12", ["Müller & Söhne 0012.jpg"]),
        ("MÜLLER & SÖHNE 0012.JPG", ["Müller & Söhne 0012.jpg"]),
        ("muller sohne 12", ["Müller & Söhne 0012.jpg"]),
        ("Mu\u0308ller & So\u0308hne 0012", ["Müller & Söhne 0012.jpg"]),
        ("2026-05-30-44", ["2026-05-30-0044.jpg"]),
        ("IMG_1234", ["IMG_1234.JPG"]),
        ("IMG_1234-Edit", ["IMG_1234-Edit.tif"]),
        ("Anna portrait", ["Anna portrait.jpg"]),
        ("IMG_1240 with the dog", ["IMG_1240.JPG"]),
        ("1240/1241", ["IMG_1240.JPG", "IMG_1241.JPG"]),
        ("file:///Users/a/IMG%5F1240.JPG", ["IMG_1240.JPG"]),
        ("'IMG_1240'", ["IMG_1240.JPG"]),
        ("", []),
        ("—", []),
    ],
)
def test_a_name_finds_its_photo(text: str, names: list[str]) -> None:
    matches = match(text, NAMES)
    assert ([NAMES[position] for position in matches.positions], matches.misses) == (names, [])


def test_a_number_with_two_prefixes_gives_both_and_says_so() -> None:
    matches = match("1250", NAMES)
    assert [NAMES[position] for position in matches.ambiguous[0].positions] == ["IMG_1250.JPG", "DSC_1250.NEF"]
    assert match("IMG_1250", NAMES).ambiguous == []


def test_raw_and_jpeg_of_one_shot_are_both_meant_and_not_ambiguous() -> None:
    names = ["IMG_1.JPG", "IMG_1.CR3"]
    assert found("IMG_0001", names) == names
    assert match("IMG_0001", names).ambiguous == []


def test_what_is_missing_is_named_with_what_is_near() -> None:
    assert missed("IGM_1234")["IGM_1234"][0] == "IMG_1234.JPG"
    assert missed("DSC_1240") == {"DSC_1240": ["DSC_1250.NEF", "IMG_1240.JPG"]}
    assert missed("Anna portait") == {"Anna portait": ["Anna portrait.jpg"]}
    assert len(missed("IMG_1270")["IMG_1270"]) == 3
    assert missed("XYZ_99999.jpg") == {"XYZ_99999.jpg": []}


def test_gaps_of_a_range_are_told_as_ranges() -> None:
    assert list(missed("DSC_0009 - DSC_0017")) == ["DSC_13–14", "DSC_16–17"]


def test_too_much_is_refused_with_a_sentence() -> None:
    with pytest.raises(TooMuch, match="100,000 characters"):
        match("x" * (LONGEST_TEXT + 1), NAMES)
    with pytest.raises(TooMuch, match="2,000 numbers"):
        match(f"1-{LONGEST_RANGE + 1}", NAMES)
    assert len(match(f"1-{LONGEST_RANGE}", NAMES).hits) > 0
    with pytest.raises(TooMuch, match="5,000 names"):
        match(",".join(f"X_{number}" for number in range(MOST_NAMES + 1)), NAMES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["1" * 100_000, "1-" * 50_000, "(" * 100_000, '"' * 100_000, "1 - " * 2_500, "x/" * 50_000, ".jpg" * 25_000,
             "9" * 49_999 + "-" + "9" * 50_000, " " * 100_000, "to " * 9_999, "a b " * 4_000, "'a" * 50_000,
             "1…" * 50_000, "/" * 100_000, "[ ] " * 25_000, "- " * 50_000]
)  # fmt: skip
def test_hostile_text_is_read_soon(text: str) -> None:
    begun = time.process_time()
    with suppress(TooMuch):
        match(text, NAMES)
    assert time.process_time() - begun < 5


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    matches = match(text, NAMES)
    assert all(0 <= position < len(NAMES) for position in matches.positions)


@given(st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.sampled_from([", ", "\n", ";", "\t", " ; "]))
def test_every_name_finds_itself_whatever_separates_them(names: list[str], separator: str) -> None:
    matches = match(separator.join(names), NAMES)
    assert matches.misses == []
    assert {NAMES[position] for position in matches.positions} == set(names)


@given(st.integers(1230, 1269), st.integers(1230, 1269))
def test_a_range_is_every_number_in_it(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert found(f"IMG_{one}-IMG_{other}") == [f"IMG_{number}.JPG" for number in range(low, high + 1)]


@given(st.text("ab1", max_size=6), st.text("ab1", max_size=6))
def test_distance_is_symmetric_and_zero_only_for_the_same(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


@given(st.text("ab1", min_size=1, max_size=6))
def test_texts_one_edit_away_are_one_edit_away(text: str) -> None:
    assert all(distance(text, other, 3) <= 1 for other in one_edit_away(text))
