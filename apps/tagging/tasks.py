"""Periodic tasks of tagging."""

from celery import shared_task

from apps.tagging.meaning import keep


@shared_task(name="tagging.embed")
def embed() -> None:
    """Every five seconds: studios in which texts changed have them embedded."""
    keep.put_jobs()
