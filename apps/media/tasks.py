"""Periodic tasks of the bytes."""

from celery import shared_task

from apps.media import fsck, stale_videos, sweeping


@shared_task(name="media.sweep")
def sweep() -> None:
    """Every hour: remove what nothing refers to, studio by studio, and old temporary files."""
    sweeping.sweep_all()


@shared_task(name="media.recheck")
def recheck() -> None:
    """Every hour: read a share of all blobs again and compare them with their hashes."""
    fsck.recheck()


@shared_task(name="media.refresh_videos")
def refresh_videos() -> None:
    """Every minute: the next copy of a video that an older recipe made."""
    stale_videos.put_share()
