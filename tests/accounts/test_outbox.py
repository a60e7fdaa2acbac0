"""Every email is a row of its cause's transaction, goes out once, and tells what became of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts import emails, outbox, smtp
from apps.accounts.emails import Words
from apps.accounts.models import Email, EmailState, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.web import doorbell
from config.celery import app
from config.env import ROOT
from tests.accounts.emails import change, reread, rows, send_all
from tests.parallel import together
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

ANNA, TOM = "anna@example.com", "tom@example.com"
HELLO = Words("Hello", "How are you?")


def put(studio: Studio | None, key: str = "hello", to: str = ANNA, **options: Any) -> Email:
    """One email in the outbox, committed."""
    if studio is None:
        return outbox.put(None, key, to, HELLO, **options)
    with acting_in(studio):
        return outbox.put(studio, key, to, HELLO, **options)


def put_row(studio: Studio, key: str = "hello", **values: Any) -> Email:
    with acting_in(studio):
        return outbox.put_all([Email(studio=studio, key=key, to=ANNA, **values)])[0]


def end_leases() -> None:
    """As if the workers of all emails in sending had been killed a while ago."""
    with across_studios():
        Email.objects.filter(state=EmailState.SENDING).update(lease_until=timezone.now() - timedelta(seconds=1))


def make_due() -> None:
    """As if the pauses before the next tries were over."""
    smtp.server.away_until = 0.0
    with across_studios():
        Email.objects.filter(state=EmailState.WAITING).update(due_at=timezone.now())


# -- with its cause --------------------------------------------------------------------------------------------------


def test_an_email_is_written_in_the_transaction_of_its_cause(north: Studio, smtp_server: SmtpServer) -> None:
    def put_and_fail() -> None:
        with acting_in(north):
            outbox.put(north, "hello", ANNA, HELLO)
            outbox.put(None, "hello", ANNA, HELLO)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()
    assert rows() == []
    assert send_all() == 0


def test_the_workers_are_called_after_the_commit_and_not_for_what_is_planned(
    north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda task, queue: rung.append(task))
    with acting_in(north):
        outbox.put(north, "now", ANNA, HELLO)
        assert rung == []
    assert rung == [outbox.TASK]
    put_row(north, "later", due_at=timezone.now() + timedelta(hours=1))
    assert rung == [outbox.TASK]


def test_the_schedule_sends_what_no_bell_was_heard_of() -> None:
    app.loader.import_default_modules()
    entries = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == outbox.TASK]
    assert [entry["schedule"] for entry in entries] == [10.0]
    assert outbox.TASK in app.tasks


@pytest.mark.parametrize("in_a_studio", [True, False])
def test_the_same_key_twice_is_one_email(north: Studio, smtp_server: SmtpServer, in_a_studio: bool) -> None:
    studio = north if in_a_studio else None
    first = put(studio)
    assert put(studio, to=TOM) == first
    send_all()
    assert put(studio) == first
    send_all()
    assert smtp_server.taken == [ANNA]


@pytest.mark.parametrize("in_a_studio", [True, False])
def test_the_same_key_from_eight_threads_at_once_is_one_email(
    north: Studio, smtp_server: SmtpServer, in_a_studio: bool
) -> None:
    found = together(8, lambda _: put(north if in_a_studio else None).pk)
    assert len(set(found)) == 1, found
    send_all()
    assert smtp_server.taken == [ANNA]


def test_the_same_key_in_two_studios_is_two_emails(north: Studio, south: Studio, smtp_server: SmtpServer) -> None:
    assert len({put(studio).pk for studio in (north, south, None)}) == 3
    send_all()
    assert smtp_server.taken == [ANNA] * 3


def test_no_studio_sees_the_emails_of_people_in_none(north: Studio) -> None:
    put(None)
    mine = put(north)
    with acting_in(north), connection.cursor() as cursor:
        cursor.execute("select id from accounts_email")
        assert cursor.fetchall() == [(mine.pk,)]


# -- once ------------------------------------------------------------------------------------------------------------


def test_eight_workers_send_every_email_once(north: Studio, south: Studio, smtp_server: SmtpServer) -> None:
    for number in range(12):
        put(north if number % 2 else south, f"hello:{number}", f"client{number}@example.com")

    def work(_: int) -> int:
        count = 0
        while outbox.send_next({}):
            count += 1
        return count

    counts = together(8, work)
    assert sum(count for count in counts if isinstance(count, int)) == 12, counts
    assert sorted(smtp_server.taken) == sorted(f"client{number}@example.com" for number in range(12))
    assert {email.state for email in rows()} == {EmailState.SENT}


def test_a_process_sends_one_email_at_a_time(north: Studio, smtp_server: SmtpServer) -> None:
    put(north)
    with outbox._one_at_a_time:
        assert send_all() == 0
    assert send_all() == 1


def test_a_worker_that_was_too_slow_sends_nothing(
    north: Studio, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = put(north)
    connected = smtp._open
    met: list[int] = []

    def slowly() -> Any:
        if not met:
            met.append(1)
            end_leases()
            outbox.take_back()
            outbox.send_next({})
        return connected()

    monkeypatch.setattr(smtp, "_open", slowly)
    outbox.send_next({})
    assert smtp_server.taken == [ANNA]
    assert (reread(email.pk).state, reread(email.pk).attempts) == (EmailState.SENT, 2)


def test_an_answer_that_comes_very_late_is_still_written_down(
    north: Studio, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = put(north)
    hand_over = smtp.hand_over

    def slowly(connection: Any, made: Any) -> None:
        hand_over(connection, made)
        end_leases()
        outbox.take_back()
        assert reread(email.pk).error == outbox.BROKEN

    monkeypatch.setattr(smtp, "hand_over", slowly)
    outbox.send_next({})
    assert (reread(email.pk).state, reread(email.pk).error) == (EmailState.SENT, "")


WORKER = """
import sys, django
django.setup()
from django.conf import settings
from tests import databases, smtp_server
from apps.accounts import outbox
databases.use(sys.argv[1])
smtp_server.use(settings, smtp_server.SmtpServer(port=int(sys.argv[2])))
outbox.send_next({})
"""


def killed_worker(smtp_server: SmtpServer) -> None:
    """A worker process that sends the next email and is killed where the server falls silent."""
    name = str(connection.settings_dict["NAME"])
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, name, str(smtp_server.port)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    try:
        assert smtp_server.reached.wait(60)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()


@pytest.mark.slow
def test_an_email_of_a_worker_killed_before_it_was_handed_over_is_sent_once(
    north: Studio, smtp_server: SmtpServer
) -> None:
    email = put(north)
    smtp_server.silent = True
    killed_worker(smtp_server)
    smtp_server.silent = False
    assert (reread(email.pk).state, reread(email.pk).attempts) == (EmailState.SENDING, 1)
    assert send_all() == 0, "the lease still runs"
    end_leases()
    assert send_all() == 1
    end_leases()
    assert send_all() == 0
    assert smtp_server.taken == [ANNA]
    assert reread(email.pk).state == EmailState.SENT


@pytest.mark.slow
def test_an_email_of_a_worker_killed_after_it_was_taken_is_left_to_a_person(
    north: Studio, smtp_server: SmtpServer
) -> None:
    email = put_row(north, composer="client", keeps_words=True)
    change(email.pk, composer="")
    with acting_in(north):
        email.words = HELLO
        email.save(update_fields=["subject", "sealed"])
    smtp_server.mute = True
    killed_worker(smtp_server)
    smtp_server.mute = False
    assert smtp_server.taken == [ANNA]
    end_leases()
    assert send_all() == 0
    assert (reread(email.pk).state, reread(email.pk).error) == (EmailState.FAILED, outbox.BROKEN)
    assert outbox.retry(reread(email.pk))
    send_all()
    assert smtp_server.taken == [ANNA, ANNA]
    first, second = (message["Message-ID"] for _, message in smtp_server.emails)
    assert first == second == f"<{email.pk.hex}@example.org>"


def test_an_email_that_kills_every_worker_is_given_up(north: Studio, smtp_server: SmtpServer) -> None:
    email = put(north)
    for _ in range(len(outbox.WAITS) + 1):
        assert outbox._claim() is not None
        end_leases()
        outbox.take_back()
    assert (reread(email.pk).state, reread(email.pk).error) == (EmailState.FAILED, outbox.DIED)
    assert outbox._claim() is None


# -- when it does not go -------------------------------------------------------------------------------------------


def test_a_server_that_is_away_is_tried_again_after_growing_pauses_and_told(
    north: Studio, smtp_server: SmtpServer, settings: Any
) -> None:
    settings.EMAIL_PORT = 1
    email = put(north)
    pauses = []
    for number in range(len(outbox.WAITS)):
        before = timezone.now()
        assert send_all() == 1
        after = reread(email.pk)
        assert (after.state, after.error, after.attempts) == (EmailState.WAITING, smtp.AWAY, number + 1)
        assert send_all() == 0
        pauses.append(round((after.due_at - before) / timedelta(minutes=1)))
        make_due()
    assert pauses == [1, 5, 15, 60, 240]
    assert outbox.is_stuck()
    send_all()
    assert (reread(email.pk).state, reread(email.pk).error) == (EmailState.FAILED, smtp.AWAY)


def test_a_server_that_came_back_gets_the_email(north: Studio, smtp_server: SmtpServer, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    email = put(north)
    send_all()
    settings.EMAIL_PORT = smtp_server.port
    make_due()
    send_all()
    assert smtp_server.taken == [ANNA]
    after = reread(email.pk)
    assert (after.state, after.error, after.attempts) == (EmailState.SENT, "", 2)
    assert after.sent_at is not None


def test_a_server_that_is_away_costs_one_try_and_not_one_for_each_email(
    north: Studio, smtp_server: SmtpServer, settings: Any
) -> None:
    settings.EMAIL_PORT = 1
    for number in range(5):
        put(north, f"hello:{number}")
    assert send_all() == 1
    assert send_all() == 0
    assert sum(email.attempts for email in rows()) == 1


def test_an_address_refused_for_good_fails_at_once_and_the_others_go_out(
    north: Studio, smtp_server: SmtpServer
) -> None:
    smtp_server.refuse[ANNA] = "550 5.1.1 No such user here"
    bad, good = put(north), put(north, "other", TOM)
    send_all()
    after = reread(bad.pk)
    assert (after.state, after.error) == (
        EmailState.FAILED, "The mail server rejected it: 550 5.1.1 No such user here",
    )  # fmt: skip
    assert reread(good.pk).state == EmailState.SENT
    assert smtp_server.taken == [TOM]


def test_an_address_refused_for_the_time_being_is_tried_again(north: Studio, smtp_server: SmtpServer) -> None:
    smtp_server.refuse[ANNA] = "451 4.7.1 Please try again later"
    email = put(north)
    send_all()
    assert (reread(email.pk).state, reread(email.pk).attempts) == (EmailState.WAITING, 1)
    smtp_server.refuse.clear()
    make_due()
    send_all()
    assert smtp_server.taken == [ANNA]


def test_a_connection_that_breaks_in_the_middle_is_left_to_a_person(north: Studio, smtp_server: SmtpServer) -> None:
    smtp_server.cut = True
    email = put(north)
    send_all()
    make_due()
    assert send_all() == 0
    assert (reread(email.pk).state, reread(email.pk).error) == (EmailState.FAILED, outbox.BROKEN)


def test_what_would_come_too_late_does_not_go_out(north: Studio, smtp_server: SmtpServer, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    soon = put(north, useful_until=timezone.now() + timedelta(seconds=30))
    send_all()
    assert (reread(soon.pk).state, reread(soon.pk).error) == (EmailState.FAILED, smtp.AWAY)
    settings.EMAIL_PORT, smtp.server.away_until = smtp_server.port, 0.0
    late = put(north, "late", useful_until=timezone.now())
    send_all()
    assert (reread(late.pk).state, reread(late.pk).error) == (EmailState.FAILED, outbox.LATE)
    assert smtp_server.taken == []


def test_a_cancelled_email_does_not_go_out(north: Studio, smtp_server: SmtpServer) -> None:
    email = put(north)
    with acting_in(north):
        assert email.cancel("Not needed any more.")
        assert not email.cancel()
    send_all()
    after = reread(email.pk)
    assert (after.state, after.error, after.sealed) == (EmailState.CANCELLED, "Not needed any more.", "")
    assert smtp_server.connections == 0


def test_a_planned_email_waits_for_its_moment(north: Studio, smtp_server: SmtpServer) -> None:
    email = put_row(north, due_at=timezone.now() + timedelta(hours=1), composer="later")
    composers = {"later": lambda email: HELLO}
    assert outbox.send_due(composers) == 0
    change(email.pk, due_at=timezone.now())
    assert outbox.send_due(composers) == 1
    assert smtp_server.taken == [ANNA]


# -- in which order --------------------------------------------------------------------------------------------------


def test_studios_take_turns(north: Studio, south: Studio, smtp_server: SmtpServer) -> None:
    for number in range(6):
        put(north, f"hello:{number}")
    put(south)
    served = [email.studio_id for _ in range(3) if (email := outbox.send_next({}))]
    assert south.pk in served[:2]


def test_what_is_needed_soonest_goes_first(north: Studio, smtp_server: SmtpServer) -> None:
    now = timezone.now()
    put(north, "gallery", TOM)
    put(north, "invitation", "later@example.com", useful_until=now + timedelta(days=14))
    put(north, "code", ANNA, useful_until=now + timedelta(minutes=15))
    send_all()
    assert smtp_server.taken == [ANNA, "later@example.com", TOM]


# -- what it says ----------------------------------------------------------------------------------------------------


def test_an_email_of_a_studio_comes_in_its_name_and_answers_go_to_its_owner(
    north: Studio, alice_user: User, smtp_server: SmtpServer
) -> None:
    email = put(north)
    send_all()
    [(to, message)] = smtp_server.emails
    assert to == [ANNA]
    assert message["From"] == "North Light <gallery@example.org>"
    assert message["Reply-To"] == alice_user.email
    assert message["Message-ID"] == f"<{email.pk.hex}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert (message["Subject"], message.get_content().strip()) == HELLO[:2]


def test_a_sender_without_a_domain_takes_the_one_of_the_site(
    north: Studio, settings: Any, smtp_server: SmtpServer
) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.PUBLIC_URL = "Glassine <glassine@localhost>", "https://photos.example.net"
    email = put(north)
    send_all()
    assert smtp_server.emails[0][1]["Message-ID"] == f"<{email.pk.hex}@photos.example.net>"


def test_an_email_of_no_studio_comes_in_the_name_of_the_installation(smtp_server: SmtpServer, db: None) -> None:
    put(None)
    send_all()
    message = smtp_server.emails[0][1]
    assert (message["From"], message["Reply-To"]) == ("Glassine <gallery@example.org>", None)


def test_words_are_found_at_the_moment_of_sending(north: Studio, smtp_server: SmtpServer) -> None:
    put_row(north, composer="later", keeps_words=True)
    title = "Before"
    composers = {"later": lambda email: Words(title, "Look", "<p>Look</p>")}
    title = "After"
    outbox.send_due(composers)
    message = smtp_server.emails[0][1]
    assert message["Subject"] == "After"
    assert message.get_body(("html",)).get_content().strip() == "<p>Look</p>"  # type: ignore[union-attr]
    assert rows()[0].words == Words("After", "Look", "<p>Look</p>")


@pytest.mark.parametrize("state", [EmailState.FAILED, EmailState.CANCELLED])
def test_what_must_not_go_out_any_more_says_why(north: Studio, smtp_server: SmtpServer, state: EmailState) -> None:
    def refuse(email: Email) -> Words:
        raise outbox.Undeliverable("The link is turned off.", state)

    put_row(north, composer="later")
    outbox.send_due({"later": refuse})
    assert (rows()[0].state, rows()[0].error) == (state, "The link is turned off.")
    assert smtp_server.connections == 0


def test_words_that_cannot_be_found_are_tried_again(north: Studio, smtp_server: SmtpServer) -> None:
    email = put_row(north, composer="unheard-of")
    send_all()
    after = reread(email.pk)
    assert (after.state, after.error, after.attempts) == (EmailState.WAITING, outbox.UNWRITTEN, 1)


# -- G18 -------------------------------------------------------------------------------------------------------------

SECRET = Words("Your new password", "https://example.org/reset/the-token/")


def raw(email_id: UUID) -> str:
    """The whole row as the database has it."""
    with across_studios(), connection.cursor() as cursor:
        cursor.execute("select to_jsonb(e)::text from accounts_email e where id = %s", [email_id])
        return str(cursor.fetchone()[0])


def test_g18_the_words_lie_encrypted_and_go_as_soon_as_they_are_sent(north: Studio, smtp_server: SmtpServer) -> None:
    email = outbox.put(None, "reset", ANNA, SECRET)
    assert "the-token" not in raw(email.pk)
    assert reread(email.pk).words == SECRET
    send_all()
    assert "the-token" in smtp_server.emails[0][1].get_content()
    after = reread(email.pk)
    assert (after.state, after.sealed, after.words.text) == (EmailState.SENT, "", "")


def test_g18_words_that_a_studio_may_read_again_lie_encrypted_too(north: Studio, smtp_server: SmtpServer) -> None:
    email = put_row(north, composer="later", keeps_words=True)
    outbox.send_due({"later": lambda email: SECRET})
    assert "the-token" not in raw(email.pk)
    assert reread(email.pk).words == SECRET


def test_g18_words_of_a_failure_that_nobody_can_retry_go_too(north: Studio, smtp_server: SmtpServer) -> None:
    smtp_server.refuse[ANNA] = "550 no"
    email = put(north)
    send_all()
    assert reread(email.pk).sealed == ""
    assert not outbox.retry(reread(email.pk))


def test_g18_words_are_nobodys_once_the_installations_secret_changed(
    north: Studio, smtp_server: SmtpServer, settings: Any
) -> None:
    email = put(north)
    settings.SECRET_KEY = "another secret of fifty characters or so, for a test"
    assert reread(email.pk).words.text == ""
    send_all()
    assert (reread(email.pk).state, reread(email.pk).error) == (EmailState.FAILED, outbox.UNREADABLE)
    assert smtp_server.connections == 0


# -- without a mail server -------------------------------------------------------------------------------------------


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = smtp.FILES
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def test_g64_without_a_mail_server_an_email_is_kept_and_not_sent(north: Studio, folder: Path) -> None:
    email = put(north)
    send_all()
    [path] = folder.iterdir()
    assert f"To: {ANNA}" in path.read_text()
    assert reread(email.pk).state == EmailState.KEPT
    assert smtp.kept_in() == str(folder)


def test_a_folder_that_cannot_be_written_is_told(north: Studio, settings: Any, folder: Path) -> None:
    (folder / "file").write_text("")
    settings.EMAIL_FILE_PATH = str(folder / "file")
    email = put(north)
    send_all()
    assert (reread(email.pk).state, reread(email.pk).error) == (EmailState.WAITING, smtp.NO_FOLDER)


# -- afterwards ------------------------------------------------------------------------------------------------------


def test_settled_emails_are_forgotten_after_a_while_but_not_what_a_studio_may_read(
    north: Studio, smtp_server: SmtpServer
) -> None:
    put(north)
    put(None)
    kept = put_row(north, "kept", composer="later", keeps_words=True)
    outbox.send_due({"later": lambda email: HELLO})
    waiting = put(north, "waiting")
    with across_studios():
        assert outbox.forget() == 0
        Email.objects.update(created_at=timezone.now() - Email.KEPT_FOR - timedelta(hours=1))
        assert outbox.forget() == 2
    assert {email.pk for email in rows()} == {kept.pk, waiting.pk}


def test_cancelling_takes_only_what_waits(north: Studio, smtp_server: SmtpServer) -> None:
    sent = put(north, "offer:1")
    send_all()
    waiting = put(north, "offer:2")
    with acting_in(north):
        assert emails.cancel(Email.of(north.pk).filter(key__startswith="offer:")) == 1
    assert (reread(sent.pk).state, reread(waiting.pk).state) == (EmailState.SENT, EmailState.CANCELLED)


def test_a_kept_email_can_be_sent_once_there_is_a_server(
    north: Studio, smtp_server: SmtpServer, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, smtp.FILES
    put_row(north, composer="later", keeps_words=True)
    composers = {"later": lambda email: HELLO}
    outbox.send_due(composers)
    settings.EMAIL_BACKEND = backend
    with acting_in(north):
        assert outbox.retry(rows()[0])
    outbox.send_due(composers)
    assert smtp_server.taken == [ANNA]
    assert rows()[0].state == EmailState.SENT
