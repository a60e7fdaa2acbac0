"""Comparing rows with bytes: what is missing, too much, or not what it was.

    missing   a row without its bytes            size      bytes of another length
    orphan    bytes without a row                hash      bytes with another hash
    doomed    something refers to a blob that waits to be swept
    damaged   found and set aside before; nobody has sent the bytes again yet

Looking changes nothing but the date of the last look. Repairing only sets aside: bytes that are wrong or
nobody's move below `.quarantine/`, and their row is marked as damaged, so that the next upload of the same bytes
heals every photo of it. Nothing is deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.media import damage, on_demand
from apps.media.models import Blob, BlobEvent, BlobState
from apps.media.storage import store
from apps.media.store import StoredObject, sha256_of
from apps.media.sweeping import GRACE, referred, studio_ids

log = logging.getLogger(__name__)

# Every blob is read within 30 days; five days are left for hours in which no worker ran.
READ_WITHIN = timedelta(days=25)
PAGE = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement. Bytes without a row have no `blob_id`, bytes of no studio no `studio_id` either."""

    kind: str
    studio_id: UUID | None
    key: str
    blob_id: UUID | None = None
    detail: str = ""


# -- looking -----------------------------------------------------------------------------------------


def check_studio(studio_id: UUID, *, read: bool = True, grace: timedelta = GRACE) -> Iterator[Finding]:
    """All disagreements of one studio; the blobs that nobody looked at for longest come first.

    read: compare hashes too, not only lengths.
    grace: younger objects without a row may belong to an upload in flight and are left alone.
    """
    # Objects are listed before rows are read: an object whose row is committed in between is no orphan.
    old = timezone.now() - grace
    strays = {entry.key: entry for entry in store().entries(f"{studio_id}/") if entry.written_at <= old}
    for blob in _in_order(studio_id):
        strays.pop(blob.storage_key, None)
        finding = check_blob(blob, read=read)
        if finding:
            yield finding
    yield from _orphans(strays.values(), studio_id)
    yield from _doomed_in_use(studio_id)


def check_strangers(*, grace: timedelta = GRACE) -> Iterator[Finding]:
    """Objects in folders of no studio."""
    known = {str(pk) for pk in studio_ids()}
    old = timezone.now() - grace
    strays = (entry for entry in store().entries() if entry.key.split("/")[0] not in known)
    yield from _orphans((entry for entry in strays if entry.written_at <= old), None)


def check_blob(blob: Blob, *, read: bool) -> Finding | None:
    """Compare one blob with its bytes. A full look is dated in `checked_at`, whatever it found."""
    if blob.state == BlobState.DAMAGED:
        return Finding("damaged", blob.studio_id, blob.storage_key, blob.pk)
    kind, detail = _difference(blob, read=read)
    with acting_in(blob.studio_id):
        row = Blob.objects.for_studio(blob.studio_id).filter(pk=blob.pk, storage_key=blob.storage_key)
        # A sweep may have ended the row since it was read; then nothing is wrong.
        still = row.update(**_looked_at(kind)) if read else row.exists()
    return Finding(kind, blob.studio_id, blob.storage_key, blob.pk, detail) if kind and still else None


def _looked_at(kind: str) -> dict[str, Any]:
    """What the row says after its bytes were read: an alarm over bytes that are whole after all is over."""
    return {"checked_at": timezone.now()} | ({} if kind else {"alarmed_at": None})


def _difference(blob: Blob, *, read: bool) -> tuple[str, str]:
    if read:
        try:
            with store().open(blob.storage_key) as file:
                found = sha256_of(file)
        except FileNotFoundError:
            return "missing", ""
        if found == blob.sha256:
            # So their length is right, and a bucket is not asked for it.
            return "", ""
    size = store().size(blob.storage_key)
    if size is None:
        return "missing", ""
    if size != blob.size:
        return "size", f"{size} bytes instead of {blob.size}"
    return ("hash", f"{found} instead of {blob.sha256}") if read else ("", "")


