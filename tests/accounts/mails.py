"""Mails that a test has caused. They are sent beside the request, so a test waits for them."""

from __future__ import annotations

import re
import time

from django.core import mail
from django.core.mail import EmailMessage


def sent(number: int, *, within: float = 5.0) -> list[EmailMessage]:
    """The mails of this test once there are `number` of them; fails after `within` seconds, or if there are more."""
    deadline = time.monotonic() + within
    while len(mail.outbox) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert len(mail.outbox) == number, [(message.to, message.subject) for message in mail.outbox]
    return list(mail.outbox)


def path_in(message: EmailMessage, prefix: str) -> str:
    """The path of the link in a mail that begins with this prefix."""
    found = re.search(rf"http\S+?({re.escape(prefix)}\S+)", str(message.body))
    assert found, message.body
    return found[1]
