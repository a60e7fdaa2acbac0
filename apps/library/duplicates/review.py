"""Groups of duplicates as the review page and the API show them: what tells the photos apart, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from apps.accounts.access import Entered
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Photo, Placement
from apps.library.duplicate_models import DuplicateGroup, DuplicateKind, DuplicatePhoto
from apps.library.stacks.detect import looks_of
from apps.media.serving import picture_url


@dataclass(frozen=True, slots=True)
class Candidate:
    """One photo of a group. width, height in pixels, size in bytes.  hearts, comments: of guests.

    picture, url: of the photo in one of its galleries, "" if it lies in none.  galleries: their titles.
    """

    id: UUID
    name: str
    width: int
    height: int
    size: int
    sharpness: float | None
    taken_at: datetime | None
    picture: str
    url: str
    galleries: tuple[str, ...]
    rating: int
    label: str
    flag: str
    hearts: int
    comments: int

    @property
    def megapixels(self) -> float:
        return self.width * self.height / 1e6


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A group with its photos, the proposed one first."""

    id: UUID
    kind: str
    score: float
    photos: tuple[Candidate, ...]

    @property
    def words(self) -> str:
        return DuplicateKind(self.kind).label

    @property
    def percent(self) -> int:
        return int(self.score * 100)


def groups_of(entered: Entered, kind: str = "") -> StudioQuerySet[Any]:
    """The groups that still have two photos out of the trash, all of which the member sees."""
    rows: StudioQuerySet[Any] = DuplicateGroup.objects.visible_to(entered)
    live = Count("members", filter=Q(members__photo__trashed_at__isnull=True))
    rows = rows.annotate(live=live).filter(live__gt=1)
    return rows.filter(kind=kind) if kind else rows


def reviewed(entered: Entered, groups: Sequence[DuplicateGroup]) -> list[Reviewed]:
    """What is to be seen of groups. The number of queries does not depend on theirs."""
    studio = entered.studio
    members = DuplicatePhoto.objects.for_studio(studio).filter(group__in=groups, photo__trashed_at__isnull=True)
    of = {photo: group for group, photo in members.values_list("group_id", "photo_id")}
    # What guests said stands above the library; its relations are named as rules name them.
    told = {"hearts": Count("picks", distinct=True), "said": Count("comments", distinct=True)}
    seen = Photo.objects.for_studio(studio).filter(pk__in=of).select_related("original")
    photos: StudioQuerySet[Any] = seen.annotate(**told)
    lies: dict[UUID, list[Placement]] = {}
    rows = Placement.objects.visible_to(entered).filter(photo_id__in=of, trashed_at__isnull=True)
    for placement in rows.select_related("album").order_by("album__created_at", "pk"):
        lies.setdefault(placement.photo_id, []).append(placement)
    looks = looks_of(studio.pk, list(of))
    found: dict[UUID, list[Candidate]] = {group.pk: [] for group in groups}
    for photo in photos.order_by("pk"):
        places = lies.get(photo.pk, [])
        found[of[photo.pk]].append(
            Candidate(
                id=photo.pk,
                name=photo.camera_name,
                width=photo.width or 0,
                height=photo.height or 0,
                size=photo.original.size,
                sharpness=looks[photo.pk].sharpness,
                taken_at=photo.taken_at,
                picture=picture_url(studio.pk, places[0].album_id, photo.pk, "thumb") if places else "",
                url=_address(studio.slug, places[0].album_id, photo.pk) if places else "",
                galleries=tuple(place.album.title for place in places),
                rating=photo.rating,
                label=photo.label,
                flag=photo.flag,
                hearts=photo.hearts,
                comments=photo.said,
            )
        )
    return [
        # The one with the most pixels comes first, of equal ones the largest file.
        Reviewed(group.pk, group.kind, group.score, tuple(sorted(found[group.pk], key=_rank)))
        for group in groups
    ]


def _address(slug: str, album_id: UUID, photo_id: UUID) -> str:
    return f"{reverse('albums:detail', args=[slug, album_id])}?photo={photo_id}"


def _rank(one: Candidate) -> tuple[int, int, UUID]:
    return -one.width * one.height, -one.size, one.id
