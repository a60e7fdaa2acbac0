"""The people of the tests. Alice owns "north", Erin edits there, Bob only looks; Charlie owns "south".

Dora is a contributor in "north"; she works in no gallery until a test says so (`keep_to`).
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from apps.accounts import smtp
from apps.accounts.models import Role, Studio, User
from apps.accounts.session_store import SessionStore
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.web import rate_limit
from tests.factories import MembershipFactory, StudioFactory, UserFactory


@pytest.fixture(autouse=True)
def own_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test counts its guesses in the real Redis, but for itself."""
    monkeypatch.setattr(rate_limit, "PREFIX", f"guess:test:{uuid4()}")


@pytest.fixture(autouse=True)
def answering_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test meets the silence of another's mail server."""
    monkeypatch.setattr(smtp.server, "away_until", 0.0)


@pytest.fixture
def north(db: None) -> Studio:
    return StudioFactory.create(name="North Light", slug="north")


@pytest.fixture
def south(db: None) -> Studio:
    return StudioFactory.create(name="South Side", slug="south")


def _member(studio: Studio, name: str, role: Role) -> User:
    user: User = UserFactory.create(name=name, email=f"{name.lower()}@example.com")
    MembershipFactory.create(studio=studio, user=user, role=role)
    return user


@pytest.fixture
def alice_user(north: Studio) -> User:
    return _member(north, "Alice", Role.OWNER)


@pytest.fixture
def erin_user(north: Studio) -> User:
    return _member(north, "Erin", Role.EDITOR)


@pytest.fixture
def bob_user(north: Studio) -> User:
    return _member(north, "Bob", Role.VIEWER)


@pytest.fixture
def dora_user(north: Studio) -> User:
    return _member(north, "Dora", Role.CONTRIBUTOR)


@pytest.fixture
def charlie_user(south: Studio) -> User:
    return _member(south, "Charlie", Role.OWNER)


def keep_to(studio: Studio, user: User, *albums: Album) -> None:
    """From now on the member works in these galleries only."""
    with acting_in(studio):
        studio.memberships.get(user=user).work_in([album.pk for album in albums])


def signed_in(user: User) -> Client:
    """A browser in which `user` is signed in: what Django's `force_login` leaves behind, by one statement.

    That one makes a session, and then writes it anew with whose it is; thousands of tests begin here.
    """
    client, session = Client(), SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save(must_create=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


@pytest.fixture
def alice(alice_user: User) -> Client:
    return signed_in(alice_user)


@pytest.fixture
def erin(erin_user: User) -> Client:
    return signed_in(erin_user)


@pytest.fixture
def bob(bob_user: User) -> Client:
    return signed_in(bob_user)


@pytest.fixture
def dora(dora_user: User) -> Client:
    return signed_in(dora_user)


@pytest.fixture
def charlie(charlie_user: User) -> Client:
    return signed_in(charlie_user)


@pytest.fixture
def nobody(db: None) -> Client:
    return Client()
