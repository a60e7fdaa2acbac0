"""Periodic tasks of uploads."""

from celery import shared_task

from apps.uploads import inbox, resumable, sidecars
from apps.uploads.importing import runs


@shared_task(name="uploads.sweep")
def sweep() -> None:
    """Every hour: forget uploads that nobody went on with, sidecars whose photos never came, reports of imports."""
    resumable.sweep()
    sidecars.sweep()
    runs.forget()


@shared_task(name="uploads.look")
def look() -> None:
    """Every five seconds: what was put into the watched folders is taken."""
    inbox.look()
