"""Settings over the API go through the pages' own forms and deeds; only owners read and write them."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.models import Preset
from config.studio_settings import SUBJECTS
from tests.accounts.callers import bearer

pytestmark = pytest.mark.django_db


def put(caller: Any, key: str, body: Any) -> Any:
    return caller.put(f"/api/settings/{key}", body, content_type="application/json")


@pytest.mark.parametrize(
    ("key", "said", "wrong"),
    [
        ("studio", {"name": "North Lights", "accent": "#123456"}, {"time_zone": "Mars/Olympus"}),
        ("looks", {"grid": "masonry"}, {"grid": "heap"}),
        ("downloads", {"sizes": [{"edge": 1000, "label": "Screen"}]}, {"sizes": [{"edge": 1}]}),
        ("emails", {"reminder_days": [9, 2]}, {"reminder_days": [0]}),
        ("watermark", {"text": "Proof", "opacity": 40}, {"opacity": 1}),
        ("holidays", {"sets": [{"country": "AT", "region": ""}]}, {"set": []}),
        ("inbox", {"duplicates": "keep"}, {"duplicates": "burn"}),
        ("ai", {"language": "de", "monthly_cap": 500}, {"accept_from": 101}),
        ("presets", {"default_link": None}, {"default_link": "none"}),
    ],
)
def test_what_is_named_changes_and_the_rest_stays(key: str, said: Any, wrong: Any, alice_user: User) -> None:
    api = bearer(alice_user, "north")
    before = api.get(f"/api/settings/{key}").json()
    assert put(api, key, wrong).status_code == 400
    assert put(api, key, {"nonsense": 1}).status_code == 400
    assert api.get(f"/api/settings/{key}").json() == before
    changed = put(api, key, said)
    assert changed.status_code == 200
    assert changed.json() == {**before, **said} == api.get(f"/api/settings/{key}").json()


def test_no_other_subject_is_there(alice_user: User) -> None:
    api = bearer(alice_user, "north")
    assert api.get("/api/settings/money").status_code == put(api, "money", {}).status_code == 404


def test_only_owners_read_and_write_settings(erin_user: User, bob_user: User, north: Studio) -> None:
    for user in (erin_user, bob_user):
        for key in SUBJECTS:
            assert bearer(user, "north").get(f"/api/settings/{key}").status_code == 403
            assert put(bearer(user, "north"), key, {}).status_code == 403


def test_faces_are_switched_on_by_consent_alone(alice_user: User, north: Studio) -> None:
    api = bearer(alice_user, "north")
    assert put(api, "faces", {"enabled": True}).status_code == 422
    assert not api.get("/api/settings/faces").json()["enabled"]
    told = put(api, "faces", {"enabled": True, "i_may_process_faces": True}).json()
    assert (told["enabled"], told["consent_by"]) == (True, str(alice_user))
    assert api.get("/api/people/settings").json()["enabled"]
    assert not put(api, "faces", {"enabled": False}).json()["enabled"]


def test_another_preset_becomes_the_default(alice_user: User, north: Studio) -> None:
    api = bearer(alice_user, "north")
    with acting_in(north):
        one, other = (Preset(studio=north, kind="link", name=name) for name in ("Press", "Family"))
        for row in (one, other):
            row.save(force_insert=True)
    assert put(api, "presets", {"default_link": str(one.pk)}).json()["default_link"] == str(one.pk)
    assert put(api, "presets", {"default_link": str(other.pk)}).json()["default_link"] == str(other.pk)
    assert [row["name"] for row in api.get("/api/settings/presets").json()["presets"]] == ["Family", "Press"]
    assert put(api, "presets", {"default_link": None}).json()["default_link"] is None
    assert put(api, "presets", {"default_album": str(one.pk)}).status_code == 400


def test_what_is_only_read_says_how_it_is(alice_user: User, north: Studio) -> None:
    api = bearer(alice_user, "north")
    assert api.get("/api/settings/retention").json()["trash"] == 30
    assert api.get("/api/settings/webhooks").json() == {"webhooks": []}
    security = api.get("/api/settings/security").json()
    assert security["members"] == security["without_second_factor"] > 0
    assert put(api, "retention", {"trash": 1}).json()["trash"] == 30
