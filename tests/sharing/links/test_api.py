"""Share links over the API: the shape of API.md, the same deeds as the pages, scopes."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.sharing.models import ShareLink
from apps.web.days import end_of_day, last_day
from tests.factories import ApiKeyFactory
from tests.sharing.conftest import PASSWORD, Make, Share
from tests.sharing.links.test_terms import ZONES

pytestmark = pytest.mark.django_db
SHAPE = {
    "id", "label", "url", "token", "is_password_protected", "expires_at", "is_revoked", "rights", "views",
    "last_opened_at", "created_at", "slug", "asks_identity", "pin",
}  # fmt: skip
NO_RIGHTS = {
    "download": "none", "download_limit": None, "metadata": "all", "file_names": "", "pin": False,
    "watermarked": False,
    "favourite": False, "comment": False, "rate": False, "hide": False, "upload": "off",
    "uploads_wait": True,
    "people": "off", "consent_only": False, "find_me": "off", "search": False, "places": False,
}  # fmt: skip


class Caller:
    """An integration with a key."""

    def __init__(self, user: User, share: Share, *scopes: str) -> None:
        secret = f"gk_{'x' * 20}{''.join(scopes)}{user.pk.hex}"
        ApiKeyFactory.create(studio=share.studio, made_by=user, secret=secret, scopes=list(scopes))
        self.headers = {"Authorization": f"Api-Key {secret}"}
        self.list = reverse("api-share-links", args=[share.album.pk])
        self.one = reverse("api-share-link", args=[share.album.pk, share.link.pk])

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        call = getattr(Client(), method)
        sent = {"headers": {**self.headers, **headers}}
        if body is not None:
            return call(path, json.dumps(body), content_type="application/json", **sent)
        return call(path, **sent)


@pytest.fixture
def share(shared: Make) -> Share:
    return shared(password=PASSWORD, download="web")


@pytest.fixture
def erins(share: Share, erin_user: User) -> Caller:
    return Caller(erin_user, share, "read", "share")


def test_the_list_has_the_agreed_shape(share: Share, erins: Caller) -> None:
    answer = erins("get", erins.list)
    assert answer.status_code == 200
    assert set(answer.json()) == {"next", "previous", "results"}
    (row,) = answer.json()["results"]
    assert set(row) == SHAPE
    assert row["rights"] == {**NO_RIGHTS, "download": "web"}
    assert row["token"] == share.token
    assert row["url"] == settings.PUBLIC_URL + share.url()
    assert row["is_password_protected"] is True
    assert "ETag" in answer.headers


def test_a_link_is_made_and_opens(share: Share, erins: Caller) -> None:
    body = {"label": "Press", "password": PASSWORD, "rights": {"download": "original"}}
    answer = erins("post", erins.list, body)
    assert answer.status_code == 201
    assert set(answer.json()) == SHAPE
    path = answer.json()["url"].removeprefix(settings.PUBLIC_URL)
    assert Client().post(path, {"password": PASSWORD}).status_code == 303
    assert "password" not in answer.json()


def test_without_rights_a_link_only_lets_look(share: Share, erins: Caller) -> None:
    answer = erins("post", erins.list, {})
    assert answer.status_code == 201
    assert answer.json()["rights"]["download"] == "none"
    assert answer.json()["is_password_protected"] is False


def test_a_right_that_links_do_not_have_is_refused(share: Share, erins: Caller) -> None:
    for method, path in (("post", erins.list), ("patch", erins.one)):
        answer = erins(method, path, {"rights": {"upload": "everything"}})
        assert answer.status_code == 400
        assert "rights.upload" in answer.json()["error"]["fields"]


@pytest.mark.parametrize(
    ("right", "value"),
    [
        ("upload", "on"), ("upload", "drop"), ("uploads_wait", False),
        ("download", "original"), ("download_limit", 30), ("metadata", "copyright"), ("pin", True),
        ("file_names", "{gallery}-{number}"), ("watermarked", True),
        ("favourite", True), ("comment", True), ("rate", True), ("hide", True),
        ("people", "names"), ("consent_only", True), ("find_me", "all"), ("search", True), ("places", True),
    ],
)  # fmt: skip
def test_each_right_is_granted_alone_and_taken_back(share: Share, erins: Caller, right: str, value: Any) -> None:
    before = erins("get", erins.list).json()["results"][0]["rights"]
    granted = erins("patch", erins.one, {"rights": {right: value}}).json()["rights"]
    assert granted == {**before, right: value}
    assert erins("patch", erins.one, {"label": "Renamed"}).json()["rights"] == granted
    assert erins("patch", erins.one, {"rights": {right: before[right]}}).json()["rights"] == before
    made = erins("post", erins.list, {"rights": {right: value}}).json()
    assert made["rights"] == {**NO_RIGHTS, right: value}


@pytest.mark.parametrize("limit", [0, -1, 100_001, "many"])
def test_a_limit_is_a_number_of_photos(share: Share, erins: Caller, limit: Any) -> None:
    answer = erins("patch", erins.one, {"rights": {"download_limit": limit}})
    assert answer.status_code == 400
    assert "rights.download_limit" in answer.json()["error"]["fields"]


def test_a_pin_has_six_digits_and_is_shown_to_those_who_share(share: Share, erins: Caller, erin_user: User) -> None:
    assert erins("get", erins.list).json()["results"][0]["pin"] is None
    first = erins("patch", erins.one, {"rights": {"pin": True}}).json()["pin"]
    assert re.fullmatch(r"[0-9]{6}", first)
    assert erins("patch", erins.one, {"label": "Renamed"}).json()["pin"] == first
    assert Caller(erin_user, share, "read")("get", erins.list).json()["results"][0]["pin"] is None
    assert erins("patch", erins.one, {"rights": {"pin": False}}).json()["pin"] is None
    share.reload()
    assert (share.link.pin_hash, share.link.pin_sealed, share.link.pin_version) == ("", "", 3)


def test_a_readable_address_is_what_the_studio_sends(share: Share, erins: Caller) -> None:
    row = erins("patch", erins.one, {"slug": " Anna-Tom "}).json()
    assert (row["slug"], row["url"]) == ("anna-tom", f"{settings.PUBLIC_URL}/g/north.anna-tom/")
    assert row["token"] == share.token
    refused = erins("patch", erins.one, {"password": None})
    assert refused.status_code == 400
    assert "guessed" in refused.json()["error"]["fields"]["password"][0]
    assert erins("patch", erins.one, {"password": None, "slug": ""}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "short"}, "password"),
        ({"slug": "no spaces"}, "slug"),
        ({"slug": "a.dot"}, "slug"),
        ({"rights": {"metadata": "some"}}, "rights.metadata"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59Z"}, "expires_at"),
        ({"expires_at": "0001-01-01T00:00:00Z"}, "expires_at"),
        ({"rights": {"download": "everything"}}, "rights.download"),
        ({"rights": "all"}, "rights"),
        ({"label": "x" * 81}, "label"),
        ({"label": "a\x00b"}, "label"),
        ({"is_revoked": "perhaps"}, "is_revoked"),
    ],
)
def test_bad_terms_name_their_field(share: Share, erins: Caller, body: dict[str, Any], field: str) -> None:
    for method, path in (("post", erins.list), ("patch", erins.one)):
        answer = erins(method, path, body)
        assert answer.status_code == 400, answer.content
        assert any(name.startswith(field) for name in answer.json()["error"]["fields"])
    with acting_in(share.studio):
        assert ShareLink.objects.for_studio(share.studio).count() == 1


def test_a_change_leaves_what_it_does_not_name(share: Share, erins: Caller) -> None:
    answer = erins("patch", erins.one, {"label": "Renamed"})
    assert answer.status_code == 200
    share.reload()
    assert (share.link.label, share.link.download, share.link.version) == ("Renamed", "web", 1)
    assert share.link.is_password_protected


@pytest.mark.parametrize(("password", "kept"), [(None, False), ("", False), ("brand new", True)])
def test_a_password_is_changed_or_removed(share: Share, erins: Caller, password: str | None, kept: bool) -> None:
    assert erins("patch", erins.one, {"password": password}).json()["is_password_protected"] is kept
    assert Client().post(share.url(), {"password": PASSWORD}).status_code == (422 if kept else 303)


def test_revoked_and_opened_again(share: Share, erins: Caller) -> None:
    assert erins("patch", erins.one, {"is_revoked": True}).json()["is_revoked"] is True
    assert Client().get(share.url()).status_code == 410
    assert erins("patch", erins.one, {"is_revoked": False}).json()["is_revoked"] is False
    assert Client().get(share.url()).status_code == 200


def test_a_link_expires_at_the_end_of_the_local_day(share: Share, erins: Caller) -> None:
    with acting_in(share.studio):
        share.studio.time_zone = "America/New_York"
        share.studio.save(update_fields=["time_zone"])
    noon = (timezone.now() + timedelta(days=2)).astimezone(ZoneInfo("America/New_York")).replace(hour=12)
    told = erins("patch", erins.one, {"expires_at": noon.isoformat()}).json()["expires_at"]
    end = end_of_day(noon.date(), ZoneInfo("America/New_York"))
    assert datetime.fromisoformat(told) == end
    again = erins("patch", erins.one, {"expires_at": told}).json()["expires_at"]
    assert again == told
    assert erins("patch", erins.one, {"expires_at": None}).json()["expires_at"] is None


@given(
    day=st.dates(min_value=datetime(2000, 1, 1).date(), max_value=datetime(2060, 1, 1).date()),
    zone=st.sampled_from(ZONES),
)
def test_what_is_given_out_as_expiry_means_the_same_day_when_it_comes_back(day: Any, zone: str) -> None:
    local = ZoneInfo(zone)
    end = end_of_day(day, local)
    again = last_day(end, local)
    assert again is not None
    assert end_of_day(again, local) == end


def test_deleting(share: Share, erins: Caller) -> None:
    assert erins("delete", erins.one).status_code == 204
    assert erins("delete", erins.one).status_code == 404
    assert Client().get(share.url()).status_code == 404


def test_a_key_that_may_only_read_sees_no_address_and_changes_nothing(share: Share, erin_user: User) -> None:
    reader = Caller(erin_user, share, "read")
    (row,) = reader("get", reader.list).json()["results"]
    assert (row["url"], row["token"]) == (None, None)
    assert reader("post", reader.list, {}).status_code == 403
    assert reader("patch", reader.one, {"label": "x"}).status_code == 403
    assert reader("delete", reader.one).status_code == 403


def test_a_viewers_key_sees_no_address_and_changes_nothing(share: Share, bob_user: User) -> None:
    viewer = Caller(bob_user, share, "read", "share")
    (row,) = viewer("get", viewer.list).json()["results"]
    assert (row["url"], row["token"]) == (None, None)
    assert viewer("post", viewer.list, {}).status_code == 403


def test_nobody_and_strangers_find_nothing(share: Share, erins: Caller, charlie_user: User, shared: Make) -> None:
    assert Client().get(erins.list).status_code == 401
    other = shared()
    wrong_album = reverse("api-share-link", args=[other.album.pk, share.link.pk])
    assert erins("patch", wrong_album, {"label": "x"}).status_code == 404


def test_the_same_request_twice_makes_one_link(share: Share, erins: Caller) -> None:
    first = erins("post", erins.list, {"label": "once"}, **{"Idempotency-Key": "k1"})
    second = erins("post", erins.list, {"label": "once"}, **{"Idempotency-Key": "k1"})
    assert first.json() == second.json()
    with acting_in(share.studio):
        assert ShareLink.objects.for_studio(share.studio).filter(label="once").count() == 1


def test_an_album_in_the_trash_is_not_there(share: Share, erins: Caller) -> None:
    with acting_in(share.studio):
        share.album.trashed_at = timezone.now()
        share.album.save(update_fields=["trashed_at"])
    assert erins("get", erins.list).status_code == 404


def test_guests_find_themselves_by_the_clients_own_link_or_by_any(share: Share, erins: Caller) -> None:
    address = f"/api/albums/{share.album.pk}/share"
    refused = erins("post", address, {"label": "x", "rights": {"find_me": "main"}})
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["rights.find_me"])
    own = erins("post", address, {"label": "Anna", "rights": {"hide": True, "find_me": "main"}}).json()
    guests = erins("post", address, {"label": "Guests", "rights": {"find_me": "all"}}).json()
    assert (own["rights"]["find_me"], guests["rights"]["find_me"]) == ("main", "all")
    for wanted in ("off", "main"):
        changed = erins("patch", f"{address}/{own['id']}", {"rights": {"find_me": wanted}}).json()
        assert (changed["rights"]["find_me"], changed["rights"]["hide"]) == (wanted, True)
