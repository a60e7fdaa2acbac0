"""What the scheduler asks of exports, and of studios that were deleted."""

from celery import shared_task

from apps.portability import deletion, exports


@shared_task(name="portability.forget")
def forget() -> None:
    """Each hour: remove exports that were kept for their time."""
    exports.forget()


@shared_task(name="portability.remove_studios")
def remove_studios() -> None:
    """Each hour: remove the studios whose grace is over."""
    deletion.remove_due()
