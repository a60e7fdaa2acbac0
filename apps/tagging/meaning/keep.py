"""Embedding what waits, in batches: a job of the studio, behind renditions as descriptions are."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Photo
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.library.keywords.paths import SEPARATOR
from apps.tagging import describe
from apps.tagging.meaning import agreement, ask
from apps.tagging.meaning.agreement import EMBED, MeaningOff
from apps.tagging.meaning_models import MeaningWait, PhotoMeaning
from apps.tagging.spending import CapReached

BATCH: Final = 32
#: Letters of a text that are sent: caption and alt text whole, and some hundred keywords.
LONGEST: Final = 2_000
#: After a reached limit; an owner may have raised it.
_CAP_PAUSE: Final = timedelta(hours=1)
_WAITING: Final = """
    select s.id from accounts_studio s where exists (select from tagging_meaningwait w where w.studio_id = s.id)
"""


def put_jobs() -> None:
    """Periodic: each studio in which texts wait has its job."""
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_WAITING)
        studios: list[UUID] = [pk for (pk,) in cursor.fetchall()]
    for studio_id in studios:
        with acting_in(studio_id):
            queue.put(studio_id, EMBED, studio_id, queue=Queue.FACES, again=True)


def run(job: queue.Claimed) -> None:
    """Embed a batch; the rest has its turn behind other studios. Nobody who agrees any more is no error."""
    with describe.place(job) as is_ours:
        if not is_ours:
            return
        try:
            has_more = _batch(job.studio_id)
        except MeaningOff:
            return
        except CapReached:
            with acting_in(job.studio_id):
                queue.put_back(job, after=_CAP_PAUSE)
            return
        if has_more:
            with acting_in(job.studio_id):
                queue.put_back(job)


def text_of(photo: Photo) -> str:
    """What is embedded of a photo: its caption, alt text and keywords; "" if it has none."""
    words = (word for keyword in photo.keywords for word in str(keyword).split(SEPARATOR))
    parts = [photo.caption, photo.alt_text, ", ".join(dict.fromkeys(words))]
    return "\n".join(part for part in parts if part)[:LONGEST]


def _batch(studio_id: UUID) -> bool:
    """True if there may be more."""
    with acting_in(studio_id):
        studio = Studio.objects.get(pk=studio_id)
        model = agreement.require(studio).model
        waiting = list(
            MeaningWait.objects.for_studio(studio_id).order_by("since", "pk").values_list("photo_id", "since")[:BATCH]
        )
        photos = Photo.objects.for_studio(studio_id).filter(pk__in=[pk for pk, _ in waiting], trashed_at__isnull=True)
        texts = {photo.pk: text_of(photo) for photo in photos}
        known = PhotoMeaning.objects.for_studio(studio_id).filter(photo_id__in=list(texts))
        had = {row.photo_id: (row.model, bytes(row.digest)) for row in known.defer("vector")}
    wanted = {pk: text for pk, text in texts.items() if text and had.get(pk) != (model, _digest(text))}
    found = ask.embed(studio, list(wanted.values())) if wanted else None
    with acting_in(studio_id):
        # Who switched it off meanwhile wants no vectors, and who deleted a photo none of it.
        agreement.require(studio)
        PhotoMeaning.objects.for_studio(studio_id).filter(photo_id__in=[pk for pk in texts if not texts[pk]]).delete()
        if found is not None:
            _write(studio_id, wanted, found)
        _done(studio_id, waiting)
    return len(waiting) == BATCH


def _write(studio_id: UUID, texts: dict[UUID, str], found: ask.Embedded) -> None:
    there = Photo.objects.for_studio(studio_id).filter(pk__in=list(texts)).order_by("pk").select_for_update(no_key=True)
    left = set(there.values_list("pk", flat=True))
    rows = [
        PhotoMeaning(
            studio_id=studio_id, photo_id=pk, model=found.model, dimension=found.dimension, vector=vector,
            digest=_digest(text),
        )
        for (pk, text), vector in zip(texts.items(), found.vectors, strict=True)
        if pk in left
    ]  # fmt: skip
    PhotoMeaning.objects.for_studio(studio_id).bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["studio", "photo"],
        update_fields=["model", "dimension", "vector", "digest"],
    )


def _done(studio_id: UUID, waiting: list[tuple[UUID, datetime]]) -> None:
    """Take away what waited, unless it changed again meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            """delete from tagging_meaningwait w using unnest(%s::uuid[], %s::timestamptz[]) as d (photo, since)
               where w.studio_id = %s and w.photo_id = d.photo and w.since = d.since""",
            [[pk for pk, _ in waiting], [since for _, since in waiting], studio_id],
        )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
