"""Emails that a test has caused. They wait in the outbox, so a test sends them as a worker would."""

from __future__ import annotations

import re
from uuid import UUID

from django.core import mail
from django.core.mail import EmailMessage

from apps.accounts import outbox
from apps.accounts.models import Email
from apps.accounts.tenancy import across_studios
from config.tasks import COMPOSERS


def send_all() -> int:
    """Send what is due, as a worker would; how many."""
    return outbox.send_due(COMPOSERS)


def sent(number: int) -> list[EmailMessage]:
    """The emails of this test, sent by now; fails if there are not `number` of them."""
    send_all()
    assert len(mail.outbox) == number, [(message.to, message.subject) for message in mail.outbox]
    return list(mail.outbox)


def rows() -> list[Email]:
    """All emails of the installation, oldest first."""
    with across_studios():
        return list(Email.objects.order_by("pk").select_related("studio"))


def reread(email_id: UUID) -> Email:
    """The row as it is now."""
    with across_studios():
        return Email.objects.select_related("studio").get(pk=email_id)


def change(email_id: UUID, **values: object) -> None:
    """Change a row behind everybody's back."""
    with across_studios():
        Email.objects.filter(pk=email_id).update(**values)


def path_in(message: EmailMessage, prefix: str) -> str:
    """The path of the link in an email that begins with this prefix."""
    found = re.search(rf"http\S+?({re.escape(prefix)}\S+)", str(message.body))
    assert found, message.body
    return found[1]
