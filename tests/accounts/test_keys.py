"""API keys: shown once, never wider than who made them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from apps.accounts.models import ApiKey, Membership, Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from tests.accounts.callers import Caller, bearer
from tests.factories import ApiKeyFactory, MembershipFactory

pytestmark = pytest.mark.django_db

ME = "/api/me"


def test_a_key_is_shown_once_and_works(alice_user: User, north: Studio) -> None:
    caller = bearer(alice_user, "north")
    made = caller.send("/api/api-keys", {"name": "Lightroom", "scopes": ["upload", "read"]})
    assert made.status_code == 201
    secret = made.json()["key"]
    assert Caller(f"Api-Key {secret}").get(ME).json()["scopes"] == ["read", "upload"]
    assert secret not in caller.get("/api/api-keys").content.decode()
    with acting_in(north):
        assert secret not in str(ApiKey.objects.for_studio(north).values())


def test_a_deleted_key_works_no_more(alice_user: User, north: Studio) -> None:
    key = ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_gone")
    assert bearer(alice_user, "north").delete(f"/api/api-keys/{key.pk}").status_code == 204
    assert Caller("Api-Key gk_gone").get(ME).status_code == 401


def test_a_key_does_only_what_its_scopes_say(alice_user: User, north: Studio) -> None:
    ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_reads", scopes=["read"])
    ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_uploads", scopes=["upload"])
    assert Caller("Api-Key gk_reads").get("/api/stats").status_code == 200
    assert Caller("Api-Key gk_uploads").get("/api/stats").status_code == 403
    assert Caller("Api-Key gk_reads").get("/api/api-keys").status_code == 403


def test_a_key_cannot_make_a_wider_one(alice_user: User, north: Studio) -> None:
    ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_admin", scopes=["read", "admin"])
    caller = Caller("Api-Key gk_admin")
    assert caller.send("/api/api-keys", {"name": "x", "scopes": ["read"]}).status_code == 201
    wider = caller.send("/api/api-keys", {"name": "x", "scopes": ["read", "share"]})
    assert wider.status_code == 403
    assert wider.json()["error"]["code"] == "scope_not_held"


def test_a_key_can_never_do_more_than_who_made_it(alice_user: User, bob_user: User, north: Studio) -> None:
    ApiKeyFactory.create(studio=north, made_by=bob_user, secret="gk_bobs", scopes=["read", "share", "admin"])
    caller = Caller("Api-Key gk_bobs")
    assert caller.get(ME).json()["scopes"] == ["read"]
    assert caller.get("/api/api-keys").status_code == 403


@pytest.mark.parametrize("scopes", [[], ["root"], "read", None, [["read"]], ["read"] * 9])
def test_a_key_with_strange_scopes_is_refused(alice_user: User, scopes: Any) -> None:
    assert bearer(alice_user, "north").send("/api/api-keys", {"name": "x", "scopes": scopes}).status_code == 400


def test_a_key_of_another_studio_cannot_be_ended(alice_user: User, charlie_user: User, south: Studio) -> None:
    theirs = ApiKeyFactory.create(studio=south, made_by=charlie_user, secret="gk_theirs")
    caller = bearer(alice_user, "north")
    refused, unknown = caller.delete(f"/api/api-keys/{theirs.pk}"), caller.delete(f"/api/api-keys/{uuid4()}")
    assert (refused.status_code, refused.content) == (404, unknown.content)
    assert Caller("Api-Key gk_theirs").get(ME).status_code == 200


def test_the_last_use_is_noted_once_a_minute(alice_user: User, north: Studio) -> None:
    key = ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_used")
    caller = Caller("Api-Key gk_used")

    def last_used() -> Any:
        with acting_in(north):
            return ApiKey.objects.for_studio(north).get(pk=key.pk).last_used_at

    caller.get(ME)
    first = last_used()
    caller.get(ME)
    assert first is not None
    assert last_used() == first
    with acting_in(north):
        north.apikeys.update(last_used_at=first - timedelta(seconds=61))
    caller.get(ME)
    assert last_used() > first


def test_an_owner_elsewhere_has_no_power_here(alice_user: User, south: Studio, charlie_user: User) -> None:
    """The studio is the credential's; membership in another studio with another role does not mix in."""
    MembershipFactory.create(studio=south, user=alice_user, role=Role.VIEWER)
    assert bearer(alice_user, "south").get("/api/api-keys").status_code == 403
    with across_studios():
        assert Membership.objects.filter(user=alice_user).count() == 2
