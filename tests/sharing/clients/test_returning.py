"""A returning client: a code by email shows all that was theirs; it tells nobody who is known, and opens no door."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Email, EmailState, Studio, User
from apps.accounts.tenancy import acting_in
from apps.sharing.clients import returning
from apps.sharing.links import lifecycle
from apps.sharing.models import ShareLink, StudioClient, Visitor
from tests.sharing.clients.test_clients import link_of, meet, tell

pytestmark = pytest.mark.django_db
ANNA = "anna@example.com"


@pytest.fixture
def studio(north: Studio, alice_user: User) -> Studio:
    with acting_in(north):
        returning.switch(north, True, by=alice_user)
    return north


def page(name: str = "own_galleries", *more: object) -> str:
    return reverse(f"sharing:{name}", args=["north", *more])


def emailed_code(studio: Studio) -> str:
    """The digits that were emailed last."""
    with acting_in(studio):
        email = Email.of(studio.pk).filter(key__startswith=StudioClient.CODE_EMAILS, to=ANNA).latest("created_at")
    found = re.search(r"^(\d{6})$", email.words.text, re.MULTILINE)
    assert found
    return found[1]


def sign_in(studio: Studio) -> Client:
    guest = Client()
    assert guest.post(page("own_galleries_code"), {"email": ANNA}).status_code == 200
    entered = guest.post(page("own_galleries_enter"), {"email": ANNA, "code": emailed_code(studio)})
    assert entered.status_code == 303
    return guest


def test_the_code_shows_the_galleries_that_were_visited_or_emailed_and_no_others(
    studio: Studio, south: Studio, alice_user: User
) -> None:
    visited, emailed, closed, foreign = (
        link_of(studio, alice_user, title) for title in ("Visited", "Emailed", "Closed", "Somebody else’s")
    )
    meet(visited)
    for link in (emailed, closed):
        tell(link, ANNA, alice_user)
    meet(foreign, "ben@example.com")
    with acting_in(studio):
        Email.of(studio.pk).update(state=EmailState.SENT)
        closed.revoke(by=alice_user)
    text = sign_in(studio).get(page()).content.decode()
    assert "Visited" in text
    assert "Emailed" in text
    assert "Closed" not in text
    assert "Somebody else" not in text


def test_an_email_that_never_went_out_shows_nothing(studio: Studio, alice_user: User) -> None:
    tell(link_of(studio, alice_user, "Planned"), ANNA, alice_user)
    assert "Planned" not in sign_in(studio).get(page()).content.decode()


def test_an_unknown_address_is_answered_like_a_known_one(studio: Studio, alice_user: User) -> None:
    meet(link_of(studio, alice_user, "Wedding"))
    answers: dict[int, set[tuple[int, str]]] = {}
    for email in (ANNA, "nobody@example.com"):
        asked = Client().post(page("own_galleries_code"), {"email": email})
        guessed = Client().post(page("own_galleries_enter"), {"email": email, "code": "000000"})
        for number, answer in enumerate((asked, guessed)):
            text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
            answers.setdefault(number, set()).add((answer.status_code, text.replace(email, "ADDRESS")))
    assert all(len(same) == 1 for same in answers.values())
    with acting_in(studio):
        rows = Email.of(studio.pk).filter(key__startswith=StudioClient.CODE_EMAILS)
        assert sorted(rows.values_list("to", "state")) == [("", "cancelled"), (ANNA, "waiting")]


def test_a_code_works_once_ends_and_is_not_guessed(studio: Studio, alice_user: User) -> None:
    meet(link_of(studio, alice_user, "Wedding"))
    sign_in(studio)
    used = {"email": ANNA, "code": emailed_code(studio)}
    assert Client().post(page("own_galleries_enter"), used).status_code == 422
    Client().post(page("own_galleries_code"), {"email": ANNA})
    with acting_in(studio):
        StudioClient.objects.for_studio(studio).update(code_expires_at=timezone.now() - timedelta(seconds=1))
    late = {"email": ANNA, "code": emailed_code(studio)}
    assert Client().post(page("own_galleries_enter"), late).status_code == 422
    Client().post(page("own_galleries_code"), {"email": ANNA})
    right = {"email": ANNA, "code": emailed_code(studio)}
    statuses = [Client().post(page("own_galleries_enter"), {**right, "code": "12345x"}).status_code]
    wrong = {**right, "code": f"{(int(right['code']) + 1) % 10**6:06}"}
    statuses += [Client().post(page("own_galleries_enter"), wrong).status_code for _ in range(9)]
    assert statuses[-1] == 429
    # Whoever was stopped is not let in by the right one either.
    assert Client().post(page("own_galleries_enter"), right).status_code == 429


def test_emails_to_one_address_are_few_whoever_asks(studio: Studio, alice_user: User) -> None:
    meet(link_of(studio, alice_user, "Wedding"))
    asked = [Client().post(page("own_galleries_code"), {"email": ANNA}).status_code for _ in range(6)]
    assert asked == [200] * 5 + [429]
    unknown = [Client().post(page("own_galleries_code"), {"email": "no@example.com"}).status_code for _ in range(6)]
    assert unknown == asked


def test_the_password_of_a_link_still_holds_and_the_person_is_known_behind_it(studio: Studio, alice_user: User) -> None:
    link = link_of(studio, alice_user, "Wedding")
    with acting_in(studio):
        lifecycle.change(link, by=alice_user, password="open sesame")
    visitor = meet(link)
    guest = sign_in(studio)
    assert "Password required" in guest.get(page()).content.decode()
    answer = guest.get(page("own_gallery", link.pk))
    assert answer.status_code == 303
    locked = guest.get(answer["location"])
    assert 'type="password"' in locked.content.decode()
    guest.post(answer["location"], {"password": "open sesame"})
    opened = guest.get(answer["location"] + "who/")
    assert visitor.email in opened.content.decode()


def test_nobody_reaches_a_gallery_that_is_not_theirs_or_without_the_code(studio: Studio, alice_user: User) -> None:
    mine, other = link_of(studio, alice_user, "Mine"), link_of(studio, alice_user, "Other")
    meet(mine)
    meet(other, "ben@example.com")
    guest = sign_in(studio)
    assert guest.get(page("own_gallery", other.pk)).status_code == 404
    assert guest.get(page("own_gallery", uuid4())).status_code == 404
    assert Client().get(page("own_gallery", mine.pk))["location"] == page()
    guest.post(page("own_galleries_leave"))
    assert guest.get(page("own_gallery", mine.pk))["location"] == page()


def test_a_link_that_only_takes_photos_is_none_of_the_galleries(studio: Studio, alice_user: User) -> None:
    link = link_of(studio, alice_user, "Wedding")
    with acting_in(studio):
        ShareLink.objects.for_studio(studio).filter(pk=link.pk).update(upload="drop")
    meet(link)
    assert "Wedding" not in sign_in(studio).get(page()).content.decode()


def test_whoever_is_signed_out_or_erased_is_not_known_any_more(studio: Studio, alice_user: User) -> None:
    visitor = meet(link_of(studio, alice_user, "Wedding"))
    guest = sign_in(studio)
    with acting_in(studio):
        StudioClient.objects.for_studio(studio).get().sign_out()
    assert "Wedding" not in guest.get(page()).content.decode()
    guest = sign_in(studio)
    with acting_in(studio):
        Visitor.objects.for_studio(studio).filter(pk=visitor.pk).delete()
    assert "Wedding" not in guest.get(page()).content.decode()


def test_a_studio_that_has_it_off_is_no_different_from_none(north: Studio, alice: Client, bob: Client) -> None:
    there, none = (Client().get(f"/p/{slug}/galleries/") for slug in ("north", "no-such-studio"))
    assert (there.status_code, there.content) == (404, none.content)
    switch = reverse("sharing:clients_return", args=["north"])
    assert bob.post(switch, {"on": "1"}).status_code == 403
    alice.post(switch, {"on": "1"})
    assert Client().get("/p/north/galleries/").status_code == 200
