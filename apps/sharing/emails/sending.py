"""The postman: a job hands one letter to the mail server and writes down what became of it.

No mail goes out twice: "sending" is committed before the server hears of it, and a letter found in that state was cut
off and is never sent by itself again. What surely was not taken is tried again for some hours.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from apps.accounts.tenancy import across_studios, acting_in
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.sharing.emails import composing, outbox, recipients
from apps.sharing.emails.templates import Words
from apps.sharing.models import Letter, LetterKind, LetterState

log = logging.getLogger(__name__)

# After these the studio is asked to press "Send again".
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_AT_ONCE = 500
BROKEN = "The connection broke while this mail was handed over. It may have arrived; ask before you send it again."
AWAY = "The mail server could not be reached."


class NotTaken(Exception):
    """The server surely does not have the mail. The message says why, to a photographer.

    is_final: trying again would not help.
    """

    def __init__(self, sentence: str, *, is_final: bool) -> None:
        self.is_final = is_final
        super().__init__(sentence)


def send(job: queue.Claimed) -> None:
    """Send one letter, if it still waits. A letter that was removed, cancelled or sent meanwhile is no error."""
    with acting_in(job.studio_id):
        letter = _take(job.studio_id, job.subject_id)
        if letter is None:
            return
        message = message_of(letter)
    try:
        hand_over(message)
    except NotTaken as reason:
        _put_off(letter, reason)
    except Exception:
        log.warning("letter %s was cut off", letter.pk, exc_info=True)
        _settle(letter, state=LetterState.FAILED, error=BROKEN)
    else:
        _settle(letter, state=LetterState.SENT, error="", sent_at=timezone.now())


def _take(studio_id: UUID, letter_id: UUID) -> Letter | None:
    """The letter, marked as being sent; None if there is nothing to send. Run in `acting_in(studio)`."""
    mine = Letter.objects.for_studio(studio_id).select_for_update(of=("self",))
    letter = mine.select_related("studio", "album", "link", "visitor").filter(pk=letter_id).first()
    if letter is None:
        return None
    if letter.state == LetterState.SENDING:
        # This job is ours, so whoever began is gone.
        _write(letter, state=LetterState.FAILED, error=BROKEN)
        return None
    now = timezone.now()
    if letter.state != LetterState.QUEUED or letter.due_at > now:
        return None
    letter.album.studio = letter.studio
    if letter.link is not None:
        letter.link.studio, letter.link.album = letter.studio, letter.album
    if outbox.is_stale(letter):
        _write(letter, state=LetterState.CANCELLED, error="The link was given another end meanwhile.")
        return None
    if obstacle := outbox.obstacle(letter, now):
        _write(letter, state=LetterState.FAILED, error=obstacle)
        return None
    words = composing.compose(letter)
    _write(letter, state=LetterState.SENDING, error="", subject=words.subject, text=words.text, html=words.html)
    return letter


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """The mail of a letter that has its words."""
    words = Words(letter.subject, letter.text, letter.html)
    by_itself = letter.kind == LetterKind.REMINDER or letter.kind in outbox.PROMPT
    return envelope(letter.studio.name, recipients.reply_address(letter.studio), letter.to, words, by_itself=by_itself)


def envelope(
    studio_name: str, reply_to: str, to: str, words: Words, *, by_itself: bool = False
) -> EmailMultiAlternatives:
    """A mail in text and HTML, in the studio's name. by_itself: no person pressed a button for it."""
    # A line break in a name or subject must not begin another header.
    name, subject = (" ".join(text.split()) for text in (studio_name, words.subject))
    message = EmailMultiAlternatives(
        subject,
        words.text,
        formataddr((name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        [to],
        reply_to=[reply_to] if reply_to else [],
        headers={"Auto-Submitted": "auto-generated"} if by_itself else {},
    )
    message.attach_alternative(words.html, "text/html")
    return message


def hand_over(message: EmailMultiAlternatives) -> None:
    """Give one mail to the server. Raises NotTaken; any other error leaves open whether the server has it."""
    connection = get_connection()
    try:
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(AWAY, is_final=False) from error
        try:
            connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise NotTaken(_refusal(code, text), is_final=code >= 500) from refused
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPHeloError) as refused:
            code = int(refused.smtp_code)
            raise NotTaken(_refusal(code, refused.smtp_error), is_final=code >= 500) from refused
    finally:
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            log.info("the mail server did not say goodbye")


def _refusal(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = re.sub(r"[^\x20-\x7e\u00a0-\uffff]+", " ", text).strip()
    return f"The mail server did not take it: {code} {text}"[:300]


def _put_off(letter: Letter, reason: NotTaken) -> None:
    """Try again later, or give up."""
    attempts = letter.attempts + 1
    if reason.is_final or attempts > len(WAITS):
        _settle(letter, state=LetterState.FAILED, error=str(reason), attempts=attempts)
        return
    due_at: datetime = timezone.now() + WAITS[attempts - 1]
    words = outbox.forgotten_words(letter)
    _settle(letter, state=LetterState.QUEUED, error=str(reason), attempts=attempts, due_at=due_at, **words)


def _settle(letter: Letter, **values: object) -> None:
    """Write down the end of a try that is still ours."""
    with acting_in(letter.studio_id):
        Letter.objects.for_studio(letter.studio_id).filter(pk=letter.pk, state=LetterState.SENDING).update(**values)


def _write(letter: Letter, **values: object) -> None:
    for name, value in values.items():
        setattr(letter, name, value)
    letter.save(update_fields=list(values))


def given_up(studio_id: UUID, kind: str, letter_id: UUID) -> None:
    """The worker died three times over this letter. Run in `acting_in(studio)`."""
    if kind == outbox.JOB:
        unsettled = Letter.objects.for_studio(studio_id).filter(
            pk=letter_id, state__in=(LetterState.QUEUED, LetterState.SENDING)
        )
        unsettled.update(state=LetterState.FAILED, error=BROKEN)


def put_due() -> int:
    """Put a job for every letter whose moment has come; letters that have one already are not doubled. How many."""
    with across_studios():
        due = Letter.objects.filter(state=LetterState.QUEUED, due_at__lte=timezone.now())
        found = list(due.order_by("due_at").values_list("studio_id", "pk")[:MOST_AT_ONCE])
    for studio_id, letter_id in found:
        with acting_in(studio_id):
            queue.put(studio_id, outbox.JOB, letter_id, queue=Queue.DEFAULT, again=True)
    return len(found)


STEPS: dict[str, Callable[[queue.Claimed], None]] = {outbox.JOB: send}
