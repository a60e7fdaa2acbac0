"""Mails to clients: what they say, that each goes out once, and what the row tells of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone, translation

from apps.accounts.models import JournalEntry, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.sharing.emails import composing, outbox, recipients, sending
from apps.sharing.links import addresses
from apps.sharing.models import Letter, LetterKind, LetterState, Pick, Selection, ShareLink, Shown, Visitor
from config.tasks import STEPS
from tests.sharing.conftest import PASSWORD, Make, Share
from tests.sharing.postbox import Postbox, open_postbox

pytestmark = pytest.mark.django_db(transaction=True)

ANNA, TOM = "anna@example.com", "tom@example.com"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with open_postbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "gallery@example.org"
        yield box


def deliver(share: Share, by: User, to: list[str], **options: Any) -> list[Letter]:
    """Write mails about the link."""
    values: dict[str, Any] = {"kind": LetterKind.DELIVERY, "note": "", "language": "en", "due_at": None}
    with acting_in(share.studio):
        share.link.refresh_from_db()
        return outbox.deliver(share.link, to=to, by=by, **{**values, "batch": uuid4(), **options})


def work() -> int:
    """Do all jobs that wait, as a worker would; how many."""
    done = 0
    while queue.answer("default", STEPS):
        done += 1
    return done


def reread(letter: Letter) -> Letter:
    with acting_in(letter.studio_id):
        return Letter.objects.for_studio(letter.studio_id).get(pk=letter.pk)


def change(letter: Letter, **values: Any) -> None:
    with acting_in(letter.studio_id):
        Letter.objects.for_studio(letter.studio_id).filter(pk=letter.pk).update(**values)


def set_album(share: Share, **values: Any) -> None:
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(**values)


# -- sending ---------------------------------------------------------------------------------------------------------


def test_a_letter_arrives_as_text_and_html_with_the_link_and_without_the_password(
    shared: Make, alice_user: User, postbox: Postbox
) -> None:
    share = shared(password=PASSWORD)
    letter = deliver(share, alice_user, [ANNA], note="See you soon.\nAlice")[0]
    assert work() == 1
    [(to, message)] = postbox.mails
    assert to == [ANNA]
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for part in (text, html):
        assert addresses.address_of(share.link) in part
        assert "See you soon." in part
        assert "You need the password that North Light gave you." in part
        assert PASSWORD not in part
    assert message["Subject"] == "Your photos are ready: Zqx wedding"
    assert message["From"] == "North Light <gallery@example.org>"
    assert message["Reply-To"] == alice_user.email
    sent = reread(letter)
    assert (sent.state, sent.error, sent.subject) == (LetterState.SENT, "", message["Subject"])
    assert sent.sent_at is not None


def test_the_html_loads_nothing_from_anywhere(shared: Make, alice_user: User, postbox: Postbox) -> None:
    share = shared()
    deliver(share, alice_user, [ANNA], note='<img src="https://evil.example/x.png"> javascript:alert(1)')
    work()
    html = postbox.mails[0][1].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert not re.search(r"<(img|script|link|iframe|style)\b|\bsrc=\"|url\(", html.replace("&lt;", ""))
    assert "&lt;img" in html
    assert set(re.findall(r'href="([^"]*)"', html)) == {addresses.address_of(share.link)}


def test_each_address_gets_a_mail_of_its_own(shared: Make, alice_user: User, postbox: Postbox) -> None:
    deliver(shared(), alice_user, [ANNA, TOM])
    work()
    assert sorted(postbox.taken) == [ANNA, TOM]
    assert all(len(to) == 1 and TOM not in str(message) for to, message in postbox.mails if to == [ANNA])


def test_the_file_mailer_of_a_house_without_a_server_keeps_the_mail(
    shared: Make, alice_user: User, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    letter = deliver(shared(), alice_user, [ANNA])[0]
    work()
    [path] = tmp_path.iterdir()
    assert f"To: {ANNA}" in path.read_text()
    assert reread(letter).state == LetterState.SENT


def test_the_same_form_sent_twice_writes_one_mail(shared: Make, alice_user: User, postbox: Postbox) -> None:
    share, batch = shared(), uuid4()
    first = deliver(share, alice_user, [ANNA], batch=batch)
    assert deliver(share, alice_user, [ANNA], batch=batch) == first
    work()
    assert postbox.taken == [ANNA]
    deliver(share, alice_user, [ANNA])
    work()
    assert postbox.taken == [ANNA, ANNA]


def test_two_workers_with_the_same_letter_send_it_once(shared: Make, alice_user: User, postbox: Postbox) -> None:
    letter = deliver(shared(), alice_user, [ANNA])[0]
    job = queue.Claimed(uuid4(), letter.studio_id, outbox.JOB, letter.pk, 1)

    def run() -> None:
        sending.send(job)
        connection.close()

    threads = [Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert postbox.taken == [ANNA]


def test_a_sent_letter_is_not_sent_again_by_another_job(shared: Make, alice_user: User, postbox: Postbox) -> None:
    letter = deliver(shared(), alice_user, [ANNA])[0]
    work()
    with acting_in(letter.studio_id):
        queue.put(letter.studio_id, outbox.JOB, letter.pk, queue=Queue.DEFAULT, again=True)
    assert work() == 1
    assert postbox.taken == [ANNA]


def test_a_worker_that_died_while_sending_leaves_the_question_to_a_person(
    shared: Make, alice_user: User, postbox: Postbox
) -> None:
    letter = deliver(shared(), alice_user, [ANNA])[0]
    change(letter, state=LetterState.SENDING)
    work()
    after = reread(letter)
    assert (after.state, after.error) == (LetterState.FAILED, sending.BROKEN)
    assert postbox.taken == []


def test_a_connection_that_breaks_in_the_middle_is_not_tried_again(
    shared: Make, alice_user: User, postbox: Postbox
) -> None:
    postbox.cut = True
    letter = deliver(shared(), alice_user, [ANNA])[0]
    work()
    after = reread(letter)
    assert (after.state, after.error) == (LetterState.FAILED, sending.BROKEN)
    assert sending.put_due() == 0


def test_a_server_that_is_away_is_tried_again_later(
    shared: Make, alice_user: User, settings: Any, postbox: Postbox
) -> None:
    settings.EMAIL_PORT = 1
    letter = deliver(shared(), alice_user, [ANNA])[0]
    before = timezone.now()
    work()
    after = reread(letter)
    assert (after.state, after.error, after.attempts) == (LetterState.QUEUED, sending.AWAY, 1)
    assert after.due_at >= before + sending.WAITS[0]
    settings.EMAIL_PORT = postbox.port
    change(letter, due_at=timezone.now())
    assert sending.put_due() == 1
    work()
    assert postbox.taken == [ANNA]


def test_a_server_that_stays_away_ends_in_a_sentence(
    shared: Make, alice_user: User, settings: Any, postbox: Postbox
) -> None:
    settings.EMAIL_PORT = 1
    letter = deliver(shared(), alice_user, [ANNA])[0]
    change(letter, attempts=len(sending.WAITS))
    work()
    assert (reread(letter).state, reread(letter).error) == (LetterState.FAILED, sending.AWAY)


def test_a_refused_address_is_told_on_its_row_and_the_others_go_out(
    shared: Make, alice_user: User, postbox: Postbox
) -> None:
    postbox.refuse[ANNA] = "550 5.1.1 No such user here"
    bad, good = sorted(deliver(shared(), alice_user, [ANNA, TOM]), key=lambda letter: letter.to)
    work()
    assert reread(bad).state == LetterState.FAILED
    assert reread(bad).error == "The mail server did not take it: 550 5.1.1 No such user here"
    assert reread(good).state == LetterState.SENT


def test_a_refusal_for_the_time_being_is_tried_again(shared: Make, alice_user: User, postbox: Postbox) -> None:
    postbox.refuse[ANNA] = "451 4.7.1 Please try again later"
    letter = deliver(shared(), alice_user, [ANNA])[0]
    work()
    assert (reread(letter).state, reread(letter).attempts) == (LetterState.QUEUED, 1)


def test_retry_sends_a_failed_letter_with_the_words_of_now(shared: Make, alice_user: User, postbox: Postbox) -> None:
    share = shared()
    postbox.refuse[ANNA] = "550 no"
    letter = deliver(share, alice_user, [ANNA])[0]
    work()
    postbox.refuse.clear()
    set_album(share, title="Another title")
    with acting_in(share.studio):
        assert outbox.retry(reread(letter), by=alice_user)
        assert not outbox.retry(reread(letter), by=alice_user)
    work()
    assert postbox.mails[0][1]["Subject"] == "Your photos are ready: Another title"


def test_a_cancelled_letter_does_not_go_out(shared: Make, alice_user: User, postbox: Postbox) -> None:
    letter = deliver(shared(), alice_user, [ANNA])[0]
    with acting_in(letter.studio_id):
        assert outbox.cancel(reread(letter), by=alice_user)
        assert not outbox.cancel(reread(letter), by=alice_user)
    work()
    assert postbox.connections == 0
    assert reread(letter).state == LetterState.CANCELLED


def test_a_planned_letter_waits_for_its_moment(shared: Make, alice_user: User, postbox: Postbox) -> None:
    letter = deliver(shared(), alice_user, [ANNA], due_at=timezone.now() + timedelta(hours=1))[0]
    assert sending.put_due() == 0
    assert work() == 0
    change(letter, due_at=timezone.now())
    assert sending.put_due() == 1
    assert sending.put_due() == 1
    assert work() == 1
    assert postbox.taken == [ANNA]
    assert sending.put_due() == 0


def test_a_planned_letter_tells_what_holds_when_it_goes_out(shared: Make, alice_user: User, postbox: Postbox) -> None:
    share = shared()
    letter = deliver(share, alice_user, [ANNA], due_at=timezone.now() + timedelta(hours=1))[0]
    share.change(password="a new password")
    change(letter, due_at=timezone.now())
    sending.put_due()
    work()
    assert "You need the password" in postbox.mails[0][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]


CLOSING = {
    "draft": lambda share: set_album(share, state=AlbumState.DRAFT),
    "archived": lambda share: set_album(share, state=AlbumState.ARCHIVED),
    "trashed": lambda share: set_album(share, trashed_at=timezone.now()),
    "deleted link": lambda share: share.link.delete(),
}


@pytest.mark.parametrize("how", CLOSING)
def test_no_mail_invites_to_a_closed_link(shared: Make, alice_user: User, postbox: Postbox, how: str) -> None:
    share = shared()
    letter = deliver(share, alice_user, [ANNA])[0]
    with acting_in(share.studio):
        CLOSING[how](share)
    work()
    assert postbox.connections == 0
    after = reread(letter)
    assert after.state == LetterState.FAILED
    assert after.error.endswith(".")


def test_a_worker_that_died_three_times_is_told_on_the_row(shared: Make, alice_user: User) -> None:
    letter = deliver(shared(), alice_user, [ANNA])[0]
    with acting_in(letter.studio_id):
        sending.given_up(letter.studio_id, outbox.JOB, letter.pk)
    assert reread(letter).state == LetterState.FAILED


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


def test_a_draft_is_not_mailed_now_but_may_be_planned(shared: Make, alice_user: User) -> None:
    share = shared()
    set_album(share, state=AlbumState.DRAFT)
    share.link.album.state = AlbumState.DRAFT
    with pytest.raises(recipients.Unsendable, match="draft"):
        deliver(share, alice_user, [ANNA])
    assert deliver(share, alice_user, [ANNA], due_at=timezone.now() + timedelta(hours=1))


def test_a_studio_cannot_mail_the_whole_world(shared: Make, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_A_DAY", 2)
    share = shared()
    deliver(share, alice_user, [ANNA, TOM])
    with pytest.raises(recipients.Unsendable, match="a day"):
        deliver(share, alice_user, [ANNA])


def test_guests_use_up_none_of_what_a_studio_may_send(
    shared: Make, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_A_DAY", 1)
    share = shared()
    with acting_in(share.studio):
        mine = {"studio": share.studio, "album": share.album, "link": share.link, "to": TOM}
        for kind in outbox.PROMPT:
            Letter(**mine, kind=kind, key=f"{kind}:1").save(force_insert=True)
    assert deliver(share, alice_user, [ANNA])


def test_the_journal_tells_of_mails_without_the_addresses(shared: Make, alice_user: User) -> None:
    share = shared()
    deliver(share, alice_user, [ANNA])
    with acting_in(share.studio):
        entry = JournalEntry.objects.for_studio(share.studio).get(verb="letters.written")
    assert entry.detail["count"] == 1
    assert ANNA not in str(entry.detail)


# -- words of the studio ---------------------------------------------------------------------------------------------


def test_the_studios_own_words_are_used_once_it_has_some(shared: Make, alice_user: User, postbox: Postbox) -> None:
    share = shared()
    with acting_in(share.studio):
        composing.set_template(share.studio, LetterKind.DELIVERY, "Da: {gallery}", "Schau: {link}", by=alice_user)
    deliver(share, alice_user, [ANNA])
    work()
    with acting_in(share.studio):
        composing.reset_template(share.studio, LetterKind.DELIVERY, by=alice_user)
    deliver(share, alice_user, [TOM])
    work()
    assert [message["Subject"] for _, message in postbox.mails] == [
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


def test_the_visitor_hears_that_a_selection_arrived_once_a_round(shared: Make, postbox: Postbox) -> None:
    share = shared()
    with acting_in(share.studio), translation.override("en"):
        selection = _selection(share)
        outbox.selection_received(selection, 2)
        outbox.selection_received(selection, 2)
        selection.round = 2
        outbox.selection_received(selection, 2)
    work()
    assert postbox.taken == [ANNA, ANNA]
    message = postbox.mails[0][1]
    assert message["Subject"] == "Your selection has arrived: Zqx wedding"
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Hello Anna," in text
    assert "Photos in it: 2." in text
    assert message["Auto-Submitted"] == "auto-generated"


def test_no_mail_of_a_selection_that_was_rolled_back(shared: Make, postbox: Postbox) -> None:
    share = shared()

    def send_and_fail() -> None:
        with acting_in(share.studio):
            outbox.selection_received(_selection(share), 2)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        send_and_fail()
    assert work() == 0
    assert mail.outbox == []


def test_a_letters_job_is_named_after_it(shared: Make, alice_user: User) -> None:
    letter = deliver(shared(), alice_user, [ANNA])[0]
    with acting_in(letter.studio_id):
        job = Job.objects.for_studio(letter.studio_id).get(kind=outbox.JOB)
    assert (job.subject_id, job.state, UUID(job.key.partition(":")[2])) == (letter.pk, State.PENDING, letter.pk)
