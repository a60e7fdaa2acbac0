"""Periodic tasks of uploads."""

from celery import shared_task

from apps.uploads import inbox, resumable


@shared_task(name="uploads.sweep")
def sweep() -> None:
    """Every hour: uploads that nobody went on with are forgotten."""
    resumable.sweep()


@shared_task(name="uploads.look")
def look() -> None:
    """Every five seconds: what was put into the watched folders is taken."""
    inbox.look()
