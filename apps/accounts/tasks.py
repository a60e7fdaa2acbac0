"""Periodic tasks of accounts."""

from celery import shared_task

from apps.accounts import expiry, plans


@shared_task(name="accounts.forget")
def forget() -> None:
    """Every hour: sessions, answers and emails that have run out are forgotten."""
    expiry.forget()


@shared_task(name="accounts.warn_of_plans")
def warn_of_plans() -> None:
    """Every hour: owners are told what of their plan is nearly used up."""
    plans.warn()
