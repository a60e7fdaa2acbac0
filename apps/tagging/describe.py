"""The step that has one photo described for one purpose, behind all renditions; and a task over many photos.

A job is of the kind "describe.<purpose>". It shares the place of the face search in each worker: at most one of both
runs at a time, and none while photos have no pictures yet, so a rendition always finds a thread free.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, PhotoState
from apps.faces.scanning import ALONE, renditions_wait
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.jobs.sliced import Followed
from apps.media import on_demand
from apps.media.models import Blob
from apps.media.storage import as_local_file
from apps.tagging import asking, consent, context, prompts, suggestions
from apps.tagging.consent import DescriptionsOff
from apps.tagging.models import DESCRIBE, AiSettings, Purpose
from apps.tagging.protocols import ModelQuestion
from apps.tagging.spending import CapReached

#: The picture that is sent: a JPEG of at most so many pixels, with its colour profile and no other metadata.
PICTURE: Final = "fit.1024"
PAUSE: Final = timedelta(seconds=1)


def photo_came(job: queue.Claimed) -> None:
    """Step after the renditions: the photo is described, if the studio wants that of new ones."""
    with acting_in(job.studio_id):
        settings = AiSettings.objects.for_studio(job.studio_id).filter(is_on=True, describes_new=True).first()
        if settings is not None:
            request(settings, _describable(job.studio_id, [job.subject_id]))


def request(settings: AiSettings, photos: Iterable[UUID]) -> list[UUID]:
    """Put the jobs of these photos, again if they were done. Returns the photos that have one."""
    asked = list(photos)
    for photo_id in asked:
        for purpose in settings.purposes:
            queue.put(settings.studio_id, f"{DESCRIBE}.{purpose}", photo_id, queue=Queue.FACES, again=True)
    return asked if settings.purposes else []


def _describable(studio_id: UUID, photos: Collection[UUID]) -> list[UUID]:
    """Those that are pictures and ready; a video is not described."""
    rows = Photo.objects.for_studio(studio_id).filter(pk__in=photos, state=PhotoState.READY, trashed_at__isnull=True)
    return list(rows.exclude(kind="video").order_by("pk").values_list("pk", flat=True))


# -- one photo -----------------------------------------------------------------------------------------


def describe(job: queue.Claimed) -> None:
    """Ask for one purpose and keep what was proposed. A photo purged or a consent taken back meanwhile is no error."""
    with place(job) as is_ours:
        if not is_ours:
            return
        try:
            _describe(job.studio_id, job.subject_id, job.kind.partition(".")[2])
        except (CapReached, on_demand.NotMade) as refusal:
            raise queue.JobRefused(str(refusal)) from refusal
        except DescriptionsOff:
            return


@contextmanager
def place(job: queue.Claimed) -> Iterator[bool]:
    """The worker's place for what can wait; False if it is taken or photos wait for their pictures.

    Then the job is put back.
    """
    if not ALONE.acquire(blocking=False):
        _wait(job)
        yield False
        return
    try:
        is_free = not renditions_wait()
        if not is_free:
            _wait(job)
        yield is_free
    finally:
        ALONE.release()


def _wait(job: queue.Claimed) -> None:
    with acting_in(job.studio_id):
        queue.put_back(job, after=PAUSE)


def _describe(studio_id: UUID, photo_id: UUID, purpose: str) -> None:
    with acting_in(studio_id):
        photo = _photo(studio_id, photo_id)
        if photo is None:
            return
        settings = consent.require(photo.studio)
        prompt = prompts.texts_of(photo.studio)[purpose]
    asked = question_about(photo, settings, purpose, prompt)
    answered = asking.ask(photo.studio, purpose, asked)
    with acting_in(studio_id):
        now = _photo(studio_id, photo_id)
        if now is not None:
            suggestions.keep(now, settings, purpose, answered.proposals, model=answered.model)


def question_about(photo: Photo, settings: AiSettings, purpose: str, prompt: str) -> ModelQuestion:
    """What is asked about a photo, with its picture. Run outside of a transaction. Raises NotMade."""
    with acting_in(photo.studio_id):
        known = context.of(photo)
    return prompts.question(purpose, prompt, known, settings.language, _bytes_of(photo.original))


def _photo(studio_id: UUID, photo_id: UUID) -> Photo | None:
    rows = Photo.objects.for_studio(studio_id).select_related("studio", "original")
    photo: Photo | None = rows.filter(pk__in=_describable(studio_id, [photo_id])).first()
    return photo


def _bytes_of(original: Blob) -> bytes:
    with as_local_file(on_demand.ensure(original, PICTURE).storage_key) as path:
        return path.read_bytes()


# -- many photos ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _OfStudio(Followed):
    most: ClassVar[int] = 20_000


def begin(studio: Studio, photos: Iterable[UUID], *, by: User) -> Task:
    """Have photos described, as a task. photos: no id twice.

    Raises DescriptionsOff, TooManyForTask, TooManyTasks.
    """
    consent.require(studio)
    return TASK.begin(studio, photos, by=by, title="Describe photos")


def _put(task: Task, some: TaskSlice) -> Collection[UUID]:
    settings = AiSettings.objects.for_studio(task.studio_id).filter(is_on=True).first()
    return request(settings, _describable(task.studio_id, some.ids)) if settings else []


def _kinds(task: Task, some: TaskSlice) -> Collection[str]:
    return [f"{DESCRIBE}.{purpose}" for purpose in Purpose.values]


def _told(task: Task) -> str:
    if task.failed:
        return f"{photos_word(task.changed)} described, {task.failed} not. The monthly limit may be reached."
    return f"{photos_word(task.changed)} described. Review the suggestions."


TASK = _OfStudio("photos.describe", _told, _put, _kinds)
