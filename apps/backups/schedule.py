"""When the product backs itself up, reads its backup again, and rehearses a restore."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.accounts.tenancy import across_studios
from apps.backups.backup import take
from apps.backups.destination import Destination, NoBackup, open_destination
from apps.backups.drill import drill
from apps.backups.envelope import BackupDamaged
from apps.backups.models import BackupRun, RunKind
from apps.backups.verify import verify
from apps.media.store import StorageAway

log = logging.getLogger(__name__)

# Half an hour less than a day and a week: asked once an hour, each stays at its hour.
EVERY = {
    RunKind.BACKUP: timedelta(hours=23, minutes=30),
    RunKind.VERIFY: timedelta(hours=23, minutes=30),
    RunKind.DRILL: timedelta(days=6, hours=23, minutes=30),
}
DEEDS: dict[RunKind, Callable[[Destination], BackupRun]] = {
    RunKind.BACKUP: take,
    RunKind.VERIFY: verify,
    RunKind.DRILL: drill,
}


def is_due(kind: RunKind) -> bool:
    """True if none of this kind ended well for long enough. One that failed is tried again at the next hour."""
    with across_studios():
        last = BackupRun.last_good(kind)
    return last is None or last.started_at <= timezone.now() - EVERY[kind]


def keep_up() -> list[RunKind]:
    """Do what is due, one after the other; what was done. Without a place for backups nothing is due.

    What goes wrong is written down by its run, and does not keep the others from theirs.
    """
    if settings.BACKUP is None:
        return []
    done = []
    for kind, deed in DEEDS.items():
        if not is_due(kind):
            continue
        try:
            deed(open_destination(settings.BACKUP, settings.BACKUP_KEY, create=True))
            done.append(kind)
        except (NoBackup, BackupDamaged, StorageAway, OSError):
            log.exception("%s did not end well", kind)
    return done
