"""Periodic tasks of albums."""

from celery import shared_task

from apps.albums import stale_fingerprints, stale_renditions, trash, versions


@shared_task(name="albums.purge_trash")
def purge_trash() -> None:
    """Every hour: what has lain in the trash for 30 days goes for good."""
    trash.purge_trash()


@shared_task(name="albums.refresh_fingerprints")
def refresh_fingerprints() -> None:
    """Every minute: the next share of photos whose perceptual hash an older version made."""
    stale_fingerprints.put_share()


@shared_task(name="albums.refresh_renditions")
def refresh_renditions() -> None:
    """Every minute: the next share of photos whose renditions an older recipe made."""
    stale_renditions.put_share()


@shared_task(name="albums.fold_versions")
def fold_versions() -> None:
    """Every minute: the changes of albums are added up."""
    versions.fold()
