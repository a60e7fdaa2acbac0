"""Which photos are files of one shot: RAW and JPEG, a still and its moving part, by camera, file name and time.

Names alone say little: two shoots have an IMG_0001, and counters roll over. So the same camera must have written both
within a moment, and without a time in both files nothing is joined.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.albums import pairs
from apps.albums.models import Album, Photo, PhotoState, Placement, Version
from apps.albums.photo_versions import stem_of
from apps.jobs import queue
from apps.library.stacks import detect
from apps.uploads import progress, sidecars
from apps.uploads.models import ReceivedFile, Sidecar, Upload

# RAW and JPEG carry the same moment; some cameras leave the fraction of a second out of one of them.
MOST_APART_SECONDS: Final = 1.0
# The moving part begins up to a second and a half before the still, and lasts three.
MOST_APART_LIVE_SECONDS: Final = 2.0
LONGEST_LIVE_MS: Final = 5_000
# A photo that is older has been seen, and is joined only by hand.
FRESH_SECONDS: Final = 3600
_WORDS: Final = ("caption", "rating", "label", "flag", "keywords")


def photo_came(job: queue.Claimed) -> None:
    """The step after `render`: join a new photo with its partner in the same gallery, if it has one."""
    with acting_in(job.studio_id):
        photo = _fresh(job)
        if photo is None:
            return
        # Whoever is second finds the first one ready: both ask under the same lock.
        _hold_name(photo)
        partner = _partner(photo)
        if partner is None:
            return
        keeper, other = _order(photo, partner)
        if not _can_go(other):
            return
        for came in (Upload, ReceivedFile):
            came.objects.for_studio(job.studio_id).filter(photo=other).update(photo=keeper)
        progress.announce(other)
        sidecars.hand_over(other, keeper)
        pairs.join(keeper, other, by=other.uploaded_by)
        # The keeper shows another file now, and the step after this one finds no photo any more.
        detect.follow(job.studio_id, keeper.pk)
        progress.announce(keeper)


def _order(photo: Photo, partner: Photo) -> tuple[Photo, Photo]:
    """Which of the two stays, and which goes: the picture that is shown stays, so that the photo is called as that is,
    whichever file came first; if something was said of the RAW or of the moving part, that one stays.
    """
    if partner.kind in pairs.BESIDE and _can_go(partner):
        return photo, partner
    return (partner, photo) if _is_untouched(photo) else (photo, partner)


def _can_go(photo: Photo) -> bool:
    """True if all that there is of a photo is its one file."""
    return _is_untouched(photo) and _versions(photo) == 1


def _fresh(job: queue.Claimed) -> Photo | None:
    rows: StudioQuerySet[Photo] = Photo.objects.for_studio(job.studio_id)
    photo = rows.select_related("studio", "uploaded_by").filter(pk=job.subject_id, state=PhotoState.READY).first()
    if photo is None or (timezone.now() - photo.created_at).total_seconds() > FRESH_SECONDS:
        return None
    return photo if photo.facts.get("taken_at") else None


def _hold_name(photo: Photo) -> None:
    with connection.cursor() as cursor:
        name = f"pair {photo.studio_id} {stem_of(photo.camera_name)}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 9))", [name])


def _partner(photo: Photo) -> Photo | None:
    """The one photo in a gallery of this one's that is another file of its shot; None if there are several."""
    albums = photo.placements.live().values("album_id")
    stem = photo.camera_name.rpartition(".")[0] or photo.camera_name
    rows = (
        Photo.objects.for_studio(photo.studio_id)
        .filter(placements__album_id__in=albums, placements__trashed_at__isnull=True, state=PhotoState.READY)
        .filter(camera_name__istartswith=stem, beside="", retouched_at__isnull=True)
        .exclude(pk=photo.pk)
        .select_related("studio", "uploaded_by")
        .distinct()
    )
    found = [one for one in rows if stem_of(one.camera_name) == stem.casefold() and belong_together(photo, one)]
    return found[0] if len(found) == 1 else None


def belong_together(one: Photo, other: Photo) -> bool:
    """True for files of one shot, whatever they are called."""
    kinds = {one.kind, other.kind}
    if "image" not in kinds or len(kinds) < 2:
        return False
    if "video" in kinds and not all(_is_short(photo) for photo in (one, other) if photo.kind == "video"):
        return False
    apart = _apart(one.facts, other.facts)
    most = MOST_APART_LIVE_SECONDS if "video" in kinds else MOST_APART_SECONDS
    return apart is not None and apart <= most and _camera(one.facts) == _camera(other.facts) != ""


def _is_short(photo: Photo) -> bool:
    return photo.duration_ms is not None and photo.duration_ms <= LONGEST_LIVE_MS


def _apart(one: dict[str, Any], other: dict[str, Any]) -> float | None:
    """Seconds between the two moments as the camera's clock showed them; None if one is unknown."""
    if not one.get("taken_at") or not other.get("taken_at"):
        return None
    moments = [datetime.fromisoformat(facts["taken_at"]) for facts in (one, other)]
    return abs((moments[0] - moments[1]).total_seconds())


def _camera(facts: dict[str, Any]) -> str:
    return str(facts.get("model") or "").casefold()


def _versions(photo: Photo) -> int:
    return Version.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk).count()


def _is_untouched(photo: Photo) -> bool:
    """True if nobody has said anything of the photo: no heart, mark, comment or face, and it is no cover.

    What its sidecar said goes with the sidecar (see `sidecars.hand_over`).
    """
    told = sidecars.said_of(photo)
    words = (getattr(photo, name) for name in _WORDS if getattr(photo, name) != told.get(name))
    if any(words) or photo.taken_by_hand or photo.stack_by_hand:
        return False
    if Album.objects.for_studio(photo.studio_id).filter(cover_id=photo.pk).exists():
        return False
    for relation in Photo._meta.related_objects:
        model: Any = relation.related_model
        if model in (Version, Placement, Sidecar) or model._meta.label_lower == "library.libraryphoto":
            continue
        if model.objects.for_studio(photo.studio_id).filter(**{relation.field.name: photo.pk}).exists():
            return False
    return True
