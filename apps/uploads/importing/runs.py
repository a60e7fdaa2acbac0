"""An import of a member as a task: its files are written down once, then taken some at a time.

Each file is an entry with its outcome, so whoever is killed takes few of them again, which does no harm: the same bytes
are the same photo. At the end galleries get the order that they had.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.journal.sentences import counted
from apps.accounts.long_tasks import ACTIVE, Task, TaskSlice
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.jobs.queue import JobRefused
from apps.jobs.sliced import Stepwise, Stop
from apps.uploads.importing import sources
from apps.uploads.importing.sources import Importable, UnknownPlace
from apps.uploads.intake import ImportedFile, Intake
from apps.uploads.models import ImportEntry, ImportRun, ImportSource
from apps.uploads.remote.http import RemoteAway, RemoteBusy, RemoteFault
from apps.web import sealed
from apps.web.refusal import Refusal

KIND: Final = "photos.import"
MOST: Final = 1_000_000
# One claim ends after so long, so that a task that was stopped stops, and others have their turn.
SECONDS: Final = 20.0
#: Of a task that is over the key goes after so long; until then it can be tried again.
KEY_KEPT: Final = timedelta(days=1)
_WRITTEN_AT_ONCE: Final = 1_000


class ImportRunning(Refusal):
    """The same place is being imported."""

    status = 409
    code = "import_running"
    sentence = "This is being imported already."


class SourceBusy(Refusal):
    """The other system wants to be left alone for a while; the job waits for it."""

    status = 503
    code = "source_busy"
    sentence = "The other system allows no more requests for a while. The import goes on by itself."

    def __init__(self, seconds: int) -> None:
        self.wait = seconds
        super().__init__()


class ImportTooLarge(RemoteFault):
    """More files than one import takes."""


def begin(
    studio: Studio,
    by: User,
    source: ImportSource,
    place: str,
    *,
    key: str = "",
    records: str = "",
    title: str = "",
    is_dry: bool = False,
) -> Task:
    """Have a place imported, in the transaction of the caller (see `ImportRun`). key: of the other system.

    Raises UnknownPlace, ImportRunning, TooManyTasks.
    """
    sources.check(studio, source, place, records)
    # A task's key has 120 characters.
    lane = f"{source}:{place}"[:120]
    if Task.active_of(studio.pk, KIND, lane) is not None:
        raise ImportRunning
    named = f"{source.label}: {place}"
    task = IMPORT.begin(studio, [], by=by, title=f"{'Look at' if is_dry else 'Import'} {named}", key=lane)
    run = ImportRun(
        studio=studio, task_id=task.pk, who=by, source=source, place=place, records=records, title=title, is_dry=is_dry
    )
    run.key_sealed = sealed.seal(key, sources.PURPOSE) if key else ""
    run.save(force_insert=True)
    if not is_dry:
        note(studio, by, "studio.import_begun", studio, label=named)
    return task


def forget() -> int:
    """Remove reports that were kept for their time, and keys of imports that are over; how many reports."""
    with across_studios():
        gone = ImportRun.objects.filter(created_at__lt=timezone.now() - ImportRun.KEPT).delete()[0]
        over = Task.objects.filter(kind=KIND, ended_at__lt=timezone.now() - KEY_KEPT).values("pk")
        ImportRun.objects.exclude(key_sealed="").filter(task_id__in=over).update(key_sealed="")
    return gone


# -- one claim ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Going:
    """A run at work. numbers: of the entries that one slice has left, by their ids."""

    run: ImportRun
    by: User
    part: TaskSlice | None
    entries: dict[int, ImportEntry]


def _step(studio_id: UUID, task_id: UUID) -> None:
    """Write down what is to be imported, or take some of it. Raises JobRefused, Stop."""
    with acting_in(studio_id):
        going = _find(studio_id, task_id)
    if going is None:
        return
    try:
        place = sources.opened(going.run, going.by)
        if not going.run.is_listed:
            _write_down(going.run, list(islice(place.listed(), MOST + 1)))
        elif going.part is not None:
            _take_some(going, place)
        else:
            _arrange(going)
    except RemoteBusy as busy:
        raise SourceBusy(busy.seconds) from busy
    except (RemoteFault, UnknownPlace) as fault:
        raise JobRefused(str(fault)) from fault


def _find(studio_id: UUID, task_id: UUID) -> _Going | None:
    runs = ImportRun.objects.for_studio(studio_id).select_related("studio", "who")
    run = runs.filter(task_id=task_id).first()
    task = Task.objects.for_studio(studio_id).filter(pk=task_id, state__in=ACTIVE).first()
    if run is None or task is None:
        return None
    if run.who is None or run.studio.closing_since is not None:
        raise Stop("Stopped: whoever began it is no longer a member.")
    part = task.slices.exclude(ids=[]).order_by("number").first()
    left: Iterable[ImportEntry] = run.entries.filter(pk__in=part.ids).order_by("number") if part else ()
    return _Going(run, run.who, part, {entry.number: entry for entry in left})


def _write_down(run: ImportRun, listed: list[tuple[str, dict[str, Any]]]) -> None:
    """All at once: an import knows its files from the beginning, or it does not know any. Raises ImportTooLarge."""
    if len(listed) > MOST:
        raise ImportTooLarge(f"At most {counted(MOST, 'file')} can be imported at once.")
    with acting_in(run.studio_id):
        task = Task.held(run.studio_id, run.task_id)
        if task is None or not task.is_active:
            return
        task.add(_kept_entries(run, listed), most=MOST)
        run.is_listed = True
        run.save(update_fields=["is_listed"])


def _kept_entries(run: ImportRun, listed: list[tuple[str, dict[str, Any]]]) -> Iterator[UUID]:
    entries = ImportEntry.objects.for_studio(run.studio_id)
    for start in range(0, len(listed), _WRITTEN_AT_ONCE):
        some = [
            ImportEntry(studio_id=run.studio_id, run=run, number=number, path=path, facts=facts)
            for number, (path, facts) in enumerate(listed[start : start + _WRITTEN_AT_ONCE], start)
        ]
        entries.bulk_create(some)
        yield from (one.pk for one in some)


def _take_some(going: _Going, place: Importable) -> None:
    """Files of one slice, as long as there is time. Raises JobRefused when the other system is away."""
    intake = None if going.run.is_dry else Intake(going.run.studio, going.by)
    until, done = time.monotonic() + SECONDS, dict[int, ImportedFile]()
    away: RemoteAway | None = None
    try:
        for number, found in place.take({one: entry.facts for one, entry in going.entries.items()}, intake):
            done[number] = found
            if time.monotonic() > until:
                break
    except RemoteAway as fault:
        away = fault
    _record(going, done)
    if isinstance(away, RemoteBusy):
        raise SourceBusy(away.seconds) from away
    if away is not None:
        raise JobRefused(f"{away} Try again when it is back.") from away
    with acting_in(going.run.studio_id):
        is_over = (
            not TaskSlice.objects.for_studio(going.run.studio_id)
            .filter(task_id=going.run.task_id)
            .exclude(ids=[])
            .exists()
        )
    if is_over:
        _arrange(going)


def _record(going: _Going, done: dict[int, ImportedFile]) -> None:
    """What became of the files, and how far the task is."""
    with acting_in(going.run.studio_id):
        task = Task.held(going.run.studio_id, going.run.task_id)
        part = task.slices.filter(pk=going.part.pk).first() if task and task.is_active and going.part else None
        if task is None or part is None:
            return
        entries = [_told(going.entries[number], found) for number, found in done.items()]
        ImportEntry.objects.for_studio(task.studio_id).bulk_update(entries, _OUTCOME)
        bad = [entry.pk for entry in entries if entry.outcome == "rejected"]
        over = {entry.pk for entry in entries}
        part.ids, part.failed = [pk for pk in part.ids if pk not in over], [*part.failed, *bad]
        changed = sum(entry.outcome in ("stored", "replaced") for entry in entries)
        task.advance(len(entries) - len(bad), changed, failed=len(bad))
        if part.ids or part.failed:
            part.save(update_fields=["ids", "failed"])
        else:
            part.delete()


_OUTCOME: Final = ["outcome", "reason", "sha256", "gallery", "section", "position", "photo"]


def _told(entry: ImportEntry, found: ImportedFile) -> ImportEntry:
    entry.outcome, entry.reason, entry.sha256 = found.outcome, found.reason[:300], found.sha256
    entry.gallery, entry.section, entry.position = found.gallery, found.section, found.position
    entry.photo = UUID(found.photo) if found.photo else None
    return entry


def _arrange(going: _Going) -> None:
    """Galleries get their order; twice is once."""
    if going.run.is_dry:
        return
    intake = Intake(going.run.studio, going.by)
    with acting_in(going.run.studio_id):
        placed = going.run.entries.filter(position__isnull=False, photo__isnull=False).order_by("number")
        for gallery, photo, position in placed.values_list("gallery", "photo", "position"):
            if photo is not None and position is not None:
                intake.place(gallery, photo, position)
    intake.arrange()


# -- what came of it ---------------------------------------------------------------------------------


def outcomes(run: ImportRun) -> dict[str, int]:
    """Files by what became of them."""
    rows = run.entries.exclude(outcome="").order_by().values_list("outcome").annotate(Count("pk"))
    return dict(sorted(rows))


def _sentence(task: Task) -> str:
    run = ImportRun.objects.for_studio(task.studio_id).filter(task_id=task.pk).first()
    found = outcomes(run) if run is not None else {}
    if not found:
        return "Nothing there can be imported."
    return f"{counted(sum(found.values()), 'file')}: " + ", ".join(f"{n:,} {word}" for word, n in found.items()) + "."


class _Importing(Stepwise):
    noun = "file"
    most = MOST


IMPORT: Final = _Importing(KIND, _sentence, _step)
