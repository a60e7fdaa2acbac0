"""Mail to people, in plain text. It leaves after the commit and beside the request.

Beside, because the time that a mail server takes would tell a known address from an unknown one.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from django.core.mail import EmailMessage, send_mail
from django.db import transaction
from django.template.loader import render_to_string

log = logging.getLogger(__name__)
_post = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def send_later(to: str, subject: str, template: str, **context: object) -> None:
    """Send one mail once the transaction is committed. A mail that cannot be sent is logged."""
    text = render_to_string(template, context)
    # A line break in a studio's name must not begin another header.
    line = " ".join(subject.split())
    transaction.on_commit(lambda: _post.submit(_send, to, line, text), robust=True)


def post_later(message: EmailMessage) -> None:
    """Send a mail that is ready, once the transaction is committed. One that cannot be sent is logged."""
    transaction.on_commit(lambda: _post.submit(_post_now, message), robust=True)


def _post_now(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception:
        log.exception("a mail could not be sent: %s", message.subject)


def _send(to: str, subject: str, text: str) -> None:
    try:
        send_mail(subject, text, None, [to])
    except Exception:
        log.exception("a mail could not be sent: %s", subject)
