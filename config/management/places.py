"""The places of backups, as commands name them."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError

from apps.backups.destination import Destination, open_destination
from config.addresses import EnvError, LocalStorage
from config.env import place_of


def destination(text: str | None, *, create: bool = False) -> Destination:
    """The place that was named, or that of GLASSINE_BACKUP. Raises CommandError, NoBackup."""
    if text is None:
        if settings.BACKUP is None:
            raise CommandError("Name a folder or s3://bucket/prefix, or set GLASSINE_BACKUP.")
        return open_destination(settings.BACKUP, settings.BACKUP_KEY, create=create)
    try:
        place = place_of("The place", text)
    except EnvError as error:
        raise CommandError(str(error)) from None
    if isinstance(place, LocalStorage):
        return open_destination(("local", str(place.path)), settings.BACKUP_KEY, create=create)
    parts = ("s3", place.bucket, place.prefix, place.endpoint, place.region)
    return open_destination(parts, settings.BACKUP_KEY, create=create)
