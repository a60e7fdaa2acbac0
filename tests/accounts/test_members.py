"""Members, roles, the last owner; settings; the keys page."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from apps.accounts import members
from apps.accounts.access import enter
from apps.accounts.models import ApiKey, Membership, Role, Studio, User
from apps.accounts.tenancy import acting_in
from tests.accounts.callers import Caller
from tests.factories import ApiKeyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "members"}
SETTINGS = {"name": "Nordlicht", "slug": "nordlicht", "time_zone": "Europe/Berlin", "accent": "#AA3300"}


def membership(studio: Studio, user: User) -> Membership:
    with acting_in(studio):
        return studio.memberships.select_related("user").get(user=user)


def role(studio: Studio, user: User) -> str:
    return membership(studio, user).role


# -- roles -------------------------------------------------------------------------------------------------------


def test_an_owner_changes_a_role(alice: Client, bob_user: User, north: Studio) -> None:
    path = f"/studio/north/members/{membership(north, bob_user).pk}/role/"
    assert alice.post(path, {"role": "editor"}).status_code == 303
    assert role(north, bob_user) == "editor"


def test_an_unknown_role_changes_nothing(alice: Client, bob_user: User, north: Studio) -> None:
    path = f"/studio/north/members/{membership(north, bob_user).pk}/role/"
    alice.post(path, {"role": "root"})
    assert role(north, bob_user) == "viewer"


def test_editors_and_viewers_change_nobody(
    erin: Client, bob: Client, alice_user: User, bob_user: User, north: Studio
) -> None:
    path = f"/studio/north/members/{membership(north, bob_user).pk}/"
    for browser in (erin, bob):
        assert browser.post(f"{path}role/", {"role": "owner"}).status_code == 403
        assert browser.post(f"{path}remove/").status_code == 403
        assert browser.post("/studio/north/members/", {"email": "x@example.com", "role": "owner"}).status_code == 403
    assert role(north, bob_user) == "viewer"


def test_a_member_of_another_studio_cannot_be_reached(
    alice: Client, charlie_user: User, charlie: Client, bob_user: User, north: Studio, south: Studio
) -> None:
    theirs, ours = membership(south, charlie_user).pk, membership(north, bob_user).pk
    assert alice.post(f"/studio/north/members/{theirs}/role/", {"role": "viewer"}).status_code == 404
    assert charlie.post(f"/studio/north/members/{ours}/remove/").status_code == 404
    assert charlie.post(f"/studio/south/members/{ours}/remove/").status_code == 404
    assert alice.post(f"/studio/north/members/{uuid4()}/remove/").status_code == 404
    assert (role(south, charlie_user), role(north, bob_user)) == ("owner", "viewer")


def test_the_last_owner_can_neither_be_lowered_nor_removed(alice: Client, alice_user: User, north: Studio) -> None:
    path = f"/studio/north/members/{membership(north, alice_user).pk}/"
    lowered = alice.post(f"{path}role/", {"role": "viewer"}, follow=True)
    assert "A studio needs an owner." in lowered.content.decode()
    alice.post(f"{path}remove/")
    assert role(north, alice_user) == "owner"


def test_an_owner_may_leave_when_another_stays(alice: Client, alice_user: User, bob_user: User, north: Studio) -> None:
    MembershipFactory.create(studio=north, user=UserFactory.create(), role=Role.OWNER)
    alice.post(f"/studio/north/members/{membership(north, alice_user).pk}/remove/")
    assert alice.get("/studio/north/members/").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["lower", "remove"])
def test_two_owners_cannot_both_go_at_the_same_moment(alice_user: User, north: Studio, deed: str) -> None:
    other = UserFactory.create()
    MembershipFactory.create(studio=north, user=other, role=Role.OWNER)
    both = {user: (enter(user, "north"), membership(north, user)) for user in (alice_user, other)}
    together = Barrier(2)

    def go(user: User) -> bool:
        entered, member = both[user]
        try:
            with acting_in(north):
                together.wait()
                if deed == "lower":
                    members.change_role(entered, member, Role.VIEWER)
                else:
                    members.remove(entered, member)
        except members.LastOwner:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, both)) == [False, True]
    with acting_in(north):
        assert north.memberships.filter(role=Role.OWNER).count() == 1


def test_a_member_who_was_just_removed_is_told_of_and_no_error(alice_user: User, bob_user: User, north: Studio) -> None:
    """Two owners press at one moment: the second hears that the person has gone."""
    bob, entered = membership(north, bob_user), enter(alice_user, "north")
    with acting_in(north):
        members.remove(entered, Membership.objects.for_studio(north).get(pk=bob.pk))
        with pytest.raises(members.NotMember):
            members.change_role(entered, bob, Role.EDITOR)
        with pytest.raises(members.NotMember):
            members.remove(entered, bob)


def test_changes_of_members_are_in_the_journal(alice: Client, alice_user: User, bob_user: User, north: Studio) -> None:
    member = membership(north, bob_user)
    alice.post(f"/studio/north/members/{member.pk}/role/", {"role": "editor"})
    alice.post(f"/studio/north/members/{member.pk}/remove/")
    alice.post("/studio/north/members/", {"email": "x@example.com", "role": "viewer"})
    with acting_in(north):
        entries = list(north.journal.order_by("at").values_list("verb", "actor", "subject_id"))
    assert [verb for verb, _, _ in entries] == ["member.role_changed", "member.removed", "member.invited"]
    assert {actor for _, actor, _ in entries} == {alice_user.pk}
    assert entries[0][2] == bob_user.pk


# -- the page ----------------------------------------------------------------------------------------------------


def test_the_part_of_the_page_is_given_to_htmx(alice: Client) -> None:
    whole, part = alice.get("/studio/north/members/"), alice.get("/studio/north/members/", headers=HTMX)
    assert "<html" in whole.content.decode()
    assert part.content.decode().startswith('<div id="members"')
    assert part["Vary"] == whole["Vary"]
    assert "HX-Target" in part["Vary"]


def test_a_change_by_htmx_gives_the_part_and_a_message(alice: Client, bob_user: User, north: Studio) -> None:
    path = f"/studio/north/members/{membership(north, bob_user).pk}/role/"
    answer = alice.post(path, {"role": "editor"}, headers=HTMX)
    assert answer.content.decode().startswith('<div id="members"')
    assert "Bob is editor now." in answer["HX-Trigger"]


def test_who_is_a_member_is_not_invited(alice: Client, bob_user: User, north: Studio) -> None:
    answer = alice.post("/studio/north/members/", {"email": "BOB@example.com", "role": "owner"})
    assert answer.status_code == 422
    with acting_in(north):
        assert not north.invitations.exists()


def test_viewers_see_members_but_not_who_was_invited(alice: Client, bob: Client) -> None:
    alice.post("/studio/north/members/", {"email": "secret@example.com", "role": "viewer"})
    page = bob.get("/studio/north/members/").content.decode()
    assert "alice@example.com" in page
    assert "secret@example.com" not in page


def test_a_hostile_name_is_only_text(alice: Client, north: Studio) -> None:
    hostile = UserFactory.create(name="<script>alert(1)</script>")
    MembershipFactory.create(studio=north, user=hostile, role=Role.VIEWER)
    assert "<script>alert" not in alice.get("/studio/north/members/").content.decode()


# -- settings ----------------------------------------------------------------------------------------------------


def test_an_owner_changes_the_settings(alice: Client, north: Studio) -> None:
    answer = alice.post("/studio/north/settings/", SETTINGS)
    assert (answer.status_code, answer["Location"]) == (303, "/studio/nordlicht/settings/")
    with acting_in(north):
        north.refresh_from_db()
        assert north.journal.get(verb="studio.settings_changed").detail["slug"] == "nordlicht"
    assert (north.name, north.slug, north.time_zone, north.accent) == (*list(SETTINGS.values())[:3], "#aa3300")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"slug": ""},
        {"slug": "a b"},
        {"slug": "../x"},
        {"slug": "x" * 61},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ""},
        {"accent": "red"},
        {"accent": "#12345"},
        {"accent": "#12345g"},
    ],
)
def test_wrong_settings_change_nothing(alice: Client, north: Studio, wrong: dict[str, str]) -> None:
    assert alice.post("/studio/north/settings/", {**SETTINGS, **wrong}).status_code == 422
    with acting_in(north):
        north.refresh_from_db()
    assert north.name == "North Light"


def test_the_slug_of_another_studio_is_taken(alice: Client, north: Studio, south: Studio) -> None:
    answer = alice.post("/studio/north/settings/", {**SETTINGS, "slug": "South"})
    assert answer.status_code == 422
    assert "This address is taken by another studio." in answer.content.decode()
    with acting_in(north):
        north.refresh_from_db()
    assert (north.name, north.slug) == ("North Light", "north")


def test_the_plan_cannot_be_changed_by_a_form(alice: Client, north: Studio) -> None:
    alice.post("/studio/north/settings/", {**SETTINGS, "quota_bytes": "9" * 15, "plan": "gold", "bytes_used": "0"})
    before = north.quota_bytes
    with acting_in(north):
        north.refresh_from_db()
    assert (north.quota_bytes, north.plan) == (before, "standard")


def test_only_owners_see_settings_and_keys(alice: Client, erin: Client, bob: Client, charlie: Client) -> None:
    for page in ("settings", "api-keys"):
        statuses = [who.get(f"/studio/north/{page}/").status_code for who in (alice, erin, bob, charlie)]
        assert statuses == [200, 403, 403, 404]


# -- keys --------------------------------------------------------------------------------------------------------


def test_the_page_shows_a_new_key_once(alice: Client, north: Studio) -> None:
    made = alice.post("/studio/north/api-keys/", {"label": "Lightroom", "scopes": ["read", "upload"]})
    found = re.search(r'value="(gk_[\w-]+)"', made.content.decode())
    assert found
    assert Caller(f"Api-Key {found[1]}").get("/api/me").json()["scopes"] == ["read", "upload"]
    assert found[1] not in alice.get("/studio/north/api-keys/").content.decode()


@pytest.mark.parametrize("fields", [{}, {"label": "x"}, {"label": "x", "scopes": ["root"]}, {"scopes": ["read"]}])
def test_a_key_form_that_is_not_right_makes_none(alice: Client, north: Studio, fields: dict[str, object]) -> None:
    assert alice.post("/studio/north/api-keys/", fields).status_code == 422
    with acting_in(north):
        assert not ApiKey.objects.for_studio(north).exists()


def test_a_key_is_ended_on_the_page(alice: Client, alice_user: User, charlie: Client, north: Studio) -> None:
    key = ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_page")
    assert charlie.post(f"/studio/south/api-keys/{key.pk}/delete/").status_code == 404
    assert Caller("Api-Key gk_page").get("/api/me").status_code == 200
    assert alice.post(f"/studio/north/api-keys/{key.pk}/delete/").status_code == 303
    assert Caller("Api-Key gk_page").get("/api/me").status_code == 401
