"""The studio's own download sizes: chosen on one page, offered on another, and no other setting is lost by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.sharing.downloads import studio_sizes

pytestmark = pytest.mark.django_db
PAGE = "/studio/north/download-sizes/"
LOOK = {"cover": "split", "grid": "masonry", "typeface": "classic", "theme": "light"}


def design(studio: Studio) -> dict[str, Any]:
    with acting_in(studio):
        studio.refresh_from_db()
    kept: dict[str, Any] = studio.design
    return kept


def test_the_owner_chooses_sizes_and_the_look_stays_and_so_the_other_way_round(alice: Client, north: Studio) -> None:
    assert alice.post("/studio/north/design/", LOOK).status_code == 303
    sent = {"edge_1": "3000", "label_1": " A4  print ", "edge_3": "1080", "label_3": "Instagram"}
    assert alice.post(PAGE, sent).status_code == 303
    wanted = [{"edge": 1080, "label": "Instagram"}, {"edge": 3000, "label": "A4 print"}]
    assert design(north) == {**LOOK, "sizes": wanted}
    assert studio_sizes.offered(north) == {1080: "Instagram", 3000: "A4 print"}
    assert alice.post("/studio/north/design/", {**LOOK, "theme": "dark"}).status_code == 303
    assert design(north) == {**LOOK, "theme": "dark", "sizes": wanted}
    shown = alice.get(PAGE).content.decode()
    assert 'value="A4 print"' in shown
    assert shown.count("Longest edge in pixels") == studio_sizes.MOST_SIZES
    assert alice.post(PAGE, {}).status_code == 303
    assert design(north) == {**LOOK, "theme": "dark"}
    assert tuple(studio_sizes.offered(north)) == studio_sizes.PIXELS


@pytest.mark.parametrize(
    "sent",
    [
        {"edge_1": "299"},
        {"edge_1": "6001"},
        {"edge_1": "many"},
        {"edge_1": "1000", "edge_2": "1000"},
        {"label_1": "no number"},
        {"edge_1": "1000", "label_1": "x" * 41},
    ],
)
def test_what_is_no_size_is_refused_and_kept_in_the_form(alice: Client, north: Studio, sent: dict[str, str]) -> None:
    answer = alice.post(PAGE, sent)
    assert answer.status_code == 422
    assert next(iter(sent.values())) in answer.content.decode()
    assert design(north) == {}


def test_others_than_the_owner_find_no_form(bob: Client) -> None:
    assert bob.get(PAGE).status_code == 403
