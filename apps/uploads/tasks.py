"""Periodic tasks of uploads."""

from celery import shared_task

from apps.uploads import inbox, resumable, sidecars


@shared_task(name="uploads.sweep")
def sweep() -> None:
    """Every hour: uploads that nobody went on with are forgotten, and sidecars whose photos never came."""
    resumable.sweep()
    sidecars.sweep()


@shared_task(name="uploads.look")
def look() -> None:
    """Every five seconds: what was put into the watched folders is taken."""
    inbox.look()
