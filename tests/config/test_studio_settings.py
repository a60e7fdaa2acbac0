"""Settings over the API go through the pages' own forms and deeds; only owners read and write them."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.models import Studio, User
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
