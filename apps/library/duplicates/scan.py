"""Finding duplicates, as a task over a gallery or the whole library: looked up by hash, told apart by their pixels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple, Self
from uuid import UUID

from django.db.models import Q
from django.db.models.fields.json import KT

from apps.accounts.journal.sentences import counted
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import Studio, User
from apps.albums.models import Album, Photo, PhotoState
from apps.jobs.sliced import Sliced
from apps.library.duplicate_models import Different, DuplicateGroup, DuplicateKind, DuplicatePhoto
from apps.library.duplicates import lookup
from apps.library.stacks.bursts import are_counted_apart
from apps.media import jail, renditions
from apps.media.likeness import likeness
from apps.media.models import Blob, Rendition

#: Copies that were recompressed, resized or marked correlate by .99 and more, cropped by two percent by .976; frames of
#: one scene seconds apart by up to .95.
LEAST_ALIKE: Final = 0.965
#: Grey levels between the darkest and the lightest part: with less there is nothing by which to tell pictures apart.
LEAST_CONTRAST: Final = 12
#: Width by height of a copy differs by no more.
MOST_SQUEEZED: Final = 0.06


@dataclass(frozen=True)
class _OfLibrary(Sliced):
    """A task over every photo of a studio, if need be."""

    most: ClassVar[int] = 1_000_000


def begin(studio: Studio, *, by: User, album: Album | None = None) -> Task:
    """Look for duplicates of the photos of a gallery, or of all; what they are like may lie anywhere in the studio.

    One at a time for each; the one at work is returned.  Raises TooManyForTask, TooManyTasks.
    """
    key = str(album.pk) if album else "library"
    working = Task.active_of(studio.pk, SCAN.kind, key)
    if working is not None:
        return working
    title = f"Find duplicates of “{album.title}”" if album else "Find duplicates"
    return SCAN.begin(studio, _photos(studio, album), by=by, title=title, key=key)


def _photos(studio: Studio, album: Album | None) -> Iterable[UUID]:
    rows = Photo.objects.for_studio(studio).filter(state=PhotoState.READY, trashed_at__isnull=True, phash__isnull=False)
    if album is not None:
        rows = rows.filter(pk__in=album.placements.live().values("photo_id"))
    return rows.exclude(kind="video").order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2_000)


@dataclass(frozen=True, slots=True)
class _Compared:
    """What tells photos apart before their pixels do. make, model, taken_at: as the file says, if it does."""

    id: UUID
    original_id: UUID
    phash: int
    kind: str
    width: int | None
    height: int | None
    camera_name: str
    stack_id: UUID | None
    make: str | None
    model: str | None
    taken_at: str | None

    @property
    def is_timed(self) -> bool:
        return bool(self.model and self.taken_at)


def _compared(studio_id: UUID, photos: Collection[UUID]) -> dict[UUID, _Compared]:
    """These photos by their ids, in order. One query, and little of each: a slice may be near to very many."""
    rows = Photo.objects.for_studio(studio_id).filter(
        pk__any=list(photos), trashed_at__isnull=True, phash__isnull=False
    )
    told = (KT("facts__make"), KT("facts__model"), KT("facts__taken_at"))
    columns = ("id", "original_id", "phash", "kind", "width", "height", "camera_name", "stack_id", *told)
    return {row[0]: _Compared(*row) for row in rows.order_by("pk").values_list(*columns)}


@dataclass
class _Comparing:
    """Photos compared with each other; what was read of one is kept as long as the slice lasts.

    photos: of the slice, and those to which they are near.  near: of the hashes of the slice.
    different: of photos of the slice those that a person told apart from them.  grouped: photos of it that are in a
    group.  greys: what originals look like. All of it is read once for all, as most photos are like no other.
    possible: what may be duplicates of a photo of the slice, before pixels are looked at.
    """

    studio_id: UUID
    photos: Mapping[UUID, _Compared]
    near: Mapping[int, list[tuple[UUID, int]]]
    different: defaultdict[UUID, set[UUID]]
    grouped: set[UUID]
    greys: Mapping[UUID, bytes | None] = field(default_factory=dict)
    possible: dict[UUID, list[_Compared]] = field(default_factory=dict)
    pixels: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def of_slice(cls, studio_id: UUID, ids: Sequence[UUID], grouped: Collection[UUID]) -> Self:
        """All that is to be known of a slice; the number of statements does not depend on how many photos it has."""
        asked = _compared(studio_id, ids)
        near = lookup.all_near(studio_id, {photo.phash for photo in asked.values()})
        found = {pk for rows in near.values() for pk, _ in rows} - asked.keys()
        photos = {**asked, **_compared(studio_id, found)} if found else asked
        comparing = cls(studio_id, photos, near, _told_apart(studio_id, ids), set(grouped))
        comparing._look_at([photo for photo in asked.values() if comparing._others(photo)])
        return comparing

    def matches(self, photo: _Compared) -> list[_Match]:
        """The duplicates of a photo of the slice."""
        scored = [(other, self.score(photo, other)) for other in self._others(photo)]
        return [_Match(other.id, score, self.is_exact(photo, other)) for other, score in scored if score]

    def score(self, one: _Compared, other: _Compared) -> float:
        """How alike two are that may be one, 0..1; 0 for what is no duplicate."""
        left, right = self.greys.get(one.original_id), self.greys.get(other.original_id)
        if left is None or right is None or max(left) - min(left) < LEAST_CONTRAST:
            return 0.0
        found = likeness(left, right)
        return found if found >= LEAST_ALIKE else 0.0

    def is_exact(self, one: _Compared, other: _Compared) -> bool:
        """True for equal pixels in other bytes."""
        same = (one.width, one.height, one.phash) == (other.width, other.height, other.phash)
        return same and one.kind == other.kind == "image" and self._pixels(one) == self._pixels(other) != ""

    def _others(self, photo: _Compared) -> list[_Compared]:
        if photo.id not in self.possible:
            self.possible[photo.id] = self._possible(photo)
        return self.possible[photo.id]

    def _possible(self, photo: _Compared) -> list[_Compared]:
        near = {pk for pk, _ in lookup.others(self.near[photo.phash], photo.id)} - self.different[photo.id]
        others = (self.photos[pk] for pk in sorted(near) if pk in self.photos)
        return [other for other in others if _may_be_one(photo, other)]

    def _look_at(self, photos: Sequence[_Compared]) -> None:
        """Read what these look like and what they are compared with."""
        wanted = {one.original_id for photo in photos for one in (photo, *self._others(photo))}
        if not wanted:
            return
        tiles = Rendition.objects.for_studio(self.studio_id).filter(source_id__any=list(wanted), kind="tile")
        found = list(tiles.select_related("blob").order_by("pk"))
        greys = renditions.signatures(found)
        self.greys = {tile.source_id: grey for tile, grey in zip(found, greys, strict=True)}

    def _pixels(self, photo: _Compared) -> str:
        if photo.id not in self.pixels:
            original = Blob.objects.for_studio(self.studio_id).get(pk=photo.original_id)
            try:
                self.pixels[photo.id] = renditions.pixels_of(original)
            except jail.Rejected:
                self.pixels[photo.id] = ""
        return self.pixels[photo.id]


class _Match(NamedTuple):
    """A duplicate: which photo, how alike, and whether it has the same pixels."""

    photo_id: UUID
    score: float
    is_exact: bool


def _may_be_one(one: _Compared, other: _Compared) -> bool:
    """False for frames of a stack, for two shots of one camera, and for pictures of other proportions."""
    if one.stack_id is not None and one.stack_id == other.stack_id:
        return False
    # A copy keeps the moment; a camera counts its shots on, in whatever second.
    is_timed = (one.make, one.model) == (other.make, other.model) and one.is_timed and other.is_timed
    if is_timed and (one.taken_at != other.taken_at or are_counted_apart(one.camera_name, other.camera_name)):
        return False
    sizes = [(photo.width or 1) / (photo.height or 1) for photo in (one, other)]
    return abs(sizes[0] - sizes[1]) <= MOST_SQUEEZED * max(sizes)


def _do(task: Task, some: TaskSlice) -> int:
    before = _grouped(task.studio_id, some.ids)
    comparing = _Comparing.of_slice(task.studio_id, some.ids, before)
    for photo_id in sorted(some.ids):
        photo = comparing.photos.get(photo_id)
        if photo is None:
            continue
        found = comparing.matches(photo)
        if found or photo_id in comparing.grouped:
            put_in_group(task.studio_id, photo_id, found)
        if found:
            comparing.grouped |= {photo_id, *(match.photo_id for match in found)}
    return len(_grouped(task.studio_id, some.ids) - before)


def _told_apart(studio_id: UUID, photos: Sequence[UUID]) -> defaultdict[UUID, set[UUID]]:
    """Of each of these photos, which others a person said are no duplicates of it. One query."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    pairs = Different.objects.for_studio(studio_id).filter(Q(one__in=photos) | Q(other__in=photos))
    for one, other in pairs.values_list("one_id", "other_id"):
        found[one].add(other)
        found[other].add(one)
    return found


