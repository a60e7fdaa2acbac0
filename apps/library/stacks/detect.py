"""Bursts as stacks: after a photo came, after its faces were found, and when somebody asks for a gallery.

What a person decided is left alone: a stack that they touched, and a photo that they put somewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from apps.accounts.tenancy import acting_in
from apps.albums import stacks
from apps.albums.models import Photo, Stack
from apps.faces.models import Face
from apps.jobs import queue
from apps.library.models import LibraryPhoto
from apps.library.stacks import runs
from apps.library.stacks.best_frame import FrameLook, best
from apps.library.stacks.bursts import bursts
from apps.media import jail, renditions
from apps.media.models import Rendition

# Its own measure, and those of frames of before stacks were found; the rest follows with its own step.
_MEASURED_AT_ONCE: Final = 20


def photo_came(job: queue.Claimed) -> None:
    """Step after the renditions: the burst of the photo becomes a stack. A photo purged meanwhile is no error."""
    with acting_in(job.studio_id):
        run = runs.around(job.studio_id, job.subject_id)
        if not run:
            _leave(job.studio_id, job.subject_id)
        # Nearly every photo stands alone and always did.
        if not run or (len(run) == 1 and run[0].stack_id is None):
            return
        missing = unmeasured(job.studio_id, [pk for group in _groups(run) for pk in group])
    for rendition in missing[:_MEASURED_AT_ONCE]:
        measure(job.studio_id, rendition)
    with acting_in(job.studio_id):
        follow(job.studio_id, job.subject_id)


def faces_found(job: queue.Claimed) -> None:
    """Step after the faces: they say more about which frame is the best than the whole picture does."""
    with acting_in(job.studio_id):
        in_burst = Photo.objects.for_studio(job.studio_id).filter(pk=job.subject_id, stack__is_by_hand=False)
        if in_burst.exists():
            follow(job.studio_id, job.subject_id)


def groups_around(studio_id: UUID, photo_id: UUID) -> list[list[UUID]]:
    """The bursts in the run of a photo, without what people decided about."""
    run = runs.around(studio_id, photo_id)
    return _groups(run)


def unmeasured(studio_id: UUID, photos: Collection[UUID]) -> list[Rendition]:
    """The thumbs of these photos whose sharpness nobody knows."""
    if not photos:
        return []
    originals = Photo.objects.for_studio(studio_id).filter(pk__in=photos).values("original_id")
    thumbs = Rendition.objects.for_studio(studio_id).filter(kind="thumb", source_id__in=originals, sharpness=None)
    return list(thumbs.select_related("blob").order_by("pk"))


def measure(studio_id: UUID, rendition: Rendition) -> None:
    """Write down how sharp a thumb is. One that cannot be read stays unknown; opens a transaction of its own."""
    try:
        sharpness, exposure = renditions.measure(rendition)
    except jail.Rejected:
        sharpness, exposure = 0.0, 0.0
    with acting_in(studio_id):
        mine = Rendition.objects.for_studio(studio_id).filter(pk=rendition.pk)
        mine.update(sharpness=sharpness, exposure=exposure)


def follow(studio_id: UUID, photo_id: UUID) -> int:
    """Let the stacks of a photo's run be its bursts. Returns how many photos changed their stack.

    Whoever is second of two photos that come at once finds the first: both ask under one lock.
    """
    stacks.hold(studio_id)
    run = runs.around(studio_id, photo_id)
    groups = _groups(run)
    known = {one.stack_id for one in run if one.stack_id is not None and not one.is_settled}
    if not groups and not known:
        return 0
    changed = _Settling(studio_id, run, groups).write(known)
    stacks.forget_counts(studio_id, changed)
    return len(changed)


def _groups(run: Sequence[runs.RunFrame]) -> list[list[UUID]]:
    if not runs.is_whole(list(run)):
        return []
    return bursts([one.frame for one in run if not one.is_settled])


def _leave(studio_id: UUID, photo_id: UUID) -> None:
    """A photo without a camera or a time, or in the trash, is in no run; one that lost them leaves its burst."""
    known = LibraryPhoto.objects.for_studio(studio_id).filter(pk=photo_id).values("pk")
    astray = Photo.objects.for_studio(studio_id).filter(pk__in=known, stack__is_by_hand=False)
    if astray.exists():
        stacks.forget_counts(studio_id, [photo_id])
        Photo.objects.for_studio(studio_id).filter(pk=photo_id).update(stack=None)


@dataclass
class _Settling:
    """The stacks of one run, brought to its bursts."""

    studio_id: UUID
    run: Sequence[runs.RunFrame]
    groups: Sequence[Sequence[UUID]]
    changed: set[UUID] = field(default_factory=set)

    def write(self, known: set[UUID]) -> set[UUID]:
        """known: the stacks that the library made of frames of the run. Returns the photos that changed theirs."""
        members = self._members(known)
        here = {one.frame.id for one in self.run}
        # A stack whose frames lie in two runs, because a clock was set right, keeps those of the other one.
        unused = known - {stack for pk, stack in members.items() if pk not in here}
        of = {one.frame.id: one.stack_id for one in self.run if one.stack_id in known}
        grouped = {pk for group in self.groups for pk in group}
        self._put([pk for pk in of if pk not in grouped], None)
        for group in self.groups:
            mine = sorted({kept for pk in group if (kept := of.get(pk)) in unused and kept is not None})
            stack = Stack.objects.for_studio(self.studio_id).get(pk=mine[0]) if mine else self._made()
            unused.discard(stack.pk)
            self._put([pk for pk in group if of.get(pk) != stack.pk], stack)
            self._crown(stack, group)
        self._dissolve(known)
        return self.changed

    def _members(self, known: set[UUID]) -> dict[UUID, UUID]:
        """photo -> stack, of all live photos in these stacks."""
        indexed = LibraryPhoto.objects.for_studio(self.studio_id).values("pk")
        rows = Photo.objects.for_studio(self.studio_id).filter(stack_id__in=known, pk__in=indexed)
        return {photo: stack for photo, stack in rows.values_list("pk", "stack_id") if stack is not None}

    def _made(self) -> Stack:
        stack = Stack(studio_id=self.studio_id)
        stack.save(force_insert=True)
        return stack

    def _crown(self, stack: Stack, group: Sequence[UUID]) -> None:
        looks = looks_of(self.studio_id, group)
        top = group[best([looks[pk] for pk in group])]
        if stack.top_id != top:
            Stack.objects.for_studio(self.studio_id).filter(pk=stack.pk).update(top=top)

    def _put(self, photos: Sequence[UUID], stack: Stack | None) -> None:
        if photos:
            Photo.objects.for_studio(self.studio_id).filter(pk__in=photos).update(stack=stack)
            self.changed.update(photos)

    def _dissolve(self, known: set[UUID]) -> None:
        """Stacks that are left with one frame; those in the trash keep theirs until they are gone."""
        left = Counter(self._members(known).values())
        few = [stack for stack in known if left[stack] < 2]
        rest = Photo.objects.for_studio(self.studio_id).filter(stack_id__in=few, trashed_at__isnull=True)
        self._put(list(rest.values_list("pk", flat=True)), None)
        Stack.objects.for_studio(self.studio_id).filter(pk__in=few, photos__isnull=True).delete()


def looks_of(studio_id: UUID, photos: Collection[UUID]) -> dict[UUID, FrameLook]:
    """What is known of how good frames are. Three queries."""
    rows = Photo.objects.for_studio(studio_id).filter(pk__in=photos).values_list("pk", "original_id")
    of = dict(rows)
    thumbs = Rendition.objects.for_studio(studio_id).filter(kind="thumb", source_id__in=of.values())
    measures = {
        source: (sharp, light) for source, sharp, light in thumbs.values_list("source_id", "sharpness", "exposure")
    }
    faces: dict[UUID, list[tuple[float | None, float | None]]] = {}
    found = Face.objects.for_studio(studio_id).filter(photo_id__in=photos, is_ignored=False).order_by("pk")
    for photo_id, sharpness, eyes in found.values_list("photo_id", "sharpness", "eyes"):
        faces.setdefault(photo_id, []).append((sharpness, eyes))
    unknown = (None, None)
    return {pk: FrameLook(*measures.get(of.get(pk), unknown), faces=faces.get(pk, ())) for pk in photos}  # type: ignore[arg-type]
