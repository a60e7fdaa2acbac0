"""One run at a time, and what becomes of it is written down, also when it breaks off."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError
from django.utils import timezone

from apps.accounts.tenancy import across_studios
from apps.backups.destination import Destination, NoBackup
from apps.backups.envelope import BackupDamaged
from apps.backups.models import BackupRun, RunKind, RunState
from apps.media.store import StorageAway

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
DIED = "It did not finish: its process ended."


class AlreadyRunning(NoBackup):
    """Another run is at work."""

    status = 409
    code = "already_running"
    sentence = "A backup, verification or drill is running already. Wait until it ends."


@dataclass(slots=True)
class Running:
    """A run at work. row: its figures are written down every few seconds by `beat`."""

    row: BackupRun
    _said: float = 0.0

    def beat(self) -> None:
        if time.monotonic() - self._said > BEAT_SECONDS:
            self._said = time.monotonic()
            with across_studios():
                self.row.beat()


@contextmanager
def running(kind: RunKind, destination: Destination) -> Iterator[Running]:
    """Begin a run and end it: as done if the block ends well and has noted no problem, else as failed.

    The block says in `row.message` how it went. Raises AlreadyRunning, and whatever ends the block.
    """
    row = _begin(kind, destination)
    try:
        yield Running(row)
    except BaseException as error:
        told = isinstance(error, BackupDamaged | NoBackup | StorageAway)
        sentence = str(error) if told else f"It broke off ({type(error).__name__}). The log says why."
        row.note(sentence)
        with across_studios():
            row.end(RunState.FAILED, sentence)
        raise
    with across_studios():
        row.end(RunState.FAILED if row.problems else RunState.DONE, row.message)
    if row.problems:
        log.critical("%s of %s: %s", kind, destination.place, "; ".join(row.problems[:5]))


def _begin(kind: RunKind, destination: Destination) -> BackupRun:
    now = timezone.now()
    row = BackupRun(kind=kind, destination=destination.id, place=destination.place[:300])
    try:
        with across_studios():
            dead = BackupRun.objects.filter(state=RunState.RUNNING, beat_at__lt=now - BackupRun.SILENT)
            dead.update(state=RunState.FAILED, message=DIED, ended_at=now)
            BackupRun.objects.filter(started_at__lt=now - BackupRun.KEPT).exclude(state=RunState.RUNNING).delete()
            row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyRunning from None
    return row
