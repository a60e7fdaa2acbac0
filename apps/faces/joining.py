"""Who a new face is: it joins a person, or an unnamed group, or founds one; what is doubtful is only suggested.

Distances are Euclidean between embeddings; the limits are measured (docs/faces.md). Exact scans within the studio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from pgvector import HalfVector

from apps.faces.models import Face, Person

#: So near, and with such a margin to everybody else, a face is the person; nobody of 12,247 wrong pairs was.
JOIN, MARGIN = 0.45, 0.05
#: So near, faces without a name lie in one group.
LINK: Final = 0.50
#: Up to here a human is asked.
SUGGEST: Final = 0.60
#: So near somebody is looked for: whoever is asked about, and who may be as near.
WITHIN: Final = SUGGEST + MARGIN
_CANDIDATES: Final = 8


@dataclass(frozen=True, slots=True)
class Near:
    """A person and how near a face is to the nearest face of theirs.

    distance: to one that is trusted or that a human confirmed, which is enough to ask.
    sure: to a trusted one, which it takes to join by itself; None if they have none.
    leans: whom all faces of an unnamed group were suggested to be, so that the two do not compete.
    """

    person_id: UUID
    is_named: bool
    distance: float
    sure: float | None
    leans: UUID | None = None


def _remembered_near(studio_id: UUID, face: Face) -> list[UUID] | None:
    # Web processes load this module, and no numpy.
    from apps.faces import vectors

    return vectors.near(studio_id, face.embedding, WITHIN)


def place(studio_id: UUID, faces: Sequence[Face], *, remembers: bool = False) -> None:
    """Let new faces with an embedding join whom they belong to, under `hold`; the best ones first.

    remembers: this process keeps the studio's faces in its memory; then `vectors.forget` if the transaction fails.
    """
    for face in sorted(faces, key=lambda one: (not one.is_trusted, -one.size)):
        near = nearest(face, among=_remembered_near(studio_id, face) if remembers else None)
        named = next((one for one in near if one.is_named), None)
        joined = choose(near) if face.is_trusted else None
        if joined is None and face.is_trusted:
            group = Person(studio_id=studio_id, thumbnail_id=face.pk)
            group.save(force_insert=True)
            joined = group.pk
        face.person_id = joined
        doubted = named is not None and named.person_id != joined and named.distance <= SUGGEST
        face.suggested_id = named.person_id if named and doubted else None
        face.distance = named.distance if named and doubted else None
        face.save(update_fields=["person", "suggested", "distance"])


def choose(near: Sequence[Near]) -> UUID | None:
    """Whom a trusted face joins. near: the nearest first."""
    for one in near[:2]:
        if one.sure is None:
            continue
        rivals = [other.distance for other in near if other != one and not _are_one(one, other)]
        margin = min(rivals, default=9.0) - one.sure
        if one.sure <= (JOIN if one.is_named else LINK) and margin >= MARGIN:
            return one.person_id
    return None


def _are_one(one: Near, other: Near) -> bool:
    """True if who is near too may be the same: a group of theirs, or who is known by a small face alone."""
    return other.leans == one.person_id or (other.sure is None and one.leans == other.person_id)


_OF_THEM: Final = """f.studio_id = %(studio)s and (f.is_trusted or f.is_confirmed)
            and f.embedding is not null and f.id <> %(face)s"""
# Each face is measured once (an offset keeps the planner from writing the distance twice). Of people near enough it is
# looked for the nearest trusted face only if none was among those, and for whom they lean to only if all of them do.
# They are few, so each is looked up by id: expecting more, the planner would read everybody of the studio.
# Who is in the photo is read once, by the photo: asked of each person, all faces of who is in very many would be read.
_NEAREST: Final = f"""
    select p.id, p.name <> '' or p.is_ignored, n.distance,
        case when n.sure is not null then n.sure else (
            select min(f.embedding <-> %(vector)s::halfvec) from faces_face f
            where f.person_id = n.person_id and f.is_trusted and {_OF_THEM}) end,
        case when not exists (select from faces_face f
                where f.person_id = n.person_id and f.suggested_id is null and {_OF_THEM})
            then (select min(f.suggested_id::text)::uuid from faces_face f
                where f.person_id = n.person_id and {_OF_THEM}) end
    from (
        select d.person_id, min(d.distance) as distance, min(d.distance) filter (where d.is_trusted) as sure
        from (
            select f.person_id, f.is_trusted, f.embedding <-> %(vector)s::halfvec as distance from faces_face f
            where f.person_id is not null and {{among}} and {_OF_THEM} offset 0
        ) d
        where d.distance <= %(within)s group by d.person_id
    ) n
    cross join lateral (
        select id, name, is_ignored from faces_person
        where studio_id = %(studio)s and id = n.person_id offset 0
    ) p
    where p.id not in (select t.person_id from faces_notthem t
            where t.studio_id = %(studio)s and t.face_id = %(face)s)
        and p.id not in (select o.person_id from faces_face o
            where o.studio_id = %(studio)s and o.photo_id = %(photo)s and o.person_id is not null and o.id <> %(face)s)
    order by n.distance, p.id limit %(most)s
