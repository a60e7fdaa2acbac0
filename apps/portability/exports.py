"""Everything of a studio, to be taken along: begun by an owner, made by a worker, kept for a week.

First the rows are written down as they were at one moment, and with them where each file lies; then a task goes through
the files in slices; last the archives are laid out. Nothing of the originals is copied.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from apps.accounts import outbox
from apps.accounts.journal import note
from apps.accounts.long_tasks import Task, TaskSlice, TaskState
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.backups import dump
from apps.backups.envelope import Encrypted
from apps.jobs import queue, sliced
from apps.jobs.sliced import Sliced
from apps.media import cas
from apps.media.models import Blob
from apps.media.storage import temp_directory
from apps.portability import rows, secrets
from apps.portability.layout import DATA, FORMAT, HEAD, LEFT_OUT, README, SECRETS_FILE
from apps.portability.models import ExportFile, ExportOf, ExportPart, StudioExport, packed, unpacked
from apps.portability.packing import PART_BYTES, MadeText, PackedFile, PackedPart, split
from apps.portability.readme import README_TEXT
from apps.sharing.downloads import sizes
from apps.web import sealed
from apps.web.ids import uuid7
from apps.web.refusal import Refusal

KIND = "studio.export"
PURPOSE = "export"
# A file's name with day and number stays below what file systems take.
_STEM: Final = 100


class ExportRunning(Refusal):
    """One export of a studio at a time."""

    status = 409
    code = "export_running"
    sentence = "An export is being made already."


class UnwholeFile(Refusal):
    """Bytes that the rows name are not there."""

    status = 500
    code = "damaged"
    sentence = "A file is missing or damaged in the storage. See Status for the photo, then start the export again."


# -- begun by an owner -------------------------------------------------------------------------------


def begin(studio: Studio, by: User | None, *, passphrase: str = "") -> StudioExport:
    """Have everything of the studio prepared, in the transaction of the caller.

    passphrase: with it the addresses and PINs of links come along, encrypted.  Raises ExportRunning, TooManyTasks.
    """
    if Task.active_of(studio.pk, KIND, KIND) is not None:
        raise ExportRunning
    export = _new(studio, by, passphrase)
    export.save(force_insert=True)
    task = EXPORT.begin(studio, [], by=by, title="Export everything", key=KIND, export=str(export.pk))
    export.task_id = task.pk
    export.save(update_fields=["task_id"])
    note(studio, by, "studio.export_begun", studio)
    return export


def make_now(studio: Studio, *, passphrase: str = "") -> StudioExport:
    """The same by whoever runs the installation, at once and without a task. Raises UnwholeFile."""
    export = _new(studio, None, passphrase)
    with acting_in(studio):
        export.save(force_insert=True)
        note(studio, None, "studio.export_begun", studio)
    _freeze(export, None)
    with acting_in(studio):
        blobs = [UUID(blob) for _path, blob, *_rest in unpacked(bytes(export.draft or b""))["files"]]
        _count(studio.pk, blobs)
        _finish(export)
    return export


def _new(studio: Studio, by: User | None, passphrase: str) -> StudioExport:
    export = StudioExport(studio=studio, who=by)
    if passphrase:
        salt = os.urandom(16)
        export.salt = salt.hex()
        export.key_sealed = sealed.seal(Encrypted.of(passphrase, salt).key.hex(), PURPOSE)
    return export


def forget() -> int:
    """Remove what was kept for its time; how many exports."""
    with across_studios():
        return StudioExport.objects.filter(created_at__lt=timezone.now() - StudioExport.KEPT).delete()[0]


# -- the rows, at one moment -------------------------------------------------------------------------


def freeze(job: queue.Claimed) -> None:
    """The first step of an export's job: write its rows down. Once; the claims after it find them there."""
    try:
        with acting_in(job.studio_id):
            task = Task.held(job.studio_id, job.subject_id)
            export = _export_of(task) if task is not None and task.is_active else None
        if task is not None and export is not None and export.taken_at is None:
            _freeze(export, task.pk)
    except Exception as error:
        if queue.is_last(job, error):
            with acting_in(job.studio_id):
                sliced.given_up(job.studio_id, job.subject_id)
        raise


