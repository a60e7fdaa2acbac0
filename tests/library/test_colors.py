"""Photos are found by the name of the colour that covers most of them."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.library.questions import colors
from tests.accounts.callers import Caller, bearer
from tests.library.conftest import Shoot

CALLED = {
    "#d01818": "red", "#f08020": "orange", "#f0e020": "yellow", "#208030": "green", "#20c0c0": "turquoise",
    "#2040c0": "blue", "#8030c0": "purple", "#f060b0": "pink", "#f0b0b0": "pink", "#704018": "brown",
    "#101010": "black", "#808080": "grey", "#f8f8f8": "white",
}  # fmt: skip


@pytest.mark.parametrize(("color", "name"), CALLED.items())
def test_a_colour_is_called_as_people_call_it(color: str, name: str) -> None:
    assert colors.name_of(color) == name


def test_every_colour_has_one_name() -> None:
    keys = [key for name in colors.NAMES for key in colors.keys_of(name)]
    assert len(keys) == len(set(keys)) == 16**3
    assert all(colors.keys_of(name) for name in colors.NAMES)
    assert set(colors.ALIASES.values()) <= set(colors.NAMES)


@pytest.fixture
def api(db: None, alice_user: User, shoot: Shoot) -> Caller:
    for color in CALLED:
        shoot(camera_name=color, color=color)
    shoot(camera_name="unknown", color="")
    return bearer(alice_user, "north")


def found(api: Caller, query: str) -> set[str]:
    answer = api.get(f"/api/photos?{query}")
    assert answer.status_code == 200, answer.content
    return {row["camera_name"] for row in answer.json()["results"]}


@pytest.mark.parametrize("name", colors.NAMES)
def test_each_name_finds_its_photos_and_no_others(api: Caller, name: str) -> None:
    assert found(api, f"color={name}") == {color for color, called in CALLED.items() if called == name}


def test_several_none_and_german_are_asked_for(api: Caller) -> None:
    assert found(api, "color=blue&color=green") == {"#2040c0", "#208030"}
    assert found(api, "q=farbe:blau") == {"#2040c0"}
    assert found(api, "color=none") == {"unknown"}
    assert found(api, "q=-colour:none") == set(CALLED)
