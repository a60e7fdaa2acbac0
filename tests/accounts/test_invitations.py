"""Invitations: emailed to one person, used once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import members
from apps.accounts.access import enter
from apps.accounts.models import EmailState, Invitation, Role, Studio, User
from apps.accounts.tenancy import acting_in
from tests.accounts.emails import path_in, rows, send_all, sent
from tests.accounts.test_joining import NEW, roles_of
from tests.actors import signed_in
from tests.factories import PASSWORD, InvitationFactory, MembershipFactory, StudioFactory, UserFactory
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db

LINK = "/invitation/the-token/"


@pytest.fixture
def offer(north: Studio) -> Invitation:
    """Nina is invited to edit in north."""
    invitation: Invitation = InvitationFactory.create(
        studio=north, email="nina@example.com", role=Role.EDITOR, token="the-token"
    )
    return invitation


def test_an_invited_stranger_becomes_a_member(offer: Invitation, nobody: Client) -> None:
    page = nobody.get(LINK).content.decode()
    assert "North Light" in page
    assert nobody.post(LINK, {"name": "Nina", "password": NEW})["Location"] == "/studio/north/albums/"
    assert roles_of("nina@example.com") == {"north": "editor"}
    assert nobody.get("/studio/north/members/").status_code == 200


def test_an_invitation_works_once(offer: Invitation) -> None:
    Client().post(LINK, {"name": "Nina", "password": NEW})
    assert Client().get(LINK).status_code == 410
    assert Client().post(LINK, {"name": "Nino", "password": NEW}).status_code == 410


def test_who_has_an_account_joins_with_its_password(offer: Invitation) -> None:
    UserFactory.create(email="nina@example.com")
    assert Client().post(LINK, {"password": "wrong"}).status_code == 422
    assert roles_of("nina@example.com") == {}
    assert Client().post(LINK, {"password": PASSWORD}).status_code == 303
    assert roles_of("nina@example.com") == {"north": "editor"}


def test_who_is_signed_in_joins_with_a_click(offer: Invitation) -> None:
    nina = signed_in(UserFactory.create(email="nina@example.com"))
    assert 'type="password"' not in nina.get(LINK).content.decode()
    assert nina.post(LINK).status_code == 303
    assert roles_of("nina@example.com") == {"north": "editor"}


def test_a_forwarded_invitation_gives_nothing_to_somebody_else(offer: Invitation, charlie: Client) -> None:
    UserFactory.create(email="nina@example.com")
    assert charlie.post(LINK).status_code == 422
    assert charlie.post(LINK, {"password": PASSWORD}).status_code == 303
    assert roles_of("charlie@example.com") == {"south": "owner"}


def test_guessing_the_password_of_an_invited_account_is_bounded(offer: Invitation) -> None:
    UserFactory.create(email="nina@example.com")
    statuses = [Client().post(LINK, {"password": f"guess {number}"}).status_code for number in range(6)]
    assert statuses == [422] * 5 + [429]


def test_an_old_invitation_is_over(offer: Invitation, north: Studio, nobody: Client) -> None:
    with acting_in(north):
        north.invitations.update(expires_at=timezone.now())
    assert nobody.post(LINK, {"name": "Nina", "password": NEW}).status_code == 410


def test_an_invitation_that_was_taken_back_is_over(offer: Invitation, alice: Client, nobody: Client) -> None:
    assert alice.post(f"/studio/north/invitations/{offer.pk}/revoke/").status_code == 303
    assert nobody.get(LINK).status_code == 410


def test_a_second_invitation_ends_the_first(offer: Invitation, alice_user: User, north: Studio, nobody: Client) -> None:
    with acting_in(north):
        members.invite(enter(alice_user, "north"), "Nina@example.com", Role.VIEWER)
        assert north.invitations.count() == 1
    assert nobody.get(LINK).status_code == 410


def test_an_invitation_to_another_studio_cannot_be_taken_back(offer: Invitation, charlie: Client) -> None:
    assert charlie.post(f"/studio/south/invitations/{offer.pk}/revoke/").status_code == 404
    assert members.invitation_of("the-token") is not None


def test_the_name_of_a_studio_cannot_add_a_header_to_its_emails(alice_user: User) -> None:
    bent = StudioFactory.create(name="Alba\r\nBcc: all@example.com", slug="bent")
    MembershipFactory.create(studio=bent, user=alice_user)
    with acting_in(bent):
        members.invite(enter(alice_user, "bent"), "nina@example.com", Role.VIEWER)
    message = sent(1)[0]
    assert message.subject == "Invitation to Alba Bcc: all@example.com"
    assert message.recipients() == ["nina@example.com"]


# -- the email -------------------------------------------------------------------------------------------------------


def invite(user: User, studio: Studio, email: str = "nina@example.com") -> Invitation:
    with acting_in(studio):
        return members.invite(enter(user, studio.slug), email, Role.VIEWER)


def test_the_email_leads_to_the_invitation(alice_user: User, north: Studio, nobody: Client, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Glassine <glassine@example.org>"
    invite(alice_user, north)
    [message] = sent(1)
    assert (message.to, message.from_email) == (["nina@example.com"], "North Light <glassine@example.org>")
    assert message.reply_to == ["alice@example.com"]
    assert nobody.get(path_in(message, "/invitation/")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_invitation_that_was_rolled_back_is_not_emailed(alice_user: User, north: Studio) -> None:
    def invite_and_fail() -> None:
        with acting_in(north):
            members.invite(enter(alice_user, "north"), "nina@example.com", Role.VIEWER)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        invite_and_fail()
    assert rows() == []


def test_an_offer_made_anew_or_taken_back_does_not_go_out(alice_user: User, north: Studio) -> None:
    invite(alice_user, north)
    offer = invite(alice_user, north)
    assert [email.state for email in rows()] == [EmailState.CANCELLED, EmailState.WAITING]
    with acting_in(north):
        members.take_back(enter(alice_user, "north"), offer)
    assert sent(0) == []


def test_owners_see_that_an_invitation_did_not_go_out(
    alice: Client, alice_user: User, north: Studio, smtp_server: SmtpServer
) -> None:
    smtp_server.refuse["nina@example.com"] = "550 5.1.1 No such user here"
    invite(alice_user, north)
    send_all()
    page = alice.get("/studio/north/members/").content.decode()
    assert "Email failed: The mail server rejected it: 550 5.1.1 No such user here" in page
