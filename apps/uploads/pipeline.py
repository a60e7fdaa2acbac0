"""What is done first to a photo that came; all steps stand in `config.tasks`, in their order.

- render: one decode gives facts, size, colours, perceptual hash, tile, thumb and web, and open pages are told
"""

from __future__ import annotations

from datetime import UTC
from typing import Any
from uuid import UUID

from django.utils import timezone as clock

from apps.accounts.models import Membership, Role
from apps.accounts.tenancy import acting_in
from apps.albums import capture_time
from apps.albums.models import Photo, PhotoState
from apps.albums.ordering import refresh_keys
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.media import fingerprint, jail, on_demand, renditions
from apps.media.facts import Facts
from apps.media.formats import FORMATS
from apps.media.presets import RECIPE
from apps.media.render_result import Rendered
from apps.uploads import progress
from apps.web.compiled_queries import Asked

VIDEO = "video"
GIVEN_UP = "This photo could not be processed. The original is safe. Please try again."


def starting(photo: Photo) -> tuple[Asked, ...]:
    """The statements that put a new photo on the list, for `together`, in the transaction that makes it."""
    return queue.putting(photo.studio_id, Photo.RENDER, photo.pk, queue=Queue.IMAGES)


def render(job: queue.Claimed) -> None:
    """Make the renditions and learn the facts of one photo. A photo purged meanwhile is no error."""
    with acting_in(job.studio_id):
        photo = (
            Photo.objects.for_studio(job.studio_id)
            .select_related("original", "studio")
            .filter(pk=job.subject_id)
            .first()
        )
    if photo is None:
        return
    try:
        rendered = renditions.render(photo.original)
        with acting_in(job.studio_id):
            _learn(photo, rendered)
            refresh_keys(photo)
            if photo.kind == VIDEO:
                # The poster is all that the gallery waits for; the copy that plays may take as long as the video lasts.
                on_demand.request(job.studio_id, [photo.original_id], on_demand.VIDEO)
            progress.announce(photo)
    except jail.Rejected as rejected:
        fail(job.studio_id, photo.pk, rejected.reason, is_final=rejected.is_final)
        raise queue.JobRefused(rejected.reason) from rejected
    except Exception as error:
        # Whatever it was: a photo that nobody works on any more must not say that it is being processed.
        if queue.is_last(job, error):
            fail(job.studio_id, photo.pk, GIVEN_UP)
        raise


def _learn(photo: Photo, rendered: Rendered) -> None:
    facts = rendered.facts
    photo.width, photo.height = rendered.width, rendered.height
    photo.kind = FORMATS[rendered.format].kind
    seconds = facts.duration_seconds
    photo.duration_ms = round(seconds * 1000) if seconds else None
    photo.color, photo.recipe = rendered.color, rendered.recipe
    photo.phash, photo.fingerprint_version = fingerprint.as_signed(rendered.phash), fingerprint.VERSION
    _learn_moment(photo, facts)
    learned = _learn_words(photo, facts)
    photo.facts = facts.as_plain()
    photo.state, photo.problem, photo.is_refused = PhotoState.READY, "", False
    photo.updated_at = clock.now()
    photo.save(
        update_fields=[
            "width", "height", "kind", "duration_ms", "color", "recipe", "phash", "fingerprint_version", "taken_at",
            "taken_offset", "facts", "state", "problem", "is_refused", "updated_at", *learned,
        ]
    )  # fmt: skip


def _learn_words(photo: Photo, facts: Facts) -> list[str]:
    """Take stars, words and the photographer from the file when it is read first, where nobody has given any yet.

    Returns the columns that changed. Later they are the studio's own: what it cleared does not come back.
    """
    told: dict[str, Any] = {}
    if not photo.facts:
        told = {"rating": facts.rating, "caption": facts.caption, "keywords": list(facts.keywords)}
    # Of photos that were read before photographers were, it comes when they are read again.
    if "artist" not in photo.facts:
        told["photographer"] = facts.artist or _contributor(photo)
    if not told:
        return []
    held = Photo.objects.for_studio(photo.studio_id)
    photo.refresh_from_db(fields=list(told), from_queryset=held)
    learned = [name for name, value in told.items() if value and not getattr(photo, name)]
    for name in learned:
        setattr(photo, name, told[name])
    return learned


def _contributor(photo: Photo) -> str:
    """The name of who sent the photo, if that is a contributor: they send what they took. Else ""."""
    if photo.uploaded_by_id is None:
        return ""
    sent = Membership.objects.for_studio(photo.studio_id).filter(user_id=photo.uploaded_by_id, role=Role.CONTRIBUTOR)
    name = sent.values_list("user__name", flat=True).first()
    return (name or "")[:120]


def _learn_moment(photo: Photo, facts: Facts) -> None:
    """Take the moment of capture from the file, unless a person has corrected it (perhaps while we were decoding)."""
    held = Photo.objects.for_studio(photo.studio_id).select_for_update(no_key=True)
    photo.refresh_from_db(fields=["taken_at", "taken_offset", "taken_by_hand"], from_queryset=held)
    if not photo.taken_by_hand:
        needs_zone = facts.taken_at is not None and facts.offset_minutes is None
        zone = photo.studio.hold_zone() if needs_zone else UTC
        photo.taken_at = capture_time.instant(facts.taken_at, facts.offset_minutes, zone)
        photo.taken_offset = facts.offset_minutes


def fail(studio_id: UUID, photo_id: UUID, reason: str, *, is_final: bool = False) -> None:
    """Say on the photo why it has no renditions. is_final: trying again can change nothing."""
    with acting_in(studio_id):
        photos = Photo.objects.for_studio(studio_id).filter(pk=photo_id).exclude(state=PhotoState.READY)
        changed = photos.update(
            state=PhotoState.FAILED,
            problem=reason[:300],
            is_refused=is_final,
            recipe=RECIPE,
            updated_at=clock.now(),
        )
        if changed:
            progress.announce(Photo.objects.for_studio(studio_id).get(pk=photo_id))


def given_up(studio_id: UUID, photo_id: UUID) -> None:
    """The sweeper gave a photo up because its worker died three times."""
    fail(studio_id, photo_id, GIVEN_UP)
