"""What the clock asks of albums."""

from celery import shared_task

from apps.albums import stale_fingerprints, trash


@shared_task(name="albums.purge_trash")
def purge_trash() -> None:
    """Every hour: what has lain in the trash for 30 days goes for good."""
    trash.purge_trash()


@shared_task(name="albums.refresh_fingerprints")
def refresh_fingerprints() -> None:
    """Every minute: the next share of photos whose perceptual hash an older version made."""
    stale_fingerprints.put_share()
