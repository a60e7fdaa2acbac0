"""Members who work in some galleries only: chosen on the page, over the API and by invitations; the door itself."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from apps.accounts import members
from apps.accounts.access import StudioRequest, enter, member_of, studio_page
from apps.accounts.models import Invitation, MembershipAlbum, Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import trash
from apps.albums.models import Album
from tests.accounts.callers import Caller, bearer
from tests.accounts.emails import path_in, sent
from tests.accounts.test_joining import NEW
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, ApiKeyFactory, InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def wedding(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, title="The wedding")


@pytest.fixture
def party(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, title="The party")


def works_in(studio: Studio, user: User) -> tuple[str, list[Any] | None]:
    """Role and galleries of a member."""
    with acting_in(studio):
        member = studio.memberships.get(user=user)
        return member.role, member.albums


def role_path(studio: Studio, user: User) -> str:
    with acting_in(studio):
        return f"/studio/{studio.slug}/members/{studio.memberships.get(user=user).pk}/role/"


def api_path(studio: Studio, user: User) -> str:
    with acting_in(studio):
        return f"/api/members/{studio.memberships.get(user=user).pk}"


# -- the door ----------------------------------------------------------------------------------------------------


def test_a_door_that_knows_nothing_of_galleries_is_closed_to_restricted_members(
    north: Studio, erin_user: User, dora_user: User, wedding: Album
) -> None:
    for user in (erin_user, dora_user):
        keep_to(north, user, wedding)
        with pytest.raises(Http404):
            enter(user, "north")


def test_a_door_to_a_gallery_is_open_to_who_works_there(
    north: Studio, erin_user: User, wedding: Album, party: Album
) -> None:
    keep_to(north, erin_user, wedding)
    assert enter(erin_user, "north", Role.EDITOR, album=wedding.pk).album_ids == frozenset([wedding.pk])
    assert enter(erin_user, "north", album_scoped=True).role == Role.EDITOR
    with pytest.raises(Http404):
        enter(erin_user, "north", album=party.pk)
    with pytest.raises(PermissionDenied):
        enter(erin_user, "north", Role.OWNER, album=wedding.pk)


def test_a_contributor_needs_a_door_for_contributors(north: Studio, dora_user: User, wedding: Album) -> None:
    keep_to(north, dora_user, wedding)
    with pytest.raises(Http404):
        enter(dora_user, "north", album=wedding.pk)
    assert enter(dora_user, "north", Role.EDITOR, album=wedding.pk, contributors=True).may_upload


def test_a_page_that_says_nothing_is_closed_and_one_that_knows_galleries_looks_at_its_address(
    north: Studio, erin_user: User, wedding: Album, party: Album, rf: RequestFactory
) -> None:
    def view(request: StudioRequest, /, **kwargs: Any) -> HttpResponse:
        return HttpResponse("open")

    keep_to(north, erin_user, wedding)
    request = rf.get("/")
    request.user = erin_user
    forgetful, scoped = studio_page(Role.VIEWER)(view), studio_page(Role.VIEWER, album_scoped=True)(view)
    with pytest.raises(Http404):
        forgetful(request, "north", album_id=wedding.pk)
    with pytest.raises(Http404):
        scoped(request, "north", album_id=party.pk)
    assert scoped(request, "north", album_id=wedding.pk).content == b"open"


def test_without_a_gallery_a_restricted_member_works_nowhere(north: Studio, dora: Client, wedding: Album) -> None:
    """Not even when their last one is deleted for ever: then they are not let into all."""
    assert "The wedding" not in dora.get("/studio/north/albums/").content.decode()
    assert dora.get(wedding.get_absolute_url()).status_code == 404


def test_a_gallery_that_is_deleted_for_ever_leaves_its_members_restricted(
    north: Studio, alice_user: User, erin_user: User, wedding: Album, party: Album
) -> None:
    keep_to(north, erin_user, wedding)
    with acting_in(north):
        trash.trash_album(wedding, by=alice_user)
        trash.purge_album(wedding, by=alice_user)
    assert works_in(north, erin_user) == ("editor", [])
    assert signed_in(erin_user).get(party.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("role", "is_restricted"), [(Role.OWNER, True), (Role.CONTRIBUTOR, False)])
def test_the_database_knows_who_is_restricted(north: Studio, bob_user: User, role: Role, is_restricted: bool) -> None:
    with pytest.raises(IntegrityError), acting_in(north):
        north.memberships.filter(user=bob_user).update(role=role, is_restricted=is_restricted)


def test_no_member_works_in_another_studios_gallery(north: Studio, bob_user: User, south: Studio) -> None:
    theirs = AlbumFactory.create(studio=south)

    def cross() -> None:
        with acting_in(north):
            row = MembershipAlbum(studio=north, membership=north.memberships.get(user=bob_user), album_id=theirs.pk)
            row.save(force_insert=True)
            # The key is asked at the end of the transaction, which a test does not reach.
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        cross()


# -- the page ----------------------------------------------------------------------------------------------------


def test_an_owner_chooses_role_and_galleries(alice: Client, north: Studio, bob_user: User, wedding: Album) -> None:
    path = role_path(north, bob_user)
    assert "The wedding" in alice.get(path).content.decode()
    assert alice.post(path, {"role": "contributor", "albums": [str(wedding.pk)]}).status_code == 303
    assert works_in(north, bob_user) == ("contributor", [wedding.pk])
    assert "1 gallery" in alice.get("/studio/north/members/").content.decode()
    assert alice.post(path, {"role": "viewer", "reach": "all"}).status_code == 303
    assert works_in(north, bob_user) == ("viewer", None)


def test_a_role_alone_leaves_the_galleries_as_they_are(
    alice: Client, north: Studio, bob_user: User, wedding: Album
) -> None:
    keep_to(north, bob_user, wedding)
    alice.post(role_path(north, bob_user), {"role": "editor"})
    assert works_in(north, bob_user) == ("editor", [wedding.pk])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"role": "owner", "reach": "some", "albums": ["it"]}, members.OwnerRestricted.sentence),
        ({"role": "contributor"}, members.NoGallery.sentence),
        ({"role": "editor", "reach": "some"}, members.NoGallery.sentence),
        ({"role": "editor", "reach": "some", "albums": ["other"]}, members.UnknownGallery.sentence),
        ({"role": "editor", "reach": "some", "albums": ["junk"]}, members.UnknownGallery.sentence),
    ],
)
def test_the_page_says_what_cannot_be(
    alice: Client, north: Studio, south: Studio, bob_user: User, wedding: Album, fields: dict[str, Any], sentence: str
) -> None:
    names = {"it": str(wedding.pk), "other": str(AlbumFactory.create(studio=south).pk), "junk": "x"}
    sending = fields | {"albums": [names[name] for name in fields.get("albums", [])]}
    answer = alice.post(role_path(north, bob_user), sending)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert works_in(north, bob_user) == ("viewer", None)


def test_what_was_chosen_is_still_chosen_after_a_mistake(alice: Client, wedding: Album, party: Album) -> None:
    fields = {"email": "no address", "role": "contributor", "albums": [str(wedding.pk)]}
    page = alice.post("/studio/north/members/", fields).content.decode()
    assert f'value="{wedding.pk}" checked' in page
    assert f'value="{party.pk}" checked' not in page


def test_only_owners_see_who_works_where(
    north: Studio, alice: Client, bob: Client, dora_user: User, wedding: Album
) -> None:
    keep_to(north, dora_user, wedding)
    assert "The wedding" in alice.get("/studio/north/members/").content.decode()
    page = bob.get("/studio/north/members/").content.decode()
    assert ("The wedding" in page, "1 gallery" in page, "Dora" in page) == (False, False, True)


def test_an_invitation_carries_the_galleries(alice: Client, north: Studio, wedding: Album, party: Album) -> None:
    fields = {"email": "nina@example.com", "role": "contributor", "albums": [str(wedding.pk)]}
    assert alice.post("/studio/north/members/", fields).status_code == 303
    (email,) = sent(1)
    assert "You will work in “The wedding”." in str(email.body)
    link = path_in(email, "/invitation/")
    nina = Client()
    assert "You will work in “The wedding”." in nina.get(link).content.decode()
    assert nina.post(link, {"name": "Nina", "password": NEW})["Location"] == "/studio/north/albums/"
    assert works_in(north, User.objects.get(email="nina@example.com")) == ("contributor", [wedding.pk])
    assert [nina.get(album.get_absolute_url()).status_code for album in (wedding, party)] == [200, 404]


def test_galleries_deleted_since_the_invitation_open_nothing(
    alice_user: User, bob_user: User, north: Studio, wedding: Album, party: Album
) -> None:
    offer: Invitation = InvitationFactory.create(
        studio=north, email="new@example.com", role=Role.VIEWER, albums=[wedding.pk], token="t"
    )
    with acting_in(north):
        trash.trash_album(wedding, by=alice_user)
        trash.purge_album(wedding, by=alice_user)
    user = members.join_as_new(offer, name="New", password=NEW)
    assert works_in(north, user) == ("viewer", [])


# -- the API -----------------------------------------------------------------------------------------------------


def test_the_api_lists_members_for_owners(
    alice_user: User, bob_user: User, erin_user: User, north: Studio, wedding: Album
) -> None:
    keep_to(north, bob_user, wedding)
    rows = {row["user"]["name"]: row for row in bearer(alice_user, "north").get("/api/members").json()["results"]}
    assert {name: (row["role"], row["albums"]) for name, row in rows.items()} == {
        "Alice": ("owner", None),
        "Bob": ("viewer", [str(wedding.pk)]),
        "Erin": ("editor", None),
    }
    assert bearer(erin_user, "north").get("/api/members").status_code == 403
    key = ApiKeyFactory.create(studio=north, made_by=alice_user, secret="gk_read", scopes=["read"])
    assert Caller("Api-Key gk_read").get("/api/members").status_code == 403, key


def test_the_api_changes_role_and_galleries(alice_user: User, bob_user: User, north: Studio, wedding: Album) -> None:
    caller, path = bearer(alice_user, "north"), api_path(north, bob_user)

    def patch(**fields: Any) -> Any:
        return caller.patch(path, fields, content_type="application/json")

    answer = patch(role="contributor", albums=[str(wedding.pk)])
    assert (answer.status_code, answer.json()["albums"]) == (200, [str(wedding.pk)])
    assert patch(role="editor").json()["albums"] == [str(wedding.pk)]
    assert patch(albums=None).json()["albums"] is None
    patch(albums=[str(wedding.pk)])
    # Who manages all works everywhere.
    assert patch(role="owner").json()["albums"] is None
    assert works_in(north, bob_user) == ("owner", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"role": "owner", "albums": ["it"]}, "owner_restricted"),
        ({"role": "contributor"}, "no_gallery"),
        ({"albums": []}, "no_gallery"),
        ({"albums": ["it", "other"]}, "unknown_gallery"),
        ({"albums": ["it", "nothing"]}, "unknown_gallery"),
    ],
)
def test_the_api_refuses_with_a_sentence(
    alice_user: User, bob_user: User, north: Studio, south: Studio, wedding: Album, fields: dict[str, Any], code: str
) -> None:
    names = {"it": wedding.pk, "other": AlbumFactory.create(studio=south).pk, "nothing": uuid4()}
    sending = fields | ({"albums": [str(names[name]) for name in fields["albums"]]} if "albums" in fields else {})
    caller = bearer(alice_user, "north")
    answer = caller.patch(api_path(north, bob_user), sending, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    if "role" in sending:
        assert caller.send("/api/members", {"email": "x@example.com", **sending}).json()["error"]["code"] == code
    assert works_in(north, bob_user) == ("viewer", None)


def test_the_api_invites_and_removes(alice_user: User, bob_user: User, north: Studio, wedding: Album) -> None:
    caller = bearer(alice_user, "north")
    made = caller.send("/api/members", {"email": "n@example.com", "role": "viewer", "albums": [str(wedding.pk)]})
    assert (made.status_code, made.json()["albums"]) == (201, [str(wedding.pk)])
    assert caller.delete(api_path(north, bob_user)).status_code == 204
    assert signed_in(bob_user).get("/studio/north/albums/").status_code == 404
    assert caller.delete(api_path(north, alice_user)).json()["error"]["code"] == "last_owner"


def test_a_contributors_token_says_what_it_may(north: Studio, dora_user: User, wedding: Album) -> None:
    keep_to(north, dora_user, wedding)
    told = bearer(dora_user, "north").get("/api/me").json()
    assert (told["role"], told["scopes"]) == ("contributor", ["read", "upload"])


def test_a_key_does_no_more_than_its_maker_now(
    north: Studio, alice_user: User, bob_user: User, wedding: Album, party: Album
) -> None:
    MembershipFactory.create(studio=north, user=(other := UserFactory.create(name="Olga")), role=Role.OWNER)
    ApiKeyFactory.create(studio=north, made_by=other, secret="gk_olga", scopes=["read", "albums", "admin"])
    caller = Caller("Api-Key gk_olga")
    assert {row["title"] for row in caller.get("/api/albums").json()["results"]} == {"The wedding", "The party"}
    with acting_in(north):
        member = north.memberships.get(user=other)
        members.change_role(member_of(alice_user, "north"), member, Role.EDITOR, [wedding.pk])
    assert [row["title"] for row in caller.get("/api/albums").json()["results"]] == ["The wedding"]
    assert caller.get(f"/api/albums/{party.pk}").status_code == 404
    assert caller.get("/api/members").status_code == 404
    path = f"/api/albums/{party.pk}"
    assert caller.patch(path, {"title": "Mine"}, content_type="application/json").status_code == 404