def _in_order(studio_id: UUID) -> Iterator[Blob]:
    """Every blob once, oldest look first, in pages: no transaction stays open while bytes are read."""
    with acting_in(studio_id):
        blobs: StudioQuerySet[Blob] = Blob.objects.for_studio(studio_id)
        ids = list(blobs.order_by("checked_at", "id").values_list("pk", flat=True))
    for start in range(0, len(ids), PAGE):
        wanted = ids[start : start + PAGE]
        with acting_in(studio_id):
            page = blobs.filter(pk__in=wanted).in_bulk()
        yield from (page[pk] for pk in wanted if pk in page)


def _orphans(entries: Iterable[StoredObject], studio_id: UUID | None) -> Iterator[Finding]:
    for entry in entries:
        # A sweep ends rows first: what is gone by now was on its way out.
        if store().size(entry.key) is not None:
            yield Finding("orphan", studio_id, entry.key, detail=f"{entry.size} bytes")


def _doomed_in_use(studio_id: UUID) -> Iterator[Finding]:
    with acting_in(studio_id):
        rows = Blob.objects.for_studio(studio_id).filter(referred(studio_id), state=BlobState.DOOMED)
        found = [Finding("doomed", studio_id, blob.storage_key, blob.pk) for blob in rows]
    yield from found


# -- repairing ---------------------------------------------------------------------------------------


def repair(finding: Finding) -> str:
    """Set aside what a finding is about; what was done, in words, or "" if there is nothing to do."""
    if finding.kind == "orphan":
        return _set_aside(finding)
    if finding.kind in ("missing", "size", "hash"):
        marked = _mark_damaged(finding)
        moved = _set_aside(finding) if marked and finding.kind != "missing" else ""
        return ", ".join(filter(None, [marked, moved]))
    return ""


def _mark_damaged(finding: Finding) -> str:
    if finding.studio_id is None or finding.blob_id is None:
        return ""
    with acting_in(finding.studio_id):
        rows: StudioQuerySet[Blob] = Blob.objects.for_studio(finding.studio_id)
        blob = rows.select_for_update().filter(pk=finding.blob_id, storage_key=finding.key).first()
        if blob is None:
            return ""
        blob.state, blob.doomed_at = BlobState.DAMAGED, None
        blob.save(update_fields=["state", "doomed_at"])
        BlobEvent.of(blob, "quarantined", f"{finding.kind}: {finding.detail}").save(force_insert=True)
        on_demand.remake(blob)
        damage.report(finding.studio_id, blob.pk, f"{finding.kind}: {finding.detail}")
    return "marked as damaged"


def _set_aside(finding: Finding) -> str:
    try:
        store().set_aside(finding.key)
    except FileNotFoundError:
        return ""
    log.warning("%s was set aside (%s)", finding.key, finding.kind)
    return "set aside"


# -- re-reading, a share each hour -------------------------------------------------------------------


def recheck(every: timedelta = timedelta(hours=1)) -> list[Finding]:
    """Read the blobs that nobody looked at for longest: so many that all are read within `READ_WITHIN`.

    every: time between two calls. A difference raises an alarm; nothing is changed.
    """
    with across_studios():
        blobs = Blob.objects.exclude(state=BlobState.DAMAGED)
        share = ceil(blobs.count() * (every / READ_WITHIN))
        due = list(blobs.filter(checked_at__lt=timezone.now() - every).order_by("checked_at")[:share])
    findings = [finding for blob in due if (finding := check_blob(blob, read=True))]
    for finding in findings:
        alarm(finding)
    return findings


def alarm(finding: Finding) -> None:
    """Tell a human: in the log, and the studio's owners of an original that is not whole."""
    log.critical("bytes of studio %s: %s is wrong (%s)", finding.studio_id, finding.key, finding.kind)
    if finding.studio_id is not None and finding.blob_id is not None:
        damage.report(finding.studio_id, finding.blob_id, f"{finding.kind}: {finding.detail}")