def _export_of(task: Task) -> StudioExport | None:
    exports = StudioExport.objects.for_studio(task.studio_id)
    return exports.filter(pk=task.params["export"]).select_related("studio").first()


def _freeze(export: StudioExport, task_id: UUID | None) -> None:
    """Read all rows of one moment into files, keep those, and let the task deal with the files of the studio."""
    studio_id, made = export.studio_id, []
    try:
        with dump.one_moment() as cursor:
            given_up = rows.given_up_blobs(studio_id)
            tables = rows.exported_tables(cursor)
            people = rows.people_of(cursor, tables, studio_id)
            told = []
            for table in tables:
                lines = _Counted(rows.lines_of(cursor, table, studio_id, given_up, people))
                made.append((f"{DATA}{table.name}.jsonl", _file(lines)))
                told.append({"name": table.name, "columns": table.columns, "rows": lines.count})
            if export.key_sealed:
                key = Encrypted(bytes.fromhex(sealed.unseal(export.key_sealed, PURPOSE)))
                closed = key.closed(secrets.written(studio_id), SECRETS_FILE)
                made.append((SECRETS_FILE, _file(closed)))
            found = rows.files_of(cursor, studio_id, given_up)
            head = _head(export, tables=told, migrations=dump.migrations(cursor))
        _keep(export, task_id, made, found, head)
    finally:
        for _path, stored in made:
            stored.discard()


