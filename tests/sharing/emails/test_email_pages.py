"""The studio's pages of emails: write, look at, plan, cancel, send again; the words of each kind."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import smtp
from apps.accounts.models import EmailState, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.emails import composing, writing
from apps.sharing.links import lifecycle
from apps.sharing.models import ClientEmail, EmailKind, EmailTemplate, Selection, ShareLink, Visitor
from tests.accounts.emails import send_all, sent
from tests.markup import tight
from tests.sharing.conftest import PASSWORD, Make, Share
from tests.sharing.emailing import ANNA, TOM, email_of, written

pytestmark = pytest.mark.django_db(transaction=True)


def page(name: str, *args: Any) -> str:
    return reverse(f"sharing:{name}", args=["north", *args])


def form(share: Share, **values: Any) -> dict[str, Any]:
    """What the page of a new email sends."""
    asked = {
        "link": str(share.link.pk), "kind": "delivery", "to": "typed", "addresses": ANNA, "note": "",
        "language": "en", "day": "", "time": "", "batch": str(uuid4()),
    }  # fmt: skip
    return asked | values


# -- write -----------------------------------------------------------------------------------------------------------


def test_the_link_is_sent_to_typed_addresses(shared: Make, alice: Client) -> None:
    share = shared()
    answer = alice.post(page("email_new", share.album.pk), form(share, note="See you"))
    assert (answer.status_code, answer["Location"]) == (303, page("album_emails", share.album.pk))
    [row] = written(share.studio)
    assert (row.email.to, row.note, row.kind, row.email.state) == (ANNA, "See you", "delivery", "waiting")
    assert "on its way" in alice.get(answer["Location"]).content.decode()


def test_the_link_is_sent_to_the_people_who_came_by_it(shared: Make, alice: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        other = ShareLink(
            studio=share.studio, shown_id=share.album.pk, album=share.album, label="x", token_hash="x", token_sealed=""
        )
        other.save(force_insert=True)
        for name, link in (("Anna", share.link), ("Tom", other)):
            address = f"{name.lower()}@example.com"
            Visitor(studio=share.studio, shown_id=share.album.pk, link=link, name=name, email=address).save(
                force_insert=True
            )
    alice.post(page("email_new", share.album.pk), form(share, to="visitors", addresses="", kind="complete"))
    [row] = written(share.studio)
    assert (row.email.to, row.kind) == (ANNA, "complete")
    assert row.visitor_id is not None


def test_an_email_is_planned_on_the_studios_clock(shared: Make, alice: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        Studio.objects.filter(pk=share.studio.pk).update(time_zone="Europe/Berlin")
    day = (timezone.now() + timedelta(days=3)).date()
    alice.post(page("email_new", share.album.pk), form(share, day=day.isoformat(), time="18:30"))
    [row] = written(share.studio)
    share.studio.time_zone = "Europe/Berlin"
    assert row.email.due_at == datetime.combine(day, datetime.min.time().replace(hour=18, minute=30), share.studio.zone)
    assert "Cancel" in alice.get(page("email_log")).content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"addresses": ""}, "Enter at least one email address."),
        ({"addresses": "nobody"}, "is not an email address"),
        ({"addresses": ", ".join(f"a{n}@example.com" for n in range(51))}, "At most 50"),
        ({"to": "visitors"}, "No one has signed in through this link yet"),
        ({"day": "2020-01-01"}, "That time has passed"),
        ({"time": "10:00"}, "Choose the day too."),
        ({"day": "0001-01-01"}, "Choose a day within a year."),
        ({"link": str(uuid4())}, "Select a valid choice"),
        ({"kind": "reminder"}, "Select a valid choice"),
    ],
)
def test_a_bad_form_keeps_what_was_typed_and_writes_nothing(
    shared: Make, alice: Client, values: dict[str, str], sentence: str
) -> None:
    share = shared()
    answer = alice.post(page("email_new", share.album.pk), form(share, note="My own words", **values))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "My own words" in text
    assert written(share.studio) == []


def test_a_draft_says_so_and_sends_nothing(shared: Make, alice: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).update(state=AlbumState.DRAFT)
    assert alice.post(page("email_new", share.album.pk), form(share)).status_code == 422
    assert "is a draft" in alice.get(page("email_new", share.album.pk)).content.decode()


def test_without_a_link_there_is_nothing_to_send(shared: Make, alice: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        share.link.delete()
    assert "No link to send" in alice.get(page("email_new", share.album.pk)).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_preview_is_the_email_as_it_will_be(shared: Make, alice: Client, method: str) -> None:
    share = shared(password=PASSWORD)
    answer = getattr(alice, method)(page("email_preview", share.album.pk), form(share, note="<b>See you</b>"))
    text = answer.content.decode()
    assert "Your photos are ready: Zqx wedding" in text
    assert f"http://testserver{share.url()}" in text or share.token in text
    assert "&lt;b&gt;See you&lt;/b&gt;" in text
    assert PASSWORD not in text
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert written(share.studio) == []


def test_a_viewer_reads_no_emails(shared: Make, bob: Client) -> None:
    share = shared()
    row = email_of(share)
    for address in (
        page("email_log"), page("email", row.pk), page("email_words", row.pk),
        page("album_emails", share.album.pk), page("email_new", share.album.pk), page("email_templates"),
    ):  # fmt: skip
        assert bob.get(address).status_code == 403, address


# -- the log ---------------------------------------------------------------------------------------------------------


def test_the_log_tells_what_became_of_each(shared: Make, alice: Client) -> None:
    share = shared()
    email_of(share, state=EmailState.FAILED, error="550 no such user", to="bad@example.com")
    email_of(share, state=EmailState.SENT, sent_at=timezone.now(), to="good@example.com")
    text = alice.get(page("email_log")).content.decode()
    assert "550 no such user" in text
    assert text.count("Send again") == 1
    only = alice.get(page("email_log"), {"state": "sent"}).content.decode()
    assert "good@example.com" in only
    assert "bad@example.com" not in only


def test_the_log_goes_on_by_key_and_costs_the_same(
    shared: Make, alice: Client, django_assert_max_num_queries: Any
) -> None:
    share = shared()
    for number in range(60):
        email_of(share, to=f"a{number}@example.com")
    with django_assert_max_num_queries(13):
        first = alice.get(page("email_log")).content.decode()
    assert first.count('id="email-') == 50
    following = re.search(r'hx-get="(\?[^"]*after=[^"]*)"', first)
    assert following
    rest = alice.get(page("email_log") + following[1].replace("&amp;", "&"))
    assert rest.content.decode().count('id="email-') == 10
    assert alice.get(page("email_log"), {"after": "nonsense"}).status_code == 200


def test_retry_and_cancel_work_with_and_without_htmx(shared: Make, alice: Client) -> None:
    share = shared()
    failed = email_of(share, state=EmailState.FAILED, error="no")
    answer = alice.post(page("email_retry", failed.pk))
    assert (answer.status_code, answer["Location"]) == (303, page("email", failed.pk))
    answer = alice.post(page("email_cancel", failed.pk), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Cancelled" in answer.content.decode()
    assert written(share.studio)[0].email.state == EmailState.CANCELLED


def test_one_email_is_shown_with_its_words(shared: Make, alice: Client) -> None:
    row = email_of(shared(), note="Some words")
    assert ANNA in alice.get(page("email", row.pk)).content.decode()
    assert "Some words" in alice.get(page("email_words", row.pk)).content.decode(), "as it would be now"
    send_all()
    with acting_in(row.studio_id):
        ClientEmail.objects.for_studio(row.studio_id).update(note="Other words")
    assert "Some words" in alice.get(page("email_words", row.pk)).content.decode(), "as it was sent"


def test_reminders_of_a_link_are_switched(shared: Make, alice: Client) -> None:
    share = shared(expires_on=timezone.localdate() + timedelta(days=20))
    where = page("album_reminders", share.album.pk)
    assert alice.post(where, {"link": str(share.link.pk), "on": "0"}).status_code == 303
    share.reload()
    assert not share.link.has_reminders
    assert "no reminders" in tight(alice.get(page("album_emails", share.album.pk)).content)
    alice.post(where, {"link": str(share.link.pk), "on": "1"})
    share.reload()
    assert share.link.has_reminders
    assert alice.post(where, {"link": "x"}).status_code == 400


# -- words -----------------------------------------------------------------------------------------------------------


def test_the_studio_writes_its_own_words_and_takes_them_back(north: Studio, alice: Client) -> None:
    where = page("email_template", "delivery")
    assert alice.post(where, {"subject": "Da: {gallery}", "body": "Schau\n{link}"}).status_code == 303
    with acting_in(north):
        own = EmailTemplate.objects.for_studio(north).get()
    assert (own.kind, own.subject, own.body) == ("delivery", "Da: {gallery}", "Schau\n{link}")
    assert "Yours" in alice.get(page("email_templates")).content.decode()
    alice.post(where, {"subject": "Zweite", "body": "{link}"})
    alice.post(where, {"reset": "1"})
    with acting_in(north):
        assert not EmailTemplate.objects.for_studio(north).exists()


def test_an_unknown_name_is_refused_with_a_sentence(north: Studio, alice: Client) -> None:
    answer = alice.post(page("email_template", "delivery"), {"subject": "x", "body": "Your {password}: {link}"})
    assert answer.status_code == 422
    assert "{password} is not known" in answer.content.decode()
    with acting_in(north):
        assert not EmailTemplate.objects.for_studio(north).exists()


def test_the_words_of_an_unknown_kind_are_not_there(alice: Client, north: Studio) -> None:
    assert alice.get(page("email_template", "photo")).status_code == 404


def test_a_test_email_goes_to_who_pressed_the_button(north: Studio, alice: Client) -> None:
    answer = alice.post(page("email_template_test", "reminder"), {"subject": "Try {gallery}", "body": "{link}"})
    assert answer.status_code == 303
    [message] = sent(1)
    assert (message.to, message.subject) == (["alice@example.com"], "Try Anna & Tom")
    assert isinstance(message, EmailMultiAlternatives)
    assert message.alternatives[0][1] == "text/html"


def test_the_days_of_reminders_are_the_studios(north: Studio, alice: Client) -> None:

    def days() -> list[int]:
        with acting_in(north):
            return list(Studio.objects.get(pk=north.pk).reminder_days)

    assert alice.post(page("email_templates"), {"days": "3, 14 3"}).status_code == 303
    assert days() == [14, 3]
    for bad in ("x", "0", "61", "-1", "1 2 3 4 5 6", "²"):
        assert alice.post(page("email_templates"), {"days": bad}).status_code == 422, bad
    alice.post(page("email_templates"), {"days": ""})
    assert days() == []


# -- publish, then email----------------------------------------------------------------------------------------------


def test_publishing_sends_no_email_and_remembers_its_first_day(shared: Make, alice: Client) -> None:
    share = shared()
    state = reverse("albums:state", args=["north", share.album.pk])
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).update(state=AlbumState.DRAFT)
    assert "Publish" in alice.get(share.album.get_absolute_url()).content.decode()
    alice.post(state, {"state": "live"})
    with acting_in(share.studio):
        first = Album.objects.for_studio(share.studio).get(pk=share.album.pk).published_at
    assert first is not None
    alice.post(state, {"state": "draft"})
    alice.post(state, {"state": "live"})
    with acting_in(share.studio):
        assert Album.objects.for_studio(share.studio).get(pk=share.album.pk).published_at == first
    assert written(share.studio) == []
    assert mail.outbox == []
    assert "Send by email" in alice.get(share.album.get_absolute_url()).content.decode()


def test_a_gallery_in_two_stages(shared: Make, alice: Client) -> None:
    share = shared()
    where = page("more_coming", share.album.pk)
    alice.post(where, {"on": "1"})
    assert "More photos are on the way" in Client().get(share.url()).content.decode()
    assert "Complete: email everyone" in alice.get(share.album.get_absolute_url()).content.decode()
    answer = alice.post(where, {"on": "0"})
    assert answer["Location"] == page("email_new", share.album.pk) + "?kind=complete"
    offered = alice.get(answer["Location"]).content.decode()
    assert re.search(r'value="complete"[^>]*checked', offered)
    assert "More photos are on the way" not in Client().get(share.url()).content.decode()


def test_one_click_tells_everyone_that_the_gallery_is_complete(shared: Make, alice: Client, alice_user: User) -> None:
    share = shared(is_main=True)
    with acting_in(share.studio):
        guests, _ = lifecycle.create(share.album, by=alice_user, label="Guests")
        off, _ = lifecycle.create(share.album, by=alice_user, label="Off")
        off.revoke(by=alice_user)
        people = [(share.link, "Anna", ANNA), (guests, "Anna", "other@example.com"), (off, "Olga", "olga@example.com")]
        for link, name, address in people:
            Visitor(studio=share.studio, shown_id=share.album.pk, link=link, name=name, email=address).save(
                force_insert=True
            )
        writing.deliver(
            guests, kind=EmailKind.DELIVERY, to=[ANNA, TOM], note="", language="de", due_at=None, batch=uuid4(),
            by=alice_user,
        )  # fmt: skip
    where = page("more_coming", share.album.pk)
    alice.post(where, {"on": "1"})
    answer = alice.post(where, {"on": "0"}, follow=True)
    assert "The gallery is complete. The email to 3 people" in answer.content.decode()
    alice.post(where, {"on": "0"})
    with acting_in(share.studio):
        rows = ClientEmail.objects.for_studio(share.studio).filter(kind=EmailKind.COMPLETE)
        told = set(rows.values_list("email__to", "link__label", "language"))
    assert told == {
        (ANNA, share.link.label, "en"), (TOM, "Guests", "de"), ("other@example.com", "Guests", "en"),
    }  # fmt: skip


def test_the_list_shows_how_galleries_stand(shared: Make, alice: Client) -> None:
    today = timezone.localdate()
    soon, later, over = (shared(label=name, expires_on=today + timedelta(days=30)) for name in "abc")
    with acting_in(soon.studio):
        for share, days in ((soon, 5), (later, 40), (over, -1)):
            moment = timezone.now() + timedelta(days=days)
            ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk).update(expires_at=moment)

    def ids(state: str) -> set[str]:
        text = alice.get(reverse("albums:list", args=["north"]), {"state": state}).content.decode()
        return set(re.findall(r"albums/([0-9a-f-]{36})/", text))

    assert ids("expiring") == {str(soon.album.pk)}
    assert ids("expired") == {str(over.album.pk)}
    assert ids("live") == {str(share.album.pk) for share in (soon, later, over)}
    text = alice.get(reverse("albums:list", args=["north"])).content.decode()
    assert text.count("badge--expiring") == text.count("badge--expired") == text.count("badge--live") == 1


def test_the_language_of_a_new_email_is_the_albums(shared: Make) -> None:
    share = shared()
    assert composing.language_of(share.album) == "en"
    share.album.design = {"language": "de"}
    assert composing.language_of(share.album) == "de"
    share.album.design = {"language": "xx"}
    assert composing.language_of(share.album) == "en"


def test_an_address_longer_than_any_mailbox_is_refused(shared: Make, alice: Client) -> None:
    share = shared()
    where = page("email_new", share.album.pk)
    answer = alice.post(where, form(share, addresses=f"{'a' * 250}@example.com"))
    assert answer.status_code == 422
    assert "is not an email address" in answer.content.decode()
    assert written(share.studio) == []


# -- without a mail server -------------------------------------------------------------------------------------------


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = smtp.FILES, str(tmp_path)
    return tmp_path


def test_g64_without_a_mail_server_every_page_that_sends_says_where_emails_are(
    shared: Make, alice: Client, folder: Path
) -> None:
    share = shared()
    row = email_of(share)
    with acting_in(share.studio):
        visitor = Visitor(studio=share.studio, shown_id=share.album.pk, link=share.link, name="Anna", email=ANNA)
        visitor.save(force_insert=True)
        selection = Selection(studio=share.studio, shown_id=share.album.pk, visitor=visitor, title="Album")
        selection.save(force_insert=True)
    for address in (
        page("email_log"), page("email", row.pk), page("album_emails", share.album.pk),
        page("email_new", share.album.pk), page("email_templates"), page("email_template", "delivery"),
        page("selection", share.album.pk, selection.pk), reverse("accounts:members", args=["north"]),
    ):  # fmt: skip
        text = alice.get(address).content.decode()
        assert f'emails are kept as files in <code class="anywhere">{folder}</code>' in text, address


def test_with_a_mail_server_no_page_speaks_of_files(shared: Make, alice: Client) -> None:
    share = shared()
    for address in (page("email_log"), page("email_new", share.album.pk), reverse("accounts:members", args=["north"])):
        assert "kept as files" not in alice.get(address).content.decode(), address


def test_g64_what_was_kept_is_not_called_sent(shared: Make, alice: Client, folder: Path) -> None:
    share = shared()
    answer = alice.post(page("email_new", share.album.pk), form(share), follow=True)
    assert "is kept as a file" in answer.content.decode()
    assert "on its way" not in answer.content.decode()
    send_all()
    text = tight(alice.get(page("email_log")).content)
    assert re.search(r'badge--warn">Kept<', text)
    assert ">Sent<" not in re.sub(r"<nav.*?</nav>", "", text, flags=re.DOTALL)


def test_the_clients_own_link_is_offered_first(shared: Make, alice: Client, alice_user: User) -> None:
    """Also when another one, such as that of the public page, was made after it."""
    share = shared()
    with acting_in(share.studio):
        own, _ = lifecycle.create(share.album, by=alice_user, label="Family", is_main=True)
        lifecycle.create(share.album, by=alice_user, label="Public page")
    text = alice.get(page("email_new", share.album.pk)).content.decode()
    assert re.findall(r'<option value="([-0-9a-f]{36})"', text)[0] == str(own.pk)
