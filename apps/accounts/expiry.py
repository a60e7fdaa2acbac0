"""What has run out is forgotten: sessions of browsers and of the API, kept answers to requests, emails, tasks."""

from __future__ import annotations

from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.long_tasks import Task
from apps.accounts.models import BrowserSession, IdempotentReply, RefreshToken
from apps.accounts.tenancy import across_studios


def forget() -> int:
    """Remove the rows that can open or repeat nothing any more. Returns how many.

    A refresh token stays for its lifetime once more: if it is revoked, that ends its successors too, and the last of
    them may run out so much later.
    """
    now = timezone.now()
    with across_studios():
        gone = [
            RefreshToken.objects.filter(expires_at__lt=now - RefreshToken.LIFETIME).delete(),
            IdempotentReply.objects.filter(created_at__lt=now - IdempotentReply.KEPT).delete(),
            Task.objects.filter(ended_at__lt=now - Task.KEPT).delete(),
        ]
        emails = outbox.forget()
    gone.append(BrowserSession.objects.filter(expire_date__lt=now).delete())
    return emails + sum(count for count, _ in gone)
