"""A person sees where they are signed in, and can end it; nobody else can."""

from __future__ import annotations

import importlib
import io
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts import browser_sessions, sessions
from apps.accounts.access import enter
from apps.accounts.models import BrowserSession, Studio, User
from apps.accounts.session_store import SessionStore
from tests.factories import PASSWORD

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile/15E148 Safari/604"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PRESENT = {"current": PASSWORD}


def sign_in(agent: str, email: str = "alice@example.com") -> Client:
    client = Client(headers={"user-agent": agent})
    assert client.post("/login/", {"email": email, "password": PASSWORD}).status_code == 303
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/studios/").status_code == 200


def row_of(client: Client) -> BrowserSession:
    return BrowserSession.objects.get(pk=client.cookies[settings.SESSION_COOKIE_NAME].value)


def test_a_session_that_is_not_known_is_ended_from_another_device(alice_user: User) -> None:
    phone, laptop = sign_in(PHONE), sign_in(LAPTOP)
    page = laptop.get("/account/sessions/").content.decode()
    assert "Phone, Safari" in page
    assert "Computer, Firefox" in page
    assert row_of(phone).session_key not in page
    address = f"/account/sessions/{row_of(phone).handle}/end/"
    assert address in page
    # A browser that was left open is not enough.
    assert laptop.post(address).status_code == 303
    assert laptop.post("/account/sessions/", {"current": "not my password"}).status_code == 303
    assert is_signed_in(phone)
    assert laptop.post(address, PRESENT).status_code == 303
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)
    assert laptop.post(address, PRESENT).status_code == 404


def test_nobody_ends_the_session_of_another_person(alice_user: User, charlie: Client) -> None:
    phone = sign_in(PHONE)
    assert charlie.post(f"/account/sessions/{row_of(phone).handle}/end/", PRESENT).status_code == 404
    assert charlie.post("/account/sessions/", PRESENT).status_code == 303
    assert is_signed_in(phone)
    assert "Phone" not in charlie.get("/account/sessions/").content.decode()


def test_the_session_that_asks_is_ended_by_signing_out_alone(alice_user: User) -> None:
    phone = sign_in(PHONE)
    assert phone.post(f"/account/sessions/{row_of(phone).handle}/end/", PRESENT).status_code == 404
    assert is_signed_in(phone)


def test_programs_are_listed_and_ended_too(north: Studio, alice_user: User) -> None:
    phone = sign_in(PHONE)
    first, second = (sessions.begin(enter(alice_user, north.slug)) for _ in range(2))
    second = sessions.spend(second.refresh)
    (one, *_) = sessions.living(alice_user, 10)
    phone.post(f"/account/sessions/{one.family.hex}/end/", PRESENT)
    with pytest.raises(sessions.NotSpendable):
        sessions.spend(second.refresh)
    assert phone.get("/account/sessions/").content.decode().count("Program") == 2  # The name, and its button's.
    phone.post("/account/sessions/", PRESENT)
    with pytest.raises(sessions.NotSpendable):
        sessions.spend(first.refresh)
    assert browser_sessions.signed_in(alice_user, None)[0].device == "Phone, Safari"


def test_the_last_use_is_known_to_within_a_step(alice_user: User) -> None:
    phone = sign_in(PHONE)
    before = timezone.now() - BrowserSession.STEP - timedelta(minutes=1)
    BrowserSession.objects.update(seen_at=before)
    phone.get("/studios/")
    seen = row_of(phone).seen_at
    assert seen > before + BrowserSession.STEP
    phone.get("/studios/")
    assert row_of(phone).seen_at == seen


def test_the_operator_signs_a_person_or_everybody_out(north: Studio, alice_user: User, charlie: Client) -> None:
    phone, program = sign_in(PHONE), sessions.begin(enter(alice_user, north.slug))
    call_command("sign_out", "Alice@example.com", stdout=io.StringIO())
    assert not is_signed_in(phone)
    with pytest.raises(sessions.NotSpendable):
        sessions.spend(program.refresh)
    other = sign_in(LAPTOP)
    with pytest.raises(CommandError, match="no account"):
        call_command("sign_out", "nobody@example.com")
    assert is_signed_in(other)
    call_command("sign_out", "--everyone", stdout=io.StringIO())
    assert not is_signed_in(other)


@pytest.mark.parametrize(("column", "most"), [("seen_at", BrowserSession.IDLE), ("began_at", BrowserSession.LONGEST)])
def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(alice_user: User, column: str, most: timedelta) -> None:
    phone = sign_in(PHONE)
    key = row_of(phone).pk
    BrowserSession.objects.update(**{column: timezone.now() - most + timedelta(minutes=1)})
    assert is_signed_in(phone)
    BrowserSession.objects.filter(pk=key).update(**{column: timezone.now() - most})
    assert browser_sessions.signed_in(alice_user, None) == []
    assert not is_signed_in(phone)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_nobody_is_signed_out_by_the_move_from_the_table_of_before() -> None:
    """A process that has not been restarted writes by the old name what a new one reads, and the other way round."""
    migration = importlib.import_module("apps.accounts.migrations.0005_sessions_of_people")
    data = SessionStore().encode({"cart": "full"})
    rows = "insert into django_session values (%s, %s, now() + interval '1 day')"
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("drop table accounts_browsersession")
        cursor.execute("""create table django_session (
            session_key varchar(40) primary key, session_data text not null, expire_date timestamptz not null)""")
        cursor.execute(rows, ["before", data])
        with connections["owner"].schema_editor() as editor:
            migration.create_or_move(apps, editor)
        cursor.execute(rows, ["between", data])
        found = BrowserSession.objects.using("owner").order_by("session_key")
        assert [(row.session_key, row.get_decoded(), row.user_id) for row in found] == [
            ("before", {"cart": "full"}, None),
            ("between", {"cart": "full"}, None),
        ]
        BrowserSession.objects.using("owner").filter(pk="before").delete()
        cursor.execute("select session_key from django_session")
        assert cursor.fetchall() == [("between",)]
        transaction.set_rollback(True, using="owner")
    assert connection.introspection.table_names().count("django_session") == 0
