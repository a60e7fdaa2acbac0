"""What the scheduler asks of backups, each hour."""

from celery import shared_task

from apps.backups import schedule


@shared_task(name="backups.keep_up")
def keep_up() -> None:
    """Back up, verify and rehearse whatever is due."""
    schedule.keep_up()
