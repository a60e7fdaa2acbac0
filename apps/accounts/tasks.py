"""Periodic tasks of accounts."""

from celery import shared_task

from apps.accounts import domains, expiry, plans, visits


@shared_task(name="accounts.forget")
def forget() -> None:
    """Every hour: sessions, answers and emails that have run out are forgotten."""
    expiry.forget()


@shared_task(name="accounts.warn_of_plans")
def warn_of_plans() -> None:
    """Every hour: owners are told what of their plan is nearly used up."""
    plans.warn()


@shared_task(name="accounts.check_domains")
def check_domains() -> None:
    """Every five minutes: it is looked whether domains of studios still lead here, those whose turn it is."""
    domains.check_due()


@shared_task(name="accounts.end_visits")
def end_visits() -> None:
    """Every minute: the end of operators' visits whose hour is over is written down."""
    visits.end_overdue()
