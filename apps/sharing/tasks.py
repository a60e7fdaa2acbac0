"""What the clock asks of sharing."""

from celery import shared_task

from apps.sharing.activity import history
from apps.sharing.emails import reminders, sending


@shared_task(name="sharing.put_due")
def put_due() -> None:
    """Every minute: mails whose moment has come go out."""
    sending.put_due()


@shared_task(name="sharing.remind")
def remind() -> None:
    """Every ten minutes: clients are reminded of links that close soon, each once."""
    reminders.write_all()


@shared_task(name="sharing.forget")
def forget() -> None:
    """Every hour: visits of more than 400 days ago are forgotten."""
    history.forget()
