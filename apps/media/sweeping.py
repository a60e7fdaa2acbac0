"""Removing bytes that nothing refers to: mark and sweep, in two graces, never by counting.

    live --(nothing refers to it, not seen for GRACE)--> doomed --(still so after GRACE)--> row, then bytes gone

A doomed blob that is referred to again is spared. What refers to a blob is read from the models: each key to
`Blob`, also those of apps that do not exist yet. A rendition does not hold its source, and holds its own bytes
only while the source lives.

Why no race loses bytes:
* A blob is doomed while its row is locked and after a fresh look, so one that an upload just found is left
  alone; an upload that comes later finds no live row and makes a new one with a new key.
* The row goes before the bytes, and the foreign keys are checked at its commit: if anything refers to it by
  then, the database refuses, and nothing was touched. Bytes of an interrupted removal go with the next run.
* The key of swept bytes is never used again, so a late or repeated deletion hits nothing else.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection
from django.db.models import Exists, F, ForeignObjectRel, OuterRef, Q
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioModel, StudioQuerySet, across_studios, acting_in
from apps.accounts.tenant_keys import SameStudio
from apps.media.models import Blob, BlobEvent, BlobState, Rendition
from apps.media.storage import store, temp_directory

log = logging.getLogger(__name__)

GRACE = timedelta(days=7)
TEMP_KEPT = timedelta(hours=24)
# Files made on demand (`media.on_demand`) are made again when somebody wants them after that.
DERIVED_KEPT = timedelta(days=30)
# How long an upgrade can be rolled back at most: `config.launcher.kept_database.KEPT_FOR`, which is not ours to import.
ROLLBACK_KEPT = timedelta(days=14)
# A run that would remove more than this share of a studio's blobs, and more than so many, is not believed.
MOST_SHARE = 0.01
MOST_AT_ONCE = 200
BATCH = 1000

# Events of a removal: begun with the row's end, finished when the bytes are gone too.
SWEEPING, SWEPT = "sweeping", "swept"


@dataclass(slots=True)
class Report:
    """What one run did to a studio, or would do. size: bytes removed.  put_off: files that wait for the upgrade."""

    doomed: int = 0
    spared: int = 0
    swept: int = 0
    put_off: int = 0
    size: int = 0
    stopped: str = ""


# -- what refers to a blob ---------------------------------------------------------------------------


def _holds(relation: ForeignObjectRel) -> bool:
    """True if a row with this key keeps the blob; false if the row goes when the blob goes."""
    constraints = relation.related_model._meta.constraints
    key = relation.field.name
    return not any(
        isinstance(rule, SameStudio) and rule.field == key and rule.on_delete == "cascade" for rule in constraints
    )


def holding_keys() -> list[ForeignObjectRel]:
    """Every foreign key to `Blob` in the project whose rows keep a blob."""
    return [relation for relation in Blob._meta.related_objects if _holds(relation)]


def referred(studio_id: UUID) -> Q:
    """Condition on a query of blobs: something of the studio refers to it."""
    found = Q()
    for relation in holding_keys():
        model = cast(type[StudioModel], relation.related_model)
        rows = model.objects.for_studio(studio_id).filter(**{relation.field.name: OuterRef("pk")})
        if model is Rendition:
            # A doomed source takes its renditions along, so their bytes need not wait until it is gone.
            # An original without metadata is its own clean file, and must not hold itself.
            rows = rows.exclude(**{"source__state": BlobState.DOOMED}).exclude(**{"source_id": F("blob_id")})
        found |= Q(Exists(rows))
    return found


def _blobs(studio_id: UUID) -> StudioQuerySet[Blob]:
    blobs: StudioQuerySet[Blob] = Blob.objects.for_studio(studio_id)
    return blobs


def _to_doom(studio_id: UUID, before: datetime) -> StudioQuerySet[Blob]:
    return _blobs(studio_id).filter(~referred(studio_id), seen_at__lt=before).exclude(state=BlobState.DOOMED)


def _to_sweep(studio_id: UUID, before: datetime) -> StudioQuerySet[Blob]:
    return _blobs(studio_id).filter(~referred(studio_id), state=BlobState.DOOMED, doomed_at__lt=before)


# -- one studio --------------------------------------------------------------------------------------


def sweep(studio_id: UUID, *, grace: timedelta = GRACE, confirmed: int = 0) -> Report:
    """Doom, spare and remove the blobs of one studio.

    confirmed: a human has agreed to this many removals (see `Report.stopped`).
    """
    now = timezone.now()
    report = Report()
    _finish_removals(studio_id)
    _forget_unused(studio_id, now - DERIVED_KEPT)
    report.spared = _spare(studio_id)
    report.stopped = _too_many(studio_id, now - grace, confirmed)
    if report.stopped:
        _alarm(studio_id, report.stopped)
    elif may_be_rolled_back():
        report.put_off = _put_off(studio_id, now - grace)
    else:
        for blob in _listed(studio_id, now - grace):
            if _remove(blob, now - grace):
                report.swept += 1
                report.size += blob.size
    report.doomed = _doom(studio_id, now - grace)
    return report


def may_be_rolled_back() -> bool:
    """Whether the database is kept as it was before an upgrade: it may name bytes that nothing refers to any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists(select from pg_database where starts_with(datname, left(current_database(), 40) || %s))",
            ["_before_"],
        )
        return bool(cursor.fetchone()[0])


