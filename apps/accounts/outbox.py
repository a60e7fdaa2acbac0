"""The outbox: every email is a row, written in the transaction of its cause, and a worker sends it from there.

No email goes out twice by itself. A worker claims the row (the attempt is counted, a lease begins), finds its words,
connects, commits `handed_at`, and only then hands the email over. Of a worker that is killed before `handed_at` the
email is sent by another when the lease ends; after it nobody can tell whether the server has it, so the row says so
and a person decides (docs/decisions/0019).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.template.loader import render_to_string
from django.utils import timezone

from apps.accounts import smtp
from apps.accounts.emails import Email, EmailState, Words, digest
from apps.accounts.models import Role, Studio
from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.web import doorbell

log = logging.getLogger(__name__)

TASK, QUEUE = "outbox.send", "default"
# Between the tries. After the last one the email has failed, and a person is asked to press "Send again".
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
# From the claim to the server's greeting, and from handing over to its last word. The server's silence of
# EMAIL_TIMEOUT seconds ends a try long before.
LEASE, HANDING_LEASE = timedelta(seconds=60), timedelta(minutes=5)
# A worker has other work too: after so many seconds it waits for the next call.
RUN_SECONDS = 10.0
STUCK_AFTER = timedelta(minutes=15)
BROKEN = "The connection was lost while sending. The email may have arrived; check before you send it again."
DIED = "The worker stopped while it prepared this email."
UNWRITTEN = "The text of this email could not be created."
UNREADABLE = "This email can no longer be read, because the installation’s secret key has changed."
LATE = "It could not be sent in time."

SETTLED = (EmailState.SENT, EmailState.KEPT, EmailState.FAILED, EmailState.CANCELLED)

# Finds the words of an email at the moment of sending, in `acting_in(studio)`. Raises Undeliverable.
Composer = Callable[[Email], Words]


class Undeliverable(Exception):
    """An email must not go out any more. The message says why, to a photographer.

    state: FAILED, or CANCELLED where nobody need do anything.
    """

    def __init__(self, sentence: str, state: EmailState = EmailState.FAILED) -> None:
        self.state = state
        super().__init__(sentence)


_one_at_a_time = threading.Lock()


# -- writing ---------------------------------------------------------------------------------------------------------


def put(
    studio: Studio | None,
    key: str,
    to: str,
    words: Words,
    *,
    reply_to: str = "",
    useful_until: datetime | None = None,
    is_automatic: bool = True,
) -> Email:
    """Write one email in the caller's transaction; the same key again is the same email.

    studio: whose email it is; call it in `acting_in(studio)`. None: of a person in no studio.
    to: "" writes a row that goes nowhere, where nobody may see by the time it takes whether an address is known.
    """
    email = Email(
        studio=studio,
        key=key,
        to=to,
        reply_to=reply_to,
        useful_until=useful_until,
        is_automatic=is_automatic,
        state=EmailState.WAITING if to else EmailState.CANCELLED,
    )
    email.words = words
    if not to:
        email.sealed = ""
    return put_all([email])[0]


def tell(
    studio: Studio, roles: Sequence[Role], key: str, words: Words, *, reply_to: str = "", album: UUID | None = None
) -> list[Email]:
    """Write one email to each member with these roles; to nobody who is switched off. Call it in the studio.

    album: only to who works in this gallery.
    """
    found = studio.addresses(*roles, album=album)
    return [put(studio, f"{key}:{digest(address)}", address, words, reply_to=reply_to) for address in found]


def on_its_way(what: str) -> str:
    """What a page says of an email that was just written: no email is sent without a mail server."""
    return f"{what} is kept as a file: no mail server is set up." if smtp.kept_in() else f"{what} is on its way."


def rendered(subject: str, template: str, **context: object) -> Words:
    """The words of an email in plain text, by a template of ours."""
    return Words(subject, render_to_string(template, context))


def put_all(emails: Sequence[Email]) -> list[Email]:
    """Write these emails of one studio, those with known keys once; the rows as kept, in the order of their ids."""
    if not emails:
        return []
    studio_id = emails[0].studio_id
    with _inside(studio_id):
        rows = Email.of(studio_id)
        rows.bulk_create(emails, ignore_conflicts=True)
        kept = list(rows.filter(key__in=[email.key for email in emails]).order_by("pk"))
    if any(email.due_at <= timezone.now() for email in emails):
        _ring()
    return kept


def retry(email: Email) -> bool:
    """Send a failed or kept email again, now. False if it is neither, or its words are gone."""
    again = {"state": EmailState.WAITING, "error": "", "attempts": 0, "due_at": timezone.now(), "useful_until": None}
    ended = Email.of(email.studio_id).filter(pk=email.pk, state__in=(EmailState.FAILED, EmailState.KEPT))
    with _inside(email.studio_id):
        if not ended.filter(~Q(composer="") | ~Q(sealed="")).update(**again):
            return False
    _ring()
    return True


def _ring() -> None:
    transaction.on_commit(lambda: doorbell.ring(TASK, queue=QUEUE), robust=True)


@contextmanager
def _inside(studio_id: UUID | None) -> Iterator[None]:
    """The transaction in which emails of this studio, or of none, are seen."""
    with across_studios() if studio_id is None else acting_in(studio_id):
        yield


# -- sending ---------------------------------------------------------------------------------------------------------


def send_due(composers: Mapping[str, Composer]) -> int:
    """Send what is due, each studio in turn, until nothing is left or `RUN_SECONDS` are over; how many were tried.

    One email at a time in a process: a server that hangs holds up one thread of a worker, and rests for a while.
    """
    if not _one_at_a_time.acquire(blocking=False):
        return 0
    try:
        take_back()
        tried, until = 0, time.monotonic() + RUN_SECONDS
        while not smtp.is_away() and time.monotonic() < until and send_next(composers):
            tried += 1
        return tried
    finally:
        _one_at_a_time.release()


def take_back() -> int:
    """Free the emails of killed workers: for another try if nothing was handed over, else as failed; how many."""
    now = timezone.now()
    with across_studios():
        lost = Email.objects.filter(state=EmailState.SENDING, lease_until__lt=now)
        found = list(lost.select_for_update(skip_locked=True).defer("sealed"))
        for email in found:
            if email.handed_at is not None:
                _end(email, EmailState.FAILED, BROKEN)
            elif email.attempts > len(WAITS):
                _end(email, EmailState.FAILED, DIED)
            else:
                _mine(email).update(state=EmailState.WAITING, lease_until=None, error=DIED, due_at=now)
    return len(found)


def send_next(composers: Mapping[str, Composer]) -> Email | None:
    """Send the email whose turn it is. Returns it as claimed, or None if nothing is due."""
    email = _claim()
    if email is not None:
        _send(email, composers)
    return email


def send_now(emails: Sequence[Email]) -> None:
    """Send these from here, in place of a worker: what tells that no worker is there cannot wait for one.

    What another has claimed is left to it, and what fails waits for the next try as every email. Call it outside of a
    transaction, for emails without a composer.
    """
    for email in emails:
        with _inside(email.studio_id):
            waiting = Email.of(email.studio_id).filter(pk=email.pk, state=EmailState.WAITING)
            claimed = waiting.select_for_update(skip_locked=True).first()
            if claimed is not None:
                _begin(claimed)
        if claimed is not None:
            _send(claimed, {})


def _send(email: Email, composers: Mapping[str, Composer]) -> None:
    """Try to send a claimed email, and write down how it ended."""
    try:
        is_handed_over = _hand_over(email, composers)
    except Undeliverable as reason:
        _settle(email, reason.state, str(reason))
    except smtp.NotTaken as reason:
        _put_off(email, str(reason), is_final=reason.is_final)
    except Exception:
        log.exception("email %s was cut off", email.pk)
        if email.handed_at:
            _settle(email, EmailState.FAILED, BROKEN)
        else:
            _put_off(email, UNWRITTEN)
    else:
        if is_handed_over:
            _settle(email, EmailState.KEPT if smtp.kept_in() else EmailState.SENT)


def _claim() -> Email | None:
    """Take the next email: of the studio that was served longest ago, the one that is needed soonest."""
    now = timezone.now()
    with across_studios():
        due = Email.objects.filter(state=EmailState.WAITING, due_at__lte=now)
        served = Email.objects.filter(studio=OuterRef("studio"), tried_at__isnull=False).order_by("-tried_at")
        # What belongs to no studio comes first: a person who signs in waits for it.
        turns = (
            due.order_by()
            .values("studio")
            .annotate(waiting=Count("pk"), served=Subquery(served.values("tried_at")[:1]))
            .order_by(F("served").asc(nulls_first=True))
        )
        for studio_id in list(turns.values_list("studio", flat=True)):
            rows = due.filter(studio=studio_id) if studio_id else due.filter(studio__isnull=True)
            email = rows.order_by("useful_until", "due_at", "pk").select_for_update(skip_locked=True).first()
            if email is not None:
                _begin(email)
                return email
    return None


def _begin(email: Email) -> None:
    """Claim a locked row: a try begins."""
    now = timezone.now()
    email.state, email.attempts, email.error = EmailState.SENDING, email.attempts + 1, ""
    email.tried_at, email.lease_until, email.handed_at = now, now + LEASE, None
    email.save(update_fields=["state", "attempts", "error", "tried_at", "lease_until", "handed_at"])


def _hand_over(email: Email, composers: Mapping[str, Composer]) -> bool:
    """Give a claimed email to the mail server; False if another worker has taken it over. Raises Undeliverable, and
    what smtp.hand_over does."""
    made = _made(email, composers)
    with smtp.connected() as connection:
        if not _is_still_ours(email):
            return False
        smtp.hand_over(connection, made)
    return True


def _made(email: Email, composers: Mapping[str, Composer]) -> EmailMultiAlternatives:
    """The email as it is handed over. Raises Undeliverable."""
    if email.useful_until is not None and email.useful_until <= timezone.now():
        raise Undeliverable(LATE)
    with _inside(email.studio_id):
        may_stop = False
        if email.composer:
            email.words = words = composers[email.composer](email)
            may_stop = words.may_stop
            _mine(email).update(subject=email.subject, sealed=email.sealed)
        if not email.words.text:
            raise Undeliverable(UNREADABLE)
        studio = Studio.objects.defer("logo").get(pk=email.studio_id) if email.studio_id else None
        answers = email.reply_to or (studio.reply_address if studio else "")
        return smtp.message(
            email.pk,
            email.to,
            email.words,
            sender=studio.name if studio else "",
            reply_to=answers,
            is_automatic=email.is_automatic,
            stops_at=answers if may_stop else "",
        )


def _is_still_ours(email: Email) -> bool:
    """Commit that the email is being handed over; False if another worker has taken it meanwhile."""
    now = timezone.now()
    with _inside(email.studio_id):
        ours = _mine(email).filter(state=EmailState.SENDING, handed_at__isnull=True)
        if not ours.update(handed_at=now, lease_until=now + HANDING_LEASE):
            return False
    email.handed_at = now
    return True


def _mine(email: Email) -> StudioQuerySet[Email]:
    """The row, as long as no other try has begun."""
    return Email.of(email.studio_id).filter(pk=email.pk, tried_at=email.tried_at)


def _put_off(email: Email, reason: str, *, is_final: bool = False) -> None:
    """Try again later, or give up."""
    due_at = None if is_final or email.attempts > len(WAITS) else timezone.now() + WAITS[email.attempts - 1]
    if due_at is None or (email.useful_until is not None and due_at >= email.useful_until):
        _settle(email, EmailState.FAILED, reason)
        return
    with _inside(email.studio_id):
        ours = _mine(email).filter(state=EmailState.SENDING)
        ours.update(state=EmailState.WAITING, error=reason, due_at=due_at, lease_until=None, handed_at=None)


def _settle(email: Email, state: EmailState, error: str = "") -> None:
    """Write down how a try ended."""
    with _inside(email.studio_id):
        _end(email, state, error)


def _end(email: Email, state: EmailState, error: str = "") -> None:
    # What was given up as broken may still be taken in the end; then it was sent.
    ours = _mine(email).filter(state__in=(EmailState.SENDING, EmailState.FAILED))
    values: dict[str, object] = {"state": state, "error": error, "lease_until": None}
    if state in (EmailState.SENT, EmailState.KEPT):
        values["sent_at"] = timezone.now()
    if not email.keeps_words:
        values["sealed"] = ""
    ours.update(**values)


# -- how it stands ---------------------------------------------------------------------------------------------------


def is_stuck() -> bool:
    """True if an email has been due for a while and could not be sent."""
    with across_studios():
        waiting = Email.objects.filter(state__in=(EmailState.WAITING, EmailState.SENDING))
        late = Q(attempts__gt=2) | Q(due_at__lt=timezone.now() - STUCK_AFTER)
        return waiting.filter(late).exists()


def forget() -> int:
    """Remove rows of settled emails whose words nobody keeps, after a while; how many. Run in `across_studios()`."""
    old = Email.objects.filter(keeps_words=False, created_at__lt=timezone.now() - Email.KEPT_FOR, state__in=SETTLED)
    return old.delete()[0]
