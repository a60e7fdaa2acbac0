"""Grouping anew, by night, what no human has touched: faces without a person and unnamed groups."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from apps.accounts.tenancy import across_studios, acting_in
from apps.faces import clustering, joining
from apps.faces.findings import DIMENSIONS
from apps.faces.models import Face, FaceSettings, NotThem, Person, hold

#: More faces without a person than this are grouped as they came only.
MOST: Final = 100_000

# A face: id, person, photo.
_Row = tuple[UUID, UUID | None, UUID]


def regroup_all() -> None:
    """Periodic: every studio that has faces found."""
    with across_studios():
        studios = list(FaceSettings.objects.filter(is_on=True).values_list("studio_id", flat=True))
    for studio_id in studios:
        with acting_in(studio_id):
            regroup(studio_id)


def regroup(studio_id: UUID) -> int:
    """Group the untouched faces of a studio from nothing; groups that stay much the same keep their row.

    Who has a name, was worked on or is ignored keeps every face, and gets none. Returns how many faces changed their
    group. Run in `acting_in(studio)`.
    """
    rows, embeddings = _read(studio_id)
    if len(rows) < 2:
        return 0
    places: dict[UUID, int] = {}
    photos = np.array([places.setdefault(photo, len(places)) for _, _, photo in rows], np.int64)
    labels = clustering.group(embeddings, within=joining.LINK, photos=photos, apart=_apart(studio_id, rows))
    # Computing takes up to a minute, in which people go on working: only what they left alone is written.
    hold(studio_id)
    before: dict[UUID, UUID | None] = dict(_untouched(studio_id).values_list("pk", "person_id"))
    groups: dict[int, list[UUID]] = defaultdict(list)
    for (pk, *_), label in zip(rows, labels, strict=True):
        if pk in before:
            groups[int(label)].append(pk)
    changed = _write(studio_id, list(groups.values()), before)
    joining.leave_empty(studio_id)
    return changed


def _untouched(studio_id: UUID) -> QuerySet[Face]:
    theirs = Person.objects.for_studio(studio_id).filter(name="", is_settled=False, is_ignored=False)
    faces = Face.objects.for_studio(studio_id).filter(is_trusted=True, is_confirmed=False, is_ignored=False)
    loose = faces.filter(person__isnull=True) | faces.filter(person_id__in=theirs.values("pk"))
    return loose.order_by("pk")


def _read(studio_id: UUID) -> tuple[list[_Row], clustering.Floats]:
    """Faces and their embeddings, float32 (n, 128). As lists of numbers they would fill ten times the memory."""
    found = _untouched(studio_id).values_list("pk", "person_id", "photo_id", "embedding")[:MOST]
    rows: list[_Row] = []
    embeddings = np.empty((MOST, DIMENSIONS), np.float32)
    for pk, person, photo, vector in found.iterator(chunk_size=2_000):
        embeddings[len(rows)] = vector
        rows.append((pk, person, photo))
    return rows, embeddings[: len(rows)]


def _apart(studio_id: UUID, rows: list[_Row]) -> list[tuple[int, int]]:
    """A face that is not somebody is not linked with the faces of that somebody."""
    places: dict[UUID, list[int]] = defaultdict(list)
    of_face = {}
    for place, (pk, person, _) in enumerate(rows):
        of_face[pk] = place
        if person is not None:
            places[person].append(place)
    denied = (
        NotThem.objects.for_studio(studio_id).filter(person_id__in=list(places)).values_list("face_id", "person_id")
    )
    return [(of_face[face], place) for face, person in denied if face in of_face for place in places[person]]


def _write(studio_id: UUID, groups: list[list[UUID]], before: dict[UUID, UUID | None]) -> int:
    """Give each group a person: the one whom most of its faces were, if no larger group took them."""
    taken: set[UUID] = set()
    changed = 0
    for faces in sorted(groups, key=lambda some: (-len(some), some[0])):
        votes = Counter(person for face in faces if (person := before[face]) is not None and person not in taken)
        chosen = min(votes, key=lambda person: (-votes[person], person)) if votes else _new(studio_id, faces[0])
        taken.add(chosen)
        moved = [face for face in faces if before[face] != chosen]
        changed += Face.objects.for_studio(studio_id).filter(pk__in=moved).update(person_id=chosen)
    return changed


def _new(studio_id: UUID, face: UUID) -> UUID:
    group = Person(studio_id=studio_id, thumbnail_id=face)
    group.save(force_insert=True)
    return group.pk
