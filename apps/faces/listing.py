"""What pages show of people: each list with a limit, in one or two queries. Photos in the trash count nowhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from apps.albums import counts
from apps.albums.models import Placement
from apps.faces import joining, relationships
from apps.faces.models import Face, Person, Relationship
from apps.web.compiled_queries import Asked, Compiled, together, written

#: People on one page of the wall, photos on one page of a person.
WALL, PHOTOS = 120, 120
#: Names offered while somebody types.
_OFFERED: Final = 500
#: Faces shown of a person: one is not always enough to tell who it is.
SAMPLES: Final = 4


@dataclass(frozen=True, slots=True)
class ListedFace:
    """A person on the wall. faces: ids of faces that show them best, the chosen one first, as addresses write them."""

    id: UUID
    name: str
    is_hidden: bool
    is_ignored: bool
    photos: int
    face_count: int
    faces: list[str]


# Faces that show somebody are looked for of the people of the page alone, by an index: the chosen one, and the first of
# all others. {beyond}, {order}: see `_paged`.
_WALL: Final = """
    select w.*, array(
        select id::text from (
            (
                select f.id, f.is_trusted, f.size from faces_face f
                join albums_photo k on k.studio_id = f.studio_id and k.id = f.photo_id and k.trashed_at is null
                where f.studio_id = %(studio)s and f.id = w.thumbnail_id and f.person_id = w.id and not f.is_ignored
            ) union all (
                select f.id, f.is_trusted, f.size from faces_face f
                join albums_photo k on k.studio_id = f.studio_id and k.id = f.photo_id and k.trashed_at is null
                where f.studio_id = %(studio)s and f.person_id = w.id and not f.is_ignored
                    and f.id is distinct from w.thumbnail_id
                order by f.is_trusted desc, f.size desc, f.id limit %(samples)s
            )
        ) s
        order by s.id = w.thumbnail_id desc, s.is_trusted desc, s.size desc, s.id limit %(samples)s)
    from (
        select * from (
            select p.id, p.name, p.is_hidden, p.is_ignored, c.photos, c.faces,
                p.name = '' as is_unnamed, lower(p.name) as sorted, p.thumbnail_id
            from faces_person p
            join (
                select person_id, sum(photos) as photos, sum(faces) as faces
                from faces_personcount
                where studio_id = %(studio)s and (%(person)s::uuid is null or person_id = %(person)s)
                group by person_id having sum(faces) > 0
            ) c on c.person_id = p.id
            where p.studio_id = %(studio)s
                and (p.id = %(person)s or %(person)s::uuid is null and p.is_ignored = %(ignored)s)
                and (%(named)s::boolean is null or (p.name <> '') = %(named)s)
                and (%(query)s = '' or position(lower(%(query)s) in lower(p.name)) > 0)
        ) c
        where {beyond}
        order by {order}
        limit %(limit)s offset %(offset)s
    ) w
    order by {order}
"""
_WALL_ORDER: Final = ("is_unnamed", "sorted", "-photos", "id")
_WALL_TYPES: Final = ("boolean", "text", "bigint", "uuid")


def _paged(statement: str, order: Sequence[str], types: Sequence[str], place: list[Any] | None, back: bool) -> str:
    """A statement that begins behind a place in its order, or before it (`back`). The place: %(at0)s, ..."""
    beyond = "true"
    if place is not None:
        values = ", ".join(f"%(at{number})s::{kind}" for number, kind in enumerate(types))
        beyond = f"({', '.join(order)}) {'<' if back else '>'} ({values})"
    return statement.format(beyond=beyond, order=", ".join(f"{name}{' desc' if back else ''}" for name in order))


def _at(place: list[Any] | None) -> dict[str, Any]:
    return {f"at{number}": value for number, value in enumerate(place or ())}


@dataclass(frozen=True, slots=True)
class Wall:
    """A page of the wall. names: offered while somebody types.  doubts: how many questions wait."""

    people: list[ListedFace]
    names: list[str]
    doubts: int


def wall(studio_id: UUID, *, ignored: bool = False, query: str = "", limit: int = WALL, offset: int = 0) -> Wall:
    """The people of a studio: those with a name first, by name, then the unnamed groups, the largest first.

    One exchange.
    """
    asked = {"studio": studio_id, "ignored": ignored, "query": " ".join(query.split())}
    whole = _Asked(studio_id)
    rows, names, doubts = together(
        _asking_wall(None, False, limit, offset=offset, **asked), _NAMES.asked(whole), _DOUBTS.asked(whole)
    )
    return Wall([one for _, one in _listed(rows)], _once(names), _sum(doubts))


def wall_from(
    place: list[Any] | None,
    back: bool,
    most: int,
    *,
    studio_id: UUID,
    ignored: bool,
    named: bool | None,
    query: str,
) -> list[tuple[list[Any], ListedFace]]:
    """The same from a place on (see `web.keyset.page_of`)."""
    asked = {"studio": studio_id, "ignored": ignored, "named": named, "query": " ".join(query.split())}
    return _shown(place, back, most, **asked)


def shown(person: Person) -> ListedFace | None:
    """One person as the wall shows them, ignored or not; None if they are in no photo."""
    return next((one for _, one in _shown(None, False, 1, studio=person.studio_id, person=person.pk)), None)


def _shown(place: list[Any] | None, back: bool, most: int, **asked: Any) -> list[tuple[list[Any], ListedFace]]:
    [rows] = together(_asking_wall(place, back, most, **asked))
    return _listed(rows)


def _asking_wall(place: list[Any] | None, back: bool, most: int, **asked: Any) -> Asked:
    values = {"person": None, "ignored": None, "named": None, "query": "", "offset": 0, "samples": SAMPLES}
    statement = _paged(_WALL, _WALL_ORDER, _WALL_TYPES, place, back)
    return written(statement, values | asked | _at(place) | {"limit": most})


def _listed(rows: list[Any]) -> list[tuple[list[Any], ListedFace]]:
    return [
        ([unnamed, key, -photos, str(pk)], ListedFace(pk, name, hidden, ignored, photos, faces, samples))
        for pk, name, hidden, ignored, photos, faces, unnamed, key, _, samples in rows
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The person of a studio, or all of them."""

    studio: UUID
    person: UUID | None = None


