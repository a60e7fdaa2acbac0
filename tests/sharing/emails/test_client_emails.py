"""Emails to clients: what they say, to whom, and what keeps them from going out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from apps.accounts import smtp
from apps.accounts.models import Email, EmailState, JournalEntry, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.emails import composing, recipients, writing
from apps.sharing.models import ClientEmail, EmailKind, Pick, Selection, ShareLink, Visitor
from tests.accounts.emails import send_all
from tests.sharing.conftest import PASSWORD, Make, Share
from tests.sharing.emailing import ANNA, TOM, change, email_of, reread, written
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def deliver(share: Share, by: User, to: list[str], **options: Any) -> list[ClientEmail]:
    """Write emails about the link."""
    values: dict[str, Any] = {"kind": EmailKind.DELIVERY, "note": "", "language": "en", "due_at": None}
    with acting_in(share.studio):
        share.link.refresh_from_db()
        return writing.deliver(share.link, to=to, by=by, **{**values, "batch": uuid4(), **options})


def set_album(share: Share, **values: Any) -> None:
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(**values)


# -- sending ---------------------------------------------------------------------------------------------------------


def test_an_email_arrives_as_text_and_html_with_the_link_and_without_the_password(
    shared: Make, alice_user: User, smtp_server: SmtpServer
) -> None:
    share = shared(password=PASSWORD)
    email = deliver(share, alice_user, [ANNA], note="See you soon.\nAlice")[0]
    assert send_all() == 1
    [(to, message)] = smtp_server.emails
    assert to == [ANNA]
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for part in (text, html):
        assert share.link.url in part
        assert "See you soon." in part
        assert "You’ll need the password from North Light." in part
        assert PASSWORD not in part
    assert message["Subject"] == "Your photos are ready: Zqx wedding"
    assert message["From"] == "North Light <gallery@example.org>"
    assert message["Reply-To"] == alice_user.email
    sent = reread(email)
    assert (sent.state, sent.error, sent.subject) == (EmailState.SENT, "", message["Subject"])
    assert sent.sent_at is not None


def test_the_html_loads_nothing_from_anywhere(shared: Make, alice_user: User, smtp_server: SmtpServer) -> None:
    share = shared()
    deliver(share, alice_user, [ANNA], note='<img src="https://evil.example/x.png"> javascript:alert(1)')
    send_all()
    html = smtp_server.emails[0][1].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert not re.search(r"<(img|script|link|iframe|style)\b|\bsrc=\"|url\(", html.replace("&lt;", ""))
    assert "&lt;img" in html
    assert set(re.findall(r'href="([^"]*)"', html)) == {share.link.url}


def test_each_address_gets_an_email_of_its_own(shared: Make, alice_user: User, smtp_server: SmtpServer) -> None:
    deliver(shared(), alice_user, [ANNA, TOM])
    send_all()
    assert sorted(smtp_server.taken) == [ANNA, TOM]
    assert all(len(to) == 1 and TOM not in str(message) for to, message in smtp_server.emails if to == [ANNA])


def test_the_same_form_sent_twice_writes_one_email(shared: Make, alice_user: User, smtp_server: SmtpServer) -> None:
    share, batch = shared(), uuid4()
    first = deliver(share, alice_user, [ANNA], batch=batch)
    assert deliver(share, alice_user, [ANNA], batch=batch) == first
    send_all()
    assert smtp_server.taken == [ANNA]
    deliver(share, alice_user, [ANNA])
    send_all()
    assert smtp_server.taken == [ANNA, ANNA]


def test_retry_sends_a_failed_email_with_the_words_of_now(
    shared: Make, alice_user: User, smtp_server: SmtpServer
) -> None:
    share = shared()
    smtp_server.refuse[ANNA] = "550 no"
    email = deliver(share, alice_user, [ANNA])[0]
    send_all()
    smtp_server.refuse.clear()
    set_album(share, title="Another title")
    with acting_in(share.studio):
        assert writing.retry(email, by=alice_user)
        assert not writing.retry(email, by=alice_user)
    send_all()
    assert smtp_server.emails[0][1]["Subject"] == "Your photos are ready: Another title"


def test_a_cancelled_email_does_not_go_out(shared: Make, alice_user: User, smtp_server: SmtpServer) -> None:
    email = deliver(shared(), alice_user, [ANNA])[0]
    with acting_in(email.studio_id):
        assert writing.cancel(email, by=alice_user)
        assert not writing.cancel(email, by=alice_user)
    send_all()
    assert smtp_server.connections == 0
    assert reread(email).state == EmailState.CANCELLED


def test_a_planned_email_waits_for_its_moment(shared: Make, alice_user: User, smtp_server: SmtpServer) -> None:
    email = deliver(shared(), alice_user, [ANNA], due_at=timezone.now() + timedelta(hours=1))[0]
    assert send_all() == 0
    change(email, due_at=timezone.now())
    assert send_all() == 1
    assert smtp_server.taken == [ANNA]
    assert send_all() == 0


def test_a_planned_email_tells_what_holds_when_it_goes_out(
    shared: Make, alice_user: User, smtp_server: SmtpServer
) -> None:
    share = shared()
    email = deliver(share, alice_user, [ANNA], due_at=timezone.now() + timedelta(hours=1))[0]
    share.change(password="a new password")
    change(email, due_at=timezone.now())
    send_all()
    assert "need the password" in smtp_server.emails[0][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]


CLOSING = {
    "draft": lambda share: set_album(share, state=AlbumState.DRAFT),
    "archived": lambda share: set_album(share, state=AlbumState.ARCHIVED),
    "trashed": lambda share: set_album(share, trashed_at=timezone.now()),
    "deleted link": lambda share: share.link.delete(),
}


@pytest.mark.parametrize("how", CLOSING)
def test_no_email_invites_to_a_closed_link(shared: Make, alice_user: User, smtp_server: SmtpServer, how: str) -> None:
    share = shared()
    email = deliver(share, alice_user, [ANNA])[0]
    with acting_in(share.studio):
        CLOSING[how](share)
    send_all()
    assert smtp_server.connections == 0
    after = reread(email)
    assert after.state == EmailState.FAILED
    assert after.error.endswith(".")


# -- what may be asked -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("anna@example.com", [ANNA]),
        ("Anna@Example.com, tom@example.com", [ANNA, TOM]),
        ("anna@example.com;tom@example.com\nANNA@example.com", [ANNA, TOM]),
        ("anna@example.com tom@example.com", [ANNA, TOM]),
        ("Anna B. <anna@example.com>\nTom <tom@example.com>", [ANNA, TOM]),
        ("", []),
    ],
)
def test_addresses_are_read_in_the_ways_that_people_type_them(text: str, found: list[str]) -> None:
    assert recipients.addresses_in(text) == found


@pytest.mark.parametrize("text", ["anna", "anna@", "anna@example.com, nobody", "a@b.c\x00d", "<script>"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(recipients.Unsendable):
        recipients.addresses_in(text)


def test_more_than_fifty_typed_addresses_are_refused() -> None:
    assert len(recipients.addresses_in(",".join(f"a{n}@example.com" for n in range(50)))) == 50
    with pytest.raises(recipients.Unsendable, match="At most 50"):
        recipients.addresses_in(",".join(f"a{n}@example.com" for n in range(51)))


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"to": []}, "addresses"),
        ({"due_at": -timedelta(minutes=1)}, "due"),
        ({"due_at": timedelta(days=366)}, "due"),
    ],
)
def test_what_cannot_be_sent_is_refused(shared: Make, alice_user: User, options: dict[str, Any], field: str) -> None:
    if "due_at" in options:
        options = {"due_at": timezone.now() + options["due_at"]}
    with pytest.raises(recipients.Unsendable) as refused:
        deliver(shared(), alice_user, options.pop("to", [ANNA]), **options)
    assert refused.value.field == field


def test_a_draft_is_not_sent_now_but_may_be_planned(shared: Make, alice_user: User) -> None:
    share = shared()
    set_album(share, state=AlbumState.DRAFT)
    share.link.album.state = AlbumState.DRAFT
    with pytest.raises(recipients.Unsendable, match="draft"):
        deliver(share, alice_user, [ANNA])
    assert deliver(share, alice_user, [ANNA], due_at=timezone.now() + timedelta(hours=1))


def test_a_studio_cannot_email_the_whole_world(shared: Make, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_A_DAY", 2)
    share = shared()
    deliver(share, alice_user, [ANNA, TOM])
    with pytest.raises(recipients.Unsendable, match="a day"):
        deliver(share, alice_user, [ANNA])


def test_guests_use_up_none_of_what_a_studio_may_send(
    shared: Make, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_A_DAY", 1)
    share = shared()
    for kind in ClientEmail.OF_ONE_MOMENT:
        email_of(share, kind, TOM)
    assert deliver(share, alice_user, [ANNA])


def test_the_journal_tells_of_emails_without_the_addresses(shared: Make, alice_user: User) -> None:
    share = shared()
    deliver(share, alice_user, [ANNA])
    with acting_in(share.studio):
        entry = JournalEntry.objects.for_studio(share.studio).get(verb="emails.written")
    assert entry.detail["count"] == 1
    assert ANNA not in str(entry.detail)


# -- words of the studio ---------------------------------------------------------------------------------------------


def test_the_studios_own_words_are_used_once_it_has_some(
    shared: Make, alice_user: User, smtp_server: SmtpServer
) -> None:
    share = shared()
    with acting_in(share.studio):
        composing.set_template(share.studio, EmailKind.DELIVERY, "Da: {gallery}", "Schau: {link}", by=alice_user)
    deliver(share, alice_user, [ANNA])
    send_all()
    with acting_in(share.studio):
        composing.reset_template(share.studio, EmailKind.DELIVERY, by=alice_user)
    deliver(share, alice_user, [TOM])
    send_all()
    assert [message["Subject"] for _, message in smtp_server.emails] == [
        "Da: Zqx wedding", "Your photos are ready: Zqx wedding",
    ]  # fmt: skip


def test_the_count_is_what_the_link_shows(shared: Make, alice_user: User) -> None:
    share = shared()
    with acting_in(share.studio):
        share.album.placements.filter(photo=share.photos[0]).update(is_withheld=True)
        assert composing.shown_photos(share.link, share.album) == 2
        ShareLink.objects.for_studio(share.studio).update(is_main=True)
        share.link.refresh_from_db()
        assert composing.shown_photos(share.link, share.album) == 3


# -- a selection was received ----------------------------------------------------------------------------------------


def _selection(share: Share) -> Selection:
    visitor = Visitor(studio=share.studio, shown_id=share.album.pk, link=share.link, name="Anna", email=ANNA)
    visitor.save(force_insert=True)
    selection = Selection(studio=share.studio, shown_id=share.album.pk, visitor=visitor, title="Album")
    selection.save(force_insert=True)
    for photo in share.photos[:2]:
        Pick(studio=share.studio, selection=selection, photo=photo).save(force_insert=True)
    return selection


def test_the_visitor_hears_that_a_selection_arrived_once_a_round(shared: Make, smtp_server: SmtpServer) -> None:
    share = shared()
    with acting_in(share.studio), translation.override("en"):
        selection = _selection(share)
        writing.selection_received(selection, 2)
        writing.selection_received(selection, 2)
        selection.round = 2
        writing.selection_received(selection, 2)
    send_all()
    assert smtp_server.taken == [ANNA, ANNA]
    message = smtp_server.emails[0][1]
    assert message["Subject"] == "We received your selection: Zqx wedding"
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Hello Anna," in text
    assert "Photos: 2." in text
    assert message["Auto-Submitted"] == "auto-generated"


def test_no_email_of_a_selection_that_was_rolled_back(shared: Make, smtp_server: SmtpServer) -> None:
    share = shared()

    def send_and_fail() -> None:
        with acting_in(share.studio):
            writing.selection_received(_selection(share), 2)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        send_and_fail()
    assert send_all() == 0
    assert written(share.studio) == []
    assert smtp_server.connections == 0


# -- kept and forgotten ----------------------------------------------------------------------------------------------


def test_g18_what_was_sent_can_be_read_again_and_lies_encrypted(
    shared: Make, alice_user: User, smtp_server: SmtpServer
) -> None:
    share = shared()
    email = deliver(share, alice_user, [ANNA])[0]
    send_all()
    after = reread(email)
    assert share.link.url in after.words.text
    assert share.token not in f"{after.sealed} {after.subject} {after.key}"


def test_an_email_whose_gallery_was_deleted_does_not_go_out_and_leaves_no_address(
    shared: Make, alice_user: User, smtp_server: SmtpServer
) -> None:
    share = shared()
    deliver(share, alice_user, [ANNA])
    kept = deliver(shared(), alice_user, [TOM])[0]
    with acting_in(share.studio):
        ClientEmail.objects.for_studio(share.studio).filter(album_id=share.album.pk).delete()
    send_all()
    assert smtp_server.taken == [TOM]
    with acting_in(share.studio):
        gone = Email.of(share.studio.pk).get(to=ANNA)
    assert (gone.state, gone.error) == (EmailState.CANCELLED, "The gallery was deleted.")
    assert writing.forget_lost() == 1
    with acting_in(share.studio):
        assert list(Email.of(share.studio.pk).values_list("pk", flat=True)) == [kept.email_id]


def test_reminders_do_not_stop_without_a_mail_server(
    shared: Make, alice_user: User, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = smtp.FILES, str(tmp_path)
    share = shared(expires_on=timezone.localdate() + timedelta(days=7))
    email = deliver(share, alice_user, [ANNA])[0]
    send_all()
    assert reread(email).state == EmailState.KEPT
    with acting_in(share.studio):
        assert writing.remind(share.link, 7, due_at=timezone.now()) == 1
