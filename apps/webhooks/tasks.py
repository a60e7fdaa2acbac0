"""What the scheduler asks of webhooks."""

from celery import shared_task

from apps.webhooks import deliver


@shared_task(name="webhooks.send")
def send() -> None:
    """Every 5 s: send what is due."""
    deliver.send_due()


@shared_task(name="webhooks.forget")
def forget() -> None:
    """Each hour: remove old deliveries."""
    deliver.forget()
