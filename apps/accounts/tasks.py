"""Periodic tasks of accounts."""

from celery import shared_task

from apps.accounts import expiry


@shared_task(name="accounts.forget")
def forget() -> None:
    """Every hour: sessions, answers and emails that have run out are forgotten."""
    expiry.forget()
