"""What the scheduler asks of the bytes, each hour."""

from celery import shared_task

from apps.media import fsck, sweeping


@shared_task(name="media.sweep")
def sweep() -> None:
    """Remove what nothing refers to, studio by studio, and old temporary files."""
    sweeping.sweep_all()


@shared_task(name="media.recheck")
def recheck() -> None:
    """Read a share of all blobs again and compare them with their hashes."""
    fsck.recheck()