def _person(asked: _Asked) -> QuerySet[Person]:
    return Person.objects.for_studio(asked.studio).filter(pk=asked.person)  # type: ignore[misc]  # the shape of a question


def _names(asked: _Asked) -> QuerySet[Any, str]:
    rows = Person.objects.for_studio(asked.studio).exclude(name="").order_by("name")
    return rows.values_list("name", flat=True)[:_OFFERED]


def _doubts(asked: _Asked) -> QuerySet[Any]:
    return _doubtful(asked.studio).order_by().values_list("studio").annotate(number=Count("pk"))


_PERSON: Final = Compiled(_person)
_NAMES: Final = Compiled(_names)
_DOUBTS: Final = Compiled(_doubts)


def person(studio_id: UUID, person_id: UUID) -> Person | None:
    """A person of the studio."""
    return next(iter(_PERSON(_Asked(studio_id, person_id))), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """A person in a photo. album_id: a gallery in which it lies, or None."""

    face_id: UUID
    photo_id: UUID
    album_id: UUID | None
    camera_name: str
    taken_at: datetime | None
    is_confirmed: bool


# Along the index of a person's faces by date: as many faces and photos are read as the page has. Galleries are looked
# for of the page alone. What triggers keep says the order; whether a face still shows the person says its own row.
_SEEN: Final = """
    select c.id, c.photo_id, (
            select q.album_id from albums_placement q
            join albums_album a on a.studio_id = q.studio_id and a.id = q.album_id and a.trashed_at is null
            where q.studio_id = %(studio)s and q.photo_id = c.photo_id and q.trashed_at is null
            order by q.id limit 1),
        c.camera_name, c.taken_at, c.is_confirmed, c.at::text as place
    from (
        select c.at, c.id, f.photo_id, f.is_confirmed, k.camera_name, k.taken_at
        from faces_appearance c
        join faces_face f on f.studio_id = c.studio_id and f.id = c.id and f.person_id = c.person_id
            and not f.is_ignored
        join albums_photo k on k.studio_id = f.studio_id and k.id = f.photo_id and k.trashed_at is null
        where c.studio_id = %(studio)s and c.person_id = %(person)s and {beyond}
        order by {order}
        limit %(limit)s offset %(offset)s
    ) c
    order by {order}
"""
_SEEN_ORDER: Final = ("c.at", "c.id")
_SEEN_TYPES: Final = ("timestamptz", "uuid")


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person with a page of their photos by date. names: offered while somebody types."""

    person: Person
    seen: list[Seen]
    relationships: list[Relationship]
    names: list[str]


def page_of_person(studio_id: UUID, person_id: UUID, *, limit: int = PHOTOS, offset: int = 0) -> PersonPage | None:
    """What the page of a person of the studio shows; None if there is nobody. One exchange."""
    whom = _Asked(studio_id, person_id)
    found, seen, kin, names = together(
        _PERSON.asked(whom),
        _asking_seen(None, False, limit, whom, offset),
        relationships.asking(studio_id, person_id),
        _NAMES.asked(_Asked(studio_id)),
    )
    return PersonPage(found[0], [one for _, one in _seen(seen)], kin, _once(names)) if found else None


def seen_from(place: list[Any] | None, back: bool, most: int, *, person: Person) -> list[tuple[list[Any], Seen]]:
    """A person's photos by date, from a place on (see `web.keyset.page_of`)."""
    [rows] = together(_asking_seen(place, back, most, _Asked(person.studio_id, person.pk)))
    return _seen(rows)


def _asking_seen(place: list[Any] | None, back: bool, most: int, whom: _Asked, offset: int = 0) -> Asked:
    asked: dict[str, Any] = {"studio": whom.studio, "person": whom.person, "limit": most, "offset": offset}
    return written(_paged(_SEEN, _SEEN_ORDER, _SEEN_TYPES, place, back), asked | _at(place))


def _seen(rows: list[Any]) -> list[tuple[list[Any], Seen]]:
    return [([at, str(face)], Seen(face, *rest)) for face, *rest, at in rows]


def age(birthday: date | None, on: date | None) -> int | None:
    """Whole years on that day; None where one of both is unknown, or before the birth."""
    if birthday is None or on is None or on < birthday:
        return None
    return on.year - birthday.year - ((on.month, on.day) < (birthday.month, birthday.day))


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question: is this face that person? evidence: the person's face that it resembles most."""

    face: Face
    person: Person
    evidence: Face
    distance: float


def next_doubt(studio_id: UUID) -> Doubt | None:
    """The most useful question: the nearest, and of two as near the one of the larger face."""
    faces = _doubtful(studio_id).select_related("suggested", "photo")
    face = faces.order_by("distance", "-size", "pk").first()
    if face is None or face.suggested is None:
        return None
    found = evidence(face, face.suggested)
    return None if found is None else Doubt(face, face.suggested, found[0], found[1])


def doubts(studio_id: UUID) -> int:
    """How many questions wait."""
    return _sum(_DOUBTS(_Asked(studio_id)))


def _once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _sum(numbers: list[tuple[UUID, int]]) -> int:
    return sum(number for _, number in numbers)


def _doubtful(studio_id: UUID) -> QuerySet[Face]:
    return Face.objects.for_studio(studio_id).filter(
        suggested__isnull=False, is_ignored=False, is_confirmed=False, photo__trashed_at__isnull=True
    )


_EVIDENCE: Final = """
    select o.id, o.embedding <-> f.embedding
    from faces_face f
    join faces_face o on o.studio_id = f.studio_id and o.person_id = %(person)s and o.id <> f.id
        and o.embedding is not null
    where f.studio_id = %(studio)s and f.id = %(face)s and f.embedding is not null
    order by not o.is_confirmed, 2, o.id limit 1
"""


def evidence(face: Face, person: Person) -> tuple[Face, float] | None:
    """The face of a person that speaks for it being them, and how far away it is; one that a human confirmed first."""
    with connection.cursor() as cursor:
        cursor.execute(_EVIDENCE, {"studio": face.studio_id, "person": person.pk, "face": face.pk})
        row = cursor.fetchone()
    if row is None:
        return None
    other = Face.objects.for_studio(face.studio_id).select_related("photo").defer("embedding").get(pk=row[0])
    return other, float(row[1])


def likeness(distance: float) -> str:
    """A distance in words."""
    if distance <= joining.JOIN:
        return "very alike"
    return "alike" if distance <= joining.SUGGEST else "not much alike"


def where(faces: list[Face]) -> dict[UUID, UUID]:
    """A gallery for each photo of these faces, in which members see it."""
    if not faces:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """select distinct on (q.photo_id) q.photo_id, q.album_id from albums_placement q
               join albums_album a on a.studio_id = q.studio_id and a.id = q.album_id and a.trashed_at is null
               where q.studio_id = %s and q.photo_id = any(%s) and q.trashed_at is null order by q.photo_id, q.id""",
            [faces[0].studio_id, [face.photo_id for face in faces]],
        )
        found: dict[UUID, UUID] = dict(cursor.fetchall())
        return found


def forget_counts(studio_id: UUID, *, people: Collection[UUID] = (), photos: Collection[UUID] = ()) -> None:
    """What guests see of these photos, or those of these people, may have changed: the next guest counts afresh.

    Where faces move between people, counts follow within the seconds that they are kept.
    """
    shown = Face.objects.for_studio(studio_id).filter(person_id__in=list(people)).values("photo_id")
    lying = Placement.objects.for_studio(studio_id).filter(Q(photo_id__in=shown) | Q(photo_id__in=list(photos)))
    for album_id in lying.order_by().values_list("album_id", flat=True).distinct():
        counts.forget(album_id)


def outlined(face: Face, albums: dict[UUID, UUID]) -> dict[str, Any]:
    """What a template needs to show the photo of a face with its outline: percentages of the picture."""
    box = {"left": face.x, "top": face.y, "width": face.width, "height": face.height}
    return {
        "face": face,
        "album_id": albums.get(face.photo_id),
        "box": {name: round(100 * value, 2) for name, value in box.items()},
    }
