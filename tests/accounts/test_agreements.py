"""What an owner agreed to with who runs the installation is kept as it was read; another text asks again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from apps.accounts import agreements
from apps.accounts.models import JournalEntry, ProcessingAgreement, Role, Studio
from apps.accounts.tenancy import acting_in
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
TEXT = "We process your photos for you.\n\nNobody else sees <them>."


@pytest.fixture
def text(settings: Settings) -> str:
    settings.AGREEMENT = TEXT
    return TEXT


def page(studio: Studio) -> str:
    return reverse("accounts:agreement", args=[studio.slug])


def agree(client: Client, studio: Studio, text: str, **more: str) -> int:
    sent = {"digest": agreements.digest_of(text), "agreed": "1", **more}
    return client.post(page(studio), sent).status_code


def kept(studio: Studio) -> list[ProcessingAgreement]:
    with acting_in(studio):
        return list(ProcessingAgreement.objects.for_studio(studio).order_by("agreed_at"))


def test_without_a_text_there_is_no_page_and_nothing_asks(north: Studio, alice: Client) -> None:
    assert alice.get(page(north)).status_code == 404
    assert b"Read and agree" not in alice.get(reverse("albums:list", args=[north.slug])).content
    assert agree(alice, north, "") == 404


@pytest.mark.usefixtures("text")
def test_an_owner_is_asked_until_one_agrees_and_the_text_is_kept(north: Studio, alice: Client) -> None:
    galleries = reverse("albums:list", args=[north.slug])
    assert b"Read and agree" in alice.get(galleries).content
    shown = alice.get(page(north)).content.decode()
    assert "Nobody else sees &lt;them&gt;." in shown
    assert agree(alice, north, TEXT, agreed="") == 422
    assert kept(north) == []
    assert agree(alice, north, TEXT) == 303
    (row,) = kept(north)
    assert (row.text, row.sha256) == (TEXT, agreements.digest_of(TEXT))
    assert row.agreed_by is not None
    assert row.email == row.agreed_by.email
    assert b"Read and agree" not in alice.get(galleries).content
    assert (row.name or row.email) in alice.get(page(north)).content.decode()
    with acting_in(north):
        assert JournalEntry.objects.for_studio(north).filter(verb="studio.agreed").count() == 1


@pytest.mark.usefixtures("text")
def test_another_text_asks_again_and_the_first_stays(north: Studio, alice: Client, settings: Settings) -> None:
    assert agree(alice, north, TEXT) == 303
    settings.AGREEMENT = "Another text."
    assert b"Read and agree" in alice.get(reverse("albums:list", args=[north.slug])).content
    assert TEXT.partition("\n")[0] in alice.get(page(north)).content.decode()
    assert agree(alice, north, "Another text.") == 303
    assert [row.text for row in kept(north)] == [TEXT, "Another text."]
    # Back to the first text: it was agreed to, and is again.
    settings.AGREEMENT = TEXT
    assert agree(alice, north, TEXT) == 303
    assert len(kept(north)) == 2


@pytest.mark.usefixtures("text")
def test_who_read_another_text_than_the_one_of_now_has_not_agreed(north: Studio, alice: Client) -> None:
    assert agree(alice, north, "A text of last year.") == 422
    assert kept(north) == []


@pytest.mark.usefixtures("text")
@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_owners_answer_for_a_studio(north: Studio, role: Role) -> None:
    member = MembershipFactory.create(studio=north, role=role)
    client = Client()
    client.force_login(member.user)
    assert b"Read and agree" not in client.get(reverse("albums:list", args=[north.slug])).content
    assert agree(client, north, TEXT) == 403
    assert kept(north) == []


@pytest.mark.usefixtures("text")
def test_a_page_asks_no_query_more_for_it(north: Studio, alice: Client, settings: Settings) -> None:
    address = reverse("albums:list", args=[north.slug])

    def queries() -> int:
        alice.get(address)
        with CaptureQueriesContext(connection) as asked:
            alice.get(address)
        return len(asked)

    with_text = queries()
    settings.AGREEMENT = None
    assert queries() == with_text
