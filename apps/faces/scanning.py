"""The step that looks for faces in one photo: after its renditions, in a queue of its own, and never in their way."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Photo, PhotoState
from apps.faces import joining, looking
from apps.faces.consent import settings_of, wanted
from apps.faces.findings import Found
from apps.faces.listing import forget_counts
from apps.faces.models import SCAN, Crop, Face, FaceSettings, Scan, hold
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import jail
from apps.media.storage import as_local_file

#: While renditions wait, faces wait too, and look again after so long.
PAUSE: Final = timedelta(seconds=1)
#: A face is the one that was there before if their boxes share so much (of their joint area).
SAME_BOX: Final = 0.5
#: One at a time in each worker, so that a rendition that comes meanwhile finds a thread free; what else can wait for
#: long holds it too.
ALONE = threading.Lock()


def photo_came(job: queue.Claimed) -> None:
    """Step after the renditions: have faces found in the photo, if a gallery in which it lies wants that."""
    with acting_in(job.studio_id):
        request(job.studio_id, wanted(job.studio_id, [job.subject_id]))


def request(studio_id: UUID, photos: Iterable[UUID]) -> int:
    """Have these photos looked at, again if they were. Returns how many. Run in `acting_in(studio)`."""
    asked = list(dict.fromkeys(photos))
    for photo in asked:
        queue.put(studio_id, SCAN, photo, queue=Queue.FACES, again=True)
    return len(asked)


_MISSING: Final = """
    select distinct p.photo_id
    from albums_placement p
    join albums_photo k on k.studio_id = p.studio_id and k.id = p.photo_id
    join albums_album a on a.studio_id = p.studio_id and a.id = p.album_id
    join faces_facesettings s on s.studio_id = p.studio_id
    left join faces_galleryfaces g on g.studio_id = p.studio_id and g.album_id = p.album_id
    left join faces_scan c on c.studio_id = p.studio_id and c.photo_id = p.photo_id
        and c.version = %(version)s and c.detector = s.detector
    left join jobs_job j on j.studio_id = p.studio_id and j.key = %(kind)s || ':' || p.photo_id::text
        and j.state <> 'done'
    where p.studio_id = %(studio)s and s.is_on and coalesce(g.is_on, s.galleries_on)
        and p.trashed_at is null and a.trashed_at is null and k.trashed_at is null and k.state = 'ready'
        and c.id is null and j.id is null
    limit %(most)s
"""
#: Photos put at once by `catch_up`; the rest waits for its next turn.
MOST_AT_ONCE: Final = 1_000


def catch_up() -> int:
    """Periodic: photos that a switch, a move or a new engine left without faces. Returns how many were put."""
    with across_studios():
        studios = list(FaceSettings.objects.filter(is_on=True).values_list("studio_id", flat=True))
    put = 0
    for studio_id in studios:
        with acting_in(studio_id):
            put += len(request_missing(studio_id))
    return put


def request_missing(studio_id: UUID) -> list[UUID]:
    """Have photos looked at that this engine has not seen, at most `MOST_AT_ONCE`; those that were refused are left."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"studio": studio_id, "version": looking.VERSION, "kind": SCAN, "most": MOST_AT_ONCE})
        photos = [row[0] for row in cursor.fetchall()]
    for photo in photos:
        queue.put(studio_id, SCAN, photo, queue=Queue.FACES, again=True)
    return photos


def scan(job: queue.Claimed) -> None:
    """Look for faces in one photo and let each join whom it belongs to. A photo purged meanwhile is no error.

    Done again it finds the same; what humans said of a face stays with the face in that place.
    """
    if not ALONE.acquire(blocking=False):
        with acting_in(job.studio_id):
            queue.put_back(job, after=PAUSE)
        return
    try:
        if renditions_wait():
            with acting_in(job.studio_id):
                queue.put_back(job, after=PAUSE)
            return
        _scan(job.studio_id, job.subject_id)
    except jail.Rejected as rejected:
        raise queue.JobRefused(rejected.reason) from rejected
    finally:
        ALONE.release()


def may_look() -> bool:
    """Whether this worker's place for what can wait is free, and no photo waits for its pictures."""
    return not ALONE.locked() and not renditions_wait()


def renditions_wait() -> bool:
    """True while photos of any studio have no pictures yet: what can wait does."""
    with across_studios():
        return Job.objects.filter(queue=Queue.IMAGES, state=State.PENDING).exists()