def put_in_group(studio_id: UUID, photo_id: UUID, found: Sequence[_Match]) -> None:
    """Let a photo and its duplicates be one group, with those in which they are; without any it leaves its own."""
    members = DuplicatePhoto.objects.for_studio(studio_id)
    if not found:
        group = DuplicateGroup.objects.for_studio(studio_id).filter(members__photo=photo_id).first()
        members.filter(photo=photo_id).delete()
        if group is not None and members.filter(group=group).count() < 2:
            group.delete()
        return
    ids = [photo_id, *(match.photo_id for match in found)]
    groups = list(DuplicateGroup.objects.for_studio(studio_id).filter(members__photo__in=ids).distinct().order_by("pk"))
    before = set(members.filter(group__in=groups).values_list("photo_id", flat=True))
    joined = before | set(ids)
    if len(joined) > DuplicateGroup.MOST:
        return
    exact = all(match.is_exact for match in found) and all(group.kind == DuplicateKind.EXACT for group in groups)
    score = min([*(match.score for match in found), *(group.score for group in groups)])
    group = groups[0] if groups else DuplicateGroup(studio_id=studio_id)
    kind = DuplicateKind.EXACT if exact else DuplicateKind.NEAR
    if len(groups) == 1 and joined == before and (group.kind, group.score) == (kind, score):
        # As the first of its photos found it, or an earlier look.
        return
    group.kind, group.score = kind, score
    group.save()
    members.filter(photo_id__in=joined).delete()
    members.bulk_create(DuplicatePhoto(studio_id=studio_id, group=group, photo_id=pk) for pk in sorted(joined))
    DuplicateGroup.objects.for_studio(studio_id).filter(pk__in=[one.pk for one in groups[1:]]).delete()


def _grouped(studio_id: UUID, photos: Sequence[UUID]) -> set[UUID]:
    rows = DuplicatePhoto.objects.for_studio(studio_id).filter(photo_id__in=photos)
    return set(rows.values_list("photo_id", flat=True))


def _told(task: Task) -> str:
    groups = DuplicateGroup.objects.for_studio(task.studio_id).count()
    return f"{counted(groups, 'group')} of duplicates to review." if groups else "No duplicates found."


SCAN: Final = _OfLibrary("duplicates.scan", _told, _do)
