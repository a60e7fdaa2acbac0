"""Periodic tasks of sharing."""

from celery import shared_task

from apps.sharing.activity import history
from apps.sharing.clients import directory
from apps.sharing.emails import reminders, writing
from apps.sharing.people import finder


@shared_task(name="sharing.remind")
def remind() -> None:
    """Every ten minutes: clients are reminded of links that close soon, each once."""
    reminders.write_all()


@shared_task(name="sharing.forget")
def forget() -> None:
    """Every hour: forget visits of more than 400 days ago, emails and clients of deleted galleries, finds of guests."""
    finder.forget_old()
    history.forget()
    writing.forget_lost()
    directory.forget_lost()
