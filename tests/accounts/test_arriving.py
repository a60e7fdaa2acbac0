"""Who opens a page of a studio is known by its first exchange with PostgreSQL, and never by what was true before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import access
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import BrowserSession, Membership, Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album
from apps.faces import consent
from tests.actors import signed_in
from tests.factories import AlbumFactory, MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/studio/north/people/"


@pytest.fixture(autouse=True)
def none_known() -> Iterator[None]:
    access._IDS.clear()
    yield
    access._IDS.clear()


def _status(client: Client, page: str = PAGE) -> int:
    return client.get(page).status_code


def _set_role(studio: Studio, user: User, role: Role) -> None:
    with acting_in(studio):
        Membership.objects.for_studio(studio).filter(user=user).update(role=role)


def test_session_user_member_and_studio_are_one_question(north: Studio, alice: Client) -> None:
    assert _status(alice) == 200
    with CaptureQueriesContext(connection) as asked:
        assert _status(alice) == 200
    said = [one["sql"] for one in asked if one["sql"] not in ("BEGIN", "COMMIT")]
    assert "accounts_browsersession" in said[0]
    assert "accounts_membership" in said[0]
    assert not [one for one in said[1:] if 'from "accounts_' in one.lower() and "accounts_task" not in one]
    # Begun and ended once.
    assert sum(one["sql"] == "COMMIT" for one in asked) == 1
    assert not [one for one in asked if "SAVEPOINT" in one["sql"]]


def test_an_ended_session_is_over_at_once(alice: Client) -> None:
    assert _status(alice) == 200
    BrowserSession.objects.all().delete()
    assert _status(alice) == 302


@pytest.mark.parametrize("column", ["expire_date", "began_at", "seen_at"])
def test_an_old_session_is_over(alice: Client, column: str) -> None:
    BrowserSession.objects.update(**{column: timezone.now() - timedelta(days=30)})
    assert _status(alice) == 302


def test_a_new_password_ends_the_session_and_forgets_it(alice: Client, alice_user: User) -> None:
    alice_user.set_password("another fine password")
    alice_user.save()
    key = alice.cookies[settings.SESSION_COOKIE_NAME].value
    assert _status(alice) == 302
    assert not BrowserSession.objects.filter(pk=key).exists()


def test_who_may_not_sign_in_any_more_is_out_at_once(alice: Client, alice_user: User) -> None:
    assert _status(alice) == 200
    User.objects.filter(pk=alice_user.pk).update(is_active=False)
    assert _status(alice) == 302


def test_who_is_removed_is_out_at_once(north: Studio, bob: Client, bob_user: User) -> None:
    assert _status(bob) == 200
    with acting_in(north):
        Membership.objects.for_studio(north).filter(user=bob_user).delete()
    assert _status(bob) == 404


def test_another_role_counts_at_once(north: Studio, erin: Client, erin_user: User) -> None:
    assert _status(erin, "/studio/north/people/doubtful/") == 200
    _set_role(north, erin_user, Role.VIEWER)
    assert _status(erin, "/studio/north/people/doubtful/") == 403


def test_a_stranger_and_nobody_stay_outside(north: Studio, charlie: Client, nobody: Client) -> None:
    assert _status(charlie) == 404
    assert _status(nobody) == 302
    assert _status(charlie, "/studio/nowhere/people/") == 404


def test_a_use_is_noted_once_in_a_while(alice: Client) -> None:
    BrowserSession.objects.update(seen_at=timezone.now() - BrowserSession.STEP - timedelta(minutes=1))
    assert _status(alice) == 200
    assert BrowserSession.objects.get(pk=alice.cookies[settings.SESSION_COOKIE_NAME].value).is_recent


def test_a_slug_that_leads_elsewhere_now_shows_the_new_studio_alone(
    north: Studio, south: Studio, alice: Client, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    MembershipFactory.create(studio=south, user=alice_user)
    for studio in (north, south):
        AlbumFactory.create(studio=studio, title=studio.name)
    seen: list[tuple[str, list[str]]] = []

    @studio_page(Role.VIEWER)
    def look(request: StudioRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("select title from albums_album")
            rows = [title for (title,) in cursor.fetchall()]
        seen.append((request.studio.name, rows))
        return HttpResponse()

    def ask() -> None:
        request = HttpRequest()
        request.method = "GET"
        from django.contrib.auth.middleware import get_user
        from django.utils.functional import SimpleLazyObject

        from apps.accounts.session_store import SessionStore

        request.session = SessionStore(alice.cookies[settings.SESSION_COOKIE_NAME].value)
        request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]
        assert look(request, "north").status_code == 200

    ask()
    ask()
    # Whatever was remembered, and even if it is no studio at all.
    for other in (south.pk, uuid4()):
        access._IDS["north"] = other
        ask()
    with across_studios():
        Studio.objects.filter(pk=north.pk).update(slug="old-north")
        Studio.objects.filter(pk=south.pk).update(slug="north")
    ask()
    assert seen == [("North Light", ["North Light"])] * 4 + [("South Side", ["South Side"])]


def test_nothing_of_the_studio_is_left_when_the_page_fails(
    north: Studio, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    AlbumFactory.create(studio=north)

    def fail(studio: Studio) -> None:
        Album.objects.for_studio(studio).update(title="changed")
        raise ZeroDivisionError

    monkeypatch.setattr(consent, "settings_of", fail)
    alice.raise_request_exception = False
    assert _status(alice) == 500
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting('app.studio', true), ''), current_user")
        assert cursor.fetchone() == ("", "glassine_app")
    with acting_in(north):
        assert Album.objects.for_studio(north).get().title != "changed"


def test_a_member_of_two_studios_is_known_as_such(south: Studio, alice_user: User, charlie_user: User) -> None:
    both = signed_in(charlie_user)
    assert b"Switch studio" not in both.get("/studio/south/people/").content
    with across_studios():
        MembershipFactory.create(studio=Studio.objects.get(slug="north"), user=charlie_user)
    assert b"Switch studio" in both.get("/studio/south/people/").content
