"""What the scheduler asks of exports."""

from celery import shared_task

from apps.portability import exports


@shared_task(name="portability.forget")
def forget() -> None:
    """Each hour: remove exports that were kept for their time."""
    exports.forget()