def _put_off(studio_id: UUID, before: datetime) -> int:
    """Let what is due wait as long as the upgrade can be rolled back; how many.

    By the same time for each, so that they do not all come due at once: that would look like an accident.
    """
    with acting_in(studio_id):
        return _to_sweep(studio_id, before).update(doomed_at=F("doomed_at") + ROLLBACK_KEPT)


def _forget_unused(studio_id: UUID, before: datetime) -> None:
    """End rows of derived files that nobody fetched for long; their bytes go the way of all others.

    Few at a time: many removals at once would look like an accident.
    """
    with acting_in(studio_id):
        rows = Rendition.objects.for_studio(studio_id).filter(created_at__lt=before, blob__seen_at__lt=before)
        unused = rows.filter(Q(kind__startswith="clean.") | Q(kind__startswith="fit."))
        ids = list(unused.order_by("created_at").values_list("pk", flat=True)[: MOST_AT_ONCE // 2])
        Rendition.objects.for_studio(studio_id).filter(pk__in=ids).delete()


def foresee(studio_id: UUID, *, grace: timedelta = GRACE) -> Report:
    """What `sweep` would do now; nothing is changed."""
    before = timezone.now() - grace
    with acting_in(studio_id):
        sizes = list(_to_sweep(studio_id, before).values_list("size", flat=True))
        report = Report(doomed=_to_doom(studio_id, before).count(), swept=len(sizes), size=sum(sizes))
        if may_be_rolled_back():
            report.put_off, report.swept, report.size = report.swept, 0, 0
        report.spared = _to_spare(studio_id).count()
    report.stopped = _too_many(studio_id, before, confirmed=0)
    return report


def _doom(studio_id: UUID, before: datetime) -> int:
    """Mark what nothing refers to, batch by batch: bytes of renditions follow when their source is marked."""
    doomed = 0
    while True:
        with acting_in(studio_id):
            # Rows that an upload holds right now are skipped, the others are held until we are done ...
            locked = list(
                _to_doom(studio_id, before)
                .select_for_update(skip_locked=True, of=("self",))
                .values_list("pk", flat=True)[:BATCH]
            )
            # ... so that what was committed before we held them is seen by this second look.
            batch = list(_to_doom(studio_id, before).filter(pk__in=locked))
            ids = [blob.pk for blob in batch]
            _blobs(studio_id).filter(pk__in=ids).update(state=BlobState.DOOMED, doomed_at=timezone.now())
            _record(studio_id, batch, "doomed")
        doomed += len(batch)
        if not batch:
            return doomed


def _to_spare(studio_id: UUID) -> StudioQuerySet[Blob]:
    twins = _blobs(studio_id).filter(sha256=OuterRef("sha256"), state=BlobState.LIVE)
    return _blobs(studio_id).filter(referred(studio_id), ~Exists(twins), state=BlobState.DOOMED)


def _spare(studio_id: UUID) -> int:
    """Give back to life what is referred to again."""
    with acting_in(studio_id):
        batch = list(_to_spare(studio_id).select_for_update(skip_locked=True, of=("self",)))
        ids = [blob.pk for blob in batch]
        _blobs(studio_id).filter(pk__in=ids).update(state=BlobState.LIVE, doomed_at=None, seen_at=timezone.now())
        _record(studio_id, batch, "spared")
    return len(batch)


def _too_many(studio_id: UUID, before: datetime, confirmed: int) -> str:
    """Why this run must not remove anything, or ""."""
    with acting_in(studio_id):
        count, total = _to_sweep(studio_id, before).count(), _blobs(studio_id).count()
    if count <= max(MOST_AT_ONCE, int(total * MOST_SHARE), confirmed):
        return ""
    return (
        f"{count} of {total} stored files would be removed at once. "
        f"If galleries were deleted and that is right: manage.py sweep --studio <slug> --confirm {count}"
    )


def _alarm(studio_id: UUID, reason: str) -> None:
    log.error("sweep of studio %s stopped: %s", studio_id, reason)
    with acting_in(studio_id):
        event = BlobEvent(
            studio_id=studio_id, blob_id=studio_id, sha256="", size=0, event="stopped", reason=reason[:200]
        )
        event.save(force_insert=True)


def _listed(studio_id: UUID, before: datetime) -> list[Blob]:
    # Oldest first: a source goes before the renditions that were made of it, whose rows would hold them.
    with acting_in(studio_id):
        return list(_to_sweep(studio_id, before).order_by("pk"))


def _remove(blob: Blob, before: datetime) -> bool:
    """End the row, then the bytes. False if something refers to the blob after all."""
    try:
        with acting_in(blob.studio_id):
            deleted, _ = _to_sweep(blob.studio_id, before).filter(pk=blob.pk).delete()
            if not deleted:
                return False
            event = BlobEvent.of(blob, SWEEPING, blob.storage_key)
            event.save(force_insert=True)
    except IntegrityError:
        # A row that refers to it was committed meanwhile; the next run spares the blob.
        return False
    _remove_bytes(event)
    return True


def _remove_bytes(event: BlobEvent) -> None:
    store().delete(event.reason)
    with acting_in(event.studio_id):
        event.event = SWEPT
        event.save(update_fields=["event"])


def _finish_removals(studio_id: UUID) -> None:
    """Remove bytes whose row a run has ended before it was stopped itself."""
    with acting_in(studio_id):
        begun: list[BlobEvent] = list(BlobEvent.objects.for_studio(studio_id).filter(event=SWEEPING))
    for event in begun:
        _remove_bytes(event)


def _record(studio_id: UUID, blobs: list[Blob], event: str) -> None:
    events: StudioQuerySet[BlobEvent] = BlobEvent.objects.for_studio(studio_id)
    events.bulk_create(BlobEvent.of(blob, event) for blob in blobs)


# -- all studios, and what was left behind -----------------------------------------------------------


def studio_ids() -> list[UUID]:
    """Every studio of the installation."""
    with across_studios():
        return list(Studio.objects.order_by("id").values_list("pk", flat=True))


def sweep_all() -> dict[UUID, Report]:
    """Sweep every studio, and this machine's temporary files. Trouble in one studio does not stop the others."""
    reports = {}
    for studio_id in studio_ids():
        try:
            reports[studio_id] = sweep(studio_id)
        except Exception:
            log.exception("sweep of studio %s failed", studio_id)
    remove_old_temp()
    return reports


def remove_old_temp(older: timedelta = TEMP_KEPT) -> int:
    """Remove what broken uploads and renderings left; returns how many files and folders."""
    limit = time.time() - older.total_seconds()
    removed = 0
    for path in _temporary():
        # Uploads and renderings come to their end while we look; what they take away themselves is as it should be.
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime >= limit:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            removed += 1
    return removed


def _temporary() -> Iterator[Path]:
    for folder in {temp_directory(), Path(settings.STORAGE_TEMP)}:
        if folder.is_dir():
            yield from folder.iterdir()
