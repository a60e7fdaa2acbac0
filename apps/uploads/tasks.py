"""The workers' side of the doorbell."""

from celery import shared_task

from apps.jobs import queue
from apps.uploads import pipeline


@shared_task(name="jobs.answer")
def answer(name: str) -> None:
    """Somebody rang: take the fairest job of the queue and do it. None left is no error."""
    queue.answer(name, pipeline.STEPS)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Every 10 s: take back what killed workers held, ring for what waits."""
    queue.sweep(pipeline.given_up)