class _Counted:
    """Lines as bytes, counted as they pass."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self.count = lines, 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.count += 1
            yield line.encode() + b"\n"


def _file(chunks: Iterable[bytes]) -> cas.Stored:
    path = temp_directory() / f"export.{uuid7()}"
    with path.open("xb") as file:
        file.writelines(chunks)
    return cas.receive_path(path, mime=StudioExport.MIME)


def _head(export: StudioExport, **facts: Any) -> dict[str, Any]:
    """What an export says about itself."""
    studio = export.studio
    head: dict[str, Any] = {
        "format": FORMAT,
        "studio": {"id": str(studio.pk), "name": studio.name, "slug": studio.slug},
        "taken_at": timezone.now().isoformat(),
        "left_out": LEFT_OUT,
        **facts,
    }
    if export.key_sealed:
        key = bytes.fromhex(sealed.unseal(export.key_sealed, PURPOSE))
        head["secrets"] = {"salt": export.salt, "check": Encrypted(key).check}
    return head


def _keep(
    export: StudioExport,
    task_id: UUID | None,
    made: list[tuple[str, cas.Stored]],
    found: list[rows.FoundFile],
    head: dict[str, Any],
) -> None:
    """Keep the files that were written, and freeze what the task has to go through."""
    now = int(timezone.now().timestamp())
    with cas.keeping_all(export.studio_id, [stored for _path, stored in made]) as kept:
        blobs = [blob for blob, _is_new in kept]
        draft = [[path, blob.pk.hex, blob.size, blob.sha256, now] for (path, _), blob in zip(made, blobs, strict=True)]
        draft += [[one.path, one.blob_id.hex, one.size, one.sha256, one.modified] for one in found]
        # Two tables without rows are one file.
        ExportFile.objects.for_studio(export.studio_id).bulk_create(
            ExportFile(studio_id=export.studio_id, export=export, blob_id=blob_id)
            for blob_id in dict.fromkeys(blob.pk for blob in blobs)
        )
        export.taken_at, export.files = datetime.fromisoformat(head["taken_at"]), len(draft)
        export.draft, export.key_sealed = packed({"head": head, "files": draft}), ""
        export.save(update_fields=["taken_at", "files", "draft", "key_sealed"])
        task = Task.held(export.studio_id, task_id) if task_id is not None else None
        if task is not None and task.is_active:
            EXPORT.add(task, [one.blob_id for one in found])
            sliced.announce(task)


# -- the files, in slices ----------------------------------------------------------------------------


class Exporting(Sliced):
    """The kind of task that makes an export. It may go through all that a studio has."""

    noun: ClassVar[str] = "file"
    most: ClassVar[int] = 10_000_000

    def _work(self, task: Task, job: queue.Claimed) -> None:
        super()._work(task, job)
        export = _export_of(task) if task.state == TaskState.DONE else None
        if export is not None and export.draft is not None:
            try:
                _finish(export)
            except UnwholeFile as refusal:
                raise queue.JobRefused(str(refusal)) from None
            if export.what == ExportOf.STUDIO:
                _tell(export)


def measure(task: Task, some: TaskSlice) -> int:
    """An archive is laid out by CRCs: files from before they were counted are read now."""
    try:
        _count(task.studio_id, some.ids)
    except UnwholeFile as refusal:
        raise queue.JobRefused(str(refusal)) from None
    return len(some.ids)


def _count(studio_id: UUID, blob_ids: Sequence[UUID]) -> None:
    """Raises UnwholeFile."""
    for blob in Blob.objects.for_studio(studio_id).filter(pk__any=blob_ids, crc32__isnull=True):
        try:
            sizes.count_crc(studio_id, blob.pk, blob.storage_key, blob.sha256)
        except sizes.Unwhole:
            raise UnwholeFile from None


def _told(task: Task) -> str:
    return f"{task.done:,} files are ready to be fetched in Settings."


EXPORT: Final = Exporting(KIND, _told, measure)


def _finish(export: StudioExport) -> None:
    """Lay the archives out: from now on they can be fetched. Raises UnwholeFile."""
    studio = export.studio
    draft = unpacked(bytes(export.draft or b""))
    files = _files(export, draft["files"])
    cut = split(files, PART_BYTES)
    moment = int(timezone.now().timestamp())
    texts = tuple(MadeText(*text) for text in draft.get("texts", ())) or _texts(export, draft["head"], cut)
    day = timezone.localdate(timezone=studio.zone).isoformat()
    stem = slugify(export.title or studio.name)[:_STEM] or "studio"
    for number, some in enumerate(cut, 1):
        part = PackedPart(number, len(cut), moment, studio.time_zone, tuple(some), texts if number == 1 else ())
        name = f"{stem}-{day}" + (f"-{number}-of-{len(cut)}" if len(cut) > 1 else "")
        ExportPart(
            studio=studio, export=export, number=number, name=f"{name}.zip", length=part.layout.length, plan=part.plan()
        ).save(force_insert=True)
    export.draft, export.ready_at = None, timezone.now()
    export.expires_at = export.created_at + StudioExport.KEPT
    export.save(update_fields=["draft", "ready_at", "expires_at"])


def _texts(export: StudioExport, head: dict[str, Any], cut: list[list[PackedFile]]) -> tuple[MadeText, ...]:
    """What an export of everything says about itself."""
    files = [one for part in cut for one in part]
    told = head | {"parts": len(cut), "files": len(files), "bytes": sum(one.size for one in files)}
    readme = README_TEXT.format(name=export.studio.name)
    return (MadeText(HEAD, json.dumps(told, indent=1)), MadeText(README, readme))


def _files(export: StudioExport, draft: list[list[Any]]) -> list[PackedFile]:
    rows_of = Blob.objects.for_studio(export.studio_id).filter(crc32__isnull=False)
    crcs = dict(rows_of.values_list("pk", "crc32"))
    files = []
    for path, blob, size, sha256, modified in draft:
        crc = crcs.get(UUID(blob))
        if crc is None:
            # Deleted for ever while the export was made: its row says that it was there, its bytes are gone.
            raise UnwholeFile
        files.append(PackedFile(path, UUID(blob), size, sha256, modified, crc))
    return files


def _tell(export: StudioExport) -> None:
    studio = export.studio
    words = outbox.rendered(
        f"The export of {studio.name} is ready",
        "portability/emails/ready.txt",
        studio=studio.name,
        size=export.parts.aggregate(size=Sum("length"))["size"],
        until=timezone.localtime(export.expires_at, studio.zone),
        url=settings.PUBLIC_URL + reverse("portability:export", args=[studio.slug]),
    )
    outbox.tell(studio, [Role.OWNER], f"export:{export.pk}", words)
