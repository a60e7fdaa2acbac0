"""What the clock asks of albums."""

from celery import shared_task

from apps.albums import trash


@shared_task(name="albums.purge_trash")
def purge_trash() -> None:
    """Every hour: what has lain in the trash for 30 days goes for good."""
    trash.purge_trash()