def _scan(studio_id: UUID, photo_id: UUID) -> None:
    with acting_in(studio_id):
        photo = _wanted(studio_id, photo_id)
        if photo is None:
            return
        detector = settings_of(photo.studio).detector
        drawn = [face for face in _kept(photo) if face.by_hand]
    with as_local_file(photo.original.storage_key) as source:
        found = looking.find(source, detector=detector)
        # What a human drew is measured anew where the human saw it.
        by_hand = [(face, looking.describe(source, face.box)) for face in drawn]
    with _remembered(studio_id), acting_in(studio_id):
        hold(studio_id)
        # Switched off, or the photo gone, while we looked: then nothing of it may be kept.
        if _wanted(studio_id, photo_id) is not None:
            keep(photo, found, by_hand=by_hand, remembers=True)
            Scan.objects.for_studio(studio_id).update_or_create(
                studio_id=studio_id, photo=photo, defaults={"version": looking.VERSION, "detector": detector}
            )
            forget_counts(studio_id, photos=[photo_id])


@contextmanager
def _remembered(studio_id: UUID) -> Iterator[None]:
    """Around a transaction in which faces are placed by memory."""
    try:
        yield
    except BaseException:
        # Web processes load this module, and no numpy.
        from apps.faces import vectors

        vectors.forget(studio_id)
        raise


def _wanted(studio_id: UUID, photo_id: UUID) -> Photo | None:
    if not wanted(studio_id, [photo_id]):
        return None
    photos = Photo.objects.for_studio(studio_id).select_related("original", "studio")
    found: Photo | None = photos.filter(pk=photo_id, state=PhotoState.READY).first()
    return found


def _kept(photo: Photo) -> list[Face]:
    return list(Face.objects.for_studio(photo.studio_id).filter(photo=photo).defer("embedding").order_by("pk"))


def keep(
    photo: Photo,
    found: Sequence[Found],
    *,
    by_hand: Sequence[tuple[Face, Found]] = (),
    remembers: bool = False,
) -> None:
    """Make the photo's faces those that were found. Run in the studio's transaction, under `hold`.

    remembers: as of `joining.place`.

    A face that was there stays the same row, with all that humans said of it; what nobody has touched and is not found
    any more goes. What a human touched and is not found any more stays as it is.
    """
    before = {face.pk: face for face in _kept(photo)}
    new = []
    for drawn, measured in by_hand:
        face = before.get(drawn.pk)
        if face is not None:
            _write(face, measured, keeps_box=True)
            # Outlined without a name: it finds its place as one that was found does.
            if face.person_id is None and not face.is_ignored:
                new.append(face)
    matched = _matched(list(before.values()), found)
    for number, one in enumerate(found):
        face = before[matched[number]] if number in matched else Face(studio_id=photo.studio_id, photo=photo)
        if face.by_hand:
            continue
        if number not in matched:
            new.append(face)
        _write(face, one)
    gone = [
        face.pk
        for face in before.values()
        if face.pk not in matched.values() and not (face.is_confirmed or face.is_ignored or face.by_hand)
    ]
    Face.objects.for_studio(photo.studio_id).filter(pk__in=gone).delete()
    joining.place(photo.studio_id, [face for face in new if face.embedding is not None], remembers=remembers)
    joining.leave_empty(photo.studio_id)


def _matched(before: Sequence[Face], found: Sequence[Found]) -> dict[int, UUID]:
    """Which of the found faces (by number) is which that was there: the most overlapping pairs first."""
    pairs = [(face.box.overlap(one.box), number, face.pk) for number, one in enumerate(found) for face in before]
    matched: dict[int, UUID] = {}
    for overlap, number, pk in sorted(pairs, key=lambda pair: -pair[0]):
        if overlap >= SAME_BOX and number not in matched and pk not in matched.values():
            matched[number] = pk
    return matched


def _write(face: Face, found: Found, *, keeps_box: bool = False) -> None:
    if not keeps_box:
        box = found.box
        face.x, face.y, face.width, face.height, face.score = box.x, box.y, box.width, box.height, found.score
    face.size, face.sharpness, face.eyes = found.size, found.sharpness, found.eyes
    face.embedding = None if found.embedding is None else list(found.embedding)
    face.is_trusted = found.is_trusted
    face.save()
    Crop.objects.for_studio(face.studio_id).update_or_create(
        studio_id=face.studio_id, face=face, defaults={"webp": found.crop}
    )
