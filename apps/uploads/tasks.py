"""Periodic tasks of uploads."""

from celery import shared_task

from apps.uploads import resumable


@shared_task(name="uploads.sweep")
def sweep() -> None:
    """Every hour: uploads that nobody went on with are forgotten."""
    resumable.sweep()