"""
_OF_ALL, _OF_SOME = _NEAREST.format(among="true"), _NEAREST.format(among="f.id = any(%(among)s)")


def nearest(face: Face, *, within: float = WITHIN, among: list[UUID] | None = None) -> list[Near]:
    """The people near a face, the nearest first: not those of whom a human said no, nor who is in the photo already.

    among: all faces of the studio that may be near enough (see `vectors.near`); None to look at each.
    """
    if among is not None and not among:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_ALL if among is None else _OF_SOME,
            {
                "vector": HalfVector(face.embedding).to_text(),
                "studio": face.studio_id,
                "face": face.pk,
                "photo": face.photo_id,
                "within": within,
                "most": _CANDIDATES,
                "among": among,
            },
        )
        return [Near(*row) for row in cursor.fetchall()]


_LEAVE_EMPTY: Final = """
    delete from faces_person p where p.studio_id = %s and p.name = '' and not p.is_settled and not exists (
        select from faces_face f where f.studio_id = p.studio_id and f.person_id = p.id)
"""


def leave_empty(studio_id: UUID) -> None:
    """Unnamed groups without a face, on which no human worked, are nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_EMPTY, [studio_id])


_SUGGEST: Final = """
    update faces_face f set suggested_id = k.person_id, distance = k.distance
    from (
        select distinct on (g.id) g.id, s.person_id, g.embedding <-> s.embedding as distance
        from faces_face s
        join faces_face g on g.studio_id = s.studio_id and g.embedding is not null and not g.is_confirmed
            and not g.is_ignored and g.person_id is distinct from s.person_id
            and (g.embedding <-> s.embedding) <= %(within)s
        left join faces_person p on p.studio_id = g.studio_id and p.id = g.person_id
        where s.studio_id = %(studio)s and s.id = any(%(samples)s)
            and (p.id is null or (p.name = '' and not p.is_ignored))
            and not exists (select from faces_notthem t
                where t.studio_id = g.studio_id and t.face_id = g.id and t.person_id = s.person_id)
            and not exists (select from faces_face o
                where o.studio_id = g.studio_id and o.photo_id = g.photo_id and o.person_id = s.person_id)
        order by g.id, distance
    ) k
    where f.studio_id = %(studio)s and f.id = k.id and (f.distance is null or f.distance > k.distance)
"""
_SAMPLES: Final = 5


def spread(person: Person) -> None:
    """A human said something of this person: faces without a name that are near are asked about next."""
    if not person.name:
        return
    # A small or blurred face is enough to ask, where a human said whose it is.
    samples = Face.objects.for_studio(person.studio_id).filter(
        Q(is_trusted=True) | Q(is_confirmed=True), person=person, embedding__isnull=False
    )
    chosen = list(samples.order_by("-is_confirmed", "-is_trusted", "-size").values_list("pk", flat=True)[:_SAMPLES])
    with connection.cursor() as cursor:
        cursor.execute(_SUGGEST, {"studio": person.studio_id, "samples": chosen, "within": SUGGEST})


def doubt_no_more(studio_id: UUID, faces: Sequence[UUID]) -> None:
    """These faces are answered: nobody is suggested for them any more."""
    Face.objects.for_studio(studio_id).filter(pk__in=list(faces)).update(suggested=None, distance=None)
