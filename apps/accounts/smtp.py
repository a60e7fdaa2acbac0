"""The mail server, or the folder that takes its place: handing one email over, and what it answers."""

from __future__ import annotations

import logging
import re
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formataddr, parseaddr
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from apps.accounts.emails import Words

log = logging.getLogger(__name__)

FILES = "django.core.mail.backends.filebased.EmailBackend"
AWAY = "The mail server could not be reached."
SIGN_IN = "The mail server refused this installation's user name or password."
NO_FOLDER = "The folder for emails cannot be written."
# A server that does not answer is left alone for so long: each try may cost EMAIL_TIMEOUT seconds.
AWAY_SECONDS = 60.0


class NotTaken(Exception):
    """The server surely does not have the email. The message says why, to a photographer.

    is_final: trying again would not help.
    """

    def __init__(self, sentence: str, *, is_final: bool = False) -> None:
        self.is_final = is_final
        super().__init__(sentence)


class Away(NotTaken):
    """No server answers, so any other email would fare the same."""


class _Server:
    """What this process knows of the mail server: until when not to try it again (time.monotonic seconds)."""

    away_until = 0.0


server = _Server()


def is_away() -> bool:
    """True for a while after nobody answered."""
    return time.monotonic() < server.away_until


def kept_in() -> str:
    """The folder in which emails are kept as files because no mail server is set up; "" with a server."""
    return str(settings.EMAIL_FILE_PATH) if settings.EMAIL_BACKEND == FILES else ""


def message(
    email_id: UUID,
    to: str,
    words: Words,
    *,
    sender: str = "",
    reply_to: str = "",
    is_automatic: bool = True,
    stops_at: str = "",
) -> EmailMultiAlternatives:
    """An email as it is handed over.

    sender: a name in place of the installation's own.  stops_at: who is asked to send no more of the kind, by the
    button that mail programs show (RFC 2369). The Message-ID comes of the row's id, so that it is the same at
    every try: a relay that has the email already can tell.
    """
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {"Message-ID": f"<{email_id.hex}@{_domain(address)}>"}
    if stops_at:
        headers["List-Unsubscribe"] = f"<mailto:{quote(stops_at, safe='@')}?subject=unsubscribe>"
    if is_automatic:
        headers["Auto-Submitted"] = "auto-generated"
    made = EmailMultiAlternatives(
        words.subject,
        words.text,
        # A line break in a studio's name must not begin another header.
        formataddr((" ".join((sender or name).split()), address)),
        [to],
        reply_to=[reply_to] if reply_to else [],
        headers=headers,
    )
    if words.html:
        made.attach_alternative(words.html, "text/html")
    return made


def _domain(address: str) -> str:
    """The right side of a Message-ID: the sender's domain, or the site's where the sender has none of its own.

    Many servers take an email of @localhost for spam.
    """
    domain = address.rpartition("@")[2]
    return domain if "." in domain else urlsplit(settings.PUBLIC_URL).hostname or domain


@contextmanager
def connected() -> Iterator[BaseEmailBackend]:
    """A connection to the mail server while the block runs. Raises Away."""
    try:
        connection = _open()
    except Away:
        server.away_until = time.monotonic() + AWAY_SECONDS
        raise
    try:
        yield connection
    finally:
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            log.info("the mail server did not say goodbye")


def _open() -> BaseEmailBackend:
    try:
        connection = get_connection()
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        raise Away(SIGN_IN) from error
    except (OSError, smtplib.SMTPException, ImproperlyConfigured) as error:
        log.warning("emails cannot be handed over: %s", error)
        raise Away(NO_FOLDER if kept_in() else AWAY) from error
    return connection


def hand_over(connection: BaseEmailBackend, made: EmailMultiAlternatives) -> None:
    """Give one email to the server. Raises NotTaken; any other error leaves open whether the server has it."""
    try:
        connection.send_messages([made])
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        raise NotTaken(_refusal(code, text), is_final=code >= 500) from refused
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPHeloError) as refused:
        code = int(refused.smtp_code)
        raise NotTaken(_refusal(code, refused.smtp_error), is_final=code >= 500) from refused


def _refusal(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    text = re.sub(r"[^\x20-\x7e\u00a0-\uffff]+", " ", text).strip()
    return f"The mail server rejected it: {code} {text}"[:300]
