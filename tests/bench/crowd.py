"""A studio with very many people, in a running installation.

    python -m tests.bench.crowd OWNER PICTURE SELFIES       with the installation's environment; OWNER is an e-mail

Rows are written in bulk, the numbers of the faces drawn around a point of each person as tests/faces/makers.py does;
those of whoever is in PICTURE are real, so that a selfie finds them. SELFIES: how many links to find oneself by.
Prints one line of JSON, a `Crowd`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connections  # noqa: E402

from apps.accounts.models import Studio, User  # noqa: E402
from apps.accounts.tenancy import acting_in  # noqa: E402
from apps.albums.models import Album, Placement  # noqa: E402
from apps.faces import consent, counting, looking  # noqa: E402
from apps.faces.models import Face, Person  # noqa: E402
from apps.sharing.links import lifecycle  # noqa: E402
from apps.sharing.models import ShowsPeople  # noqa: E402
from tests.albums.bulk import fill  # noqa: E402
from tests.bench.row21_people import FACES, NAMED, PHOTOS, SHOWN, UNNAMED, Crowd  # noqa: E402
from tests.faces.makers import embedding  # noqa: E402
from tests.factories import AlbumFactory, MembershipFactory, StudioFactory  # noqa: E402

PLACE = {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1, "score": 0.9, "size": 120.0, "sharpness": 4.0}


def main() -> None:
    """Make it, and tell the planner as the autovacuum would by and by."""
    email, picture, selfies = sys.argv[1:]
    owner = User.objects.get(email=email)
    studio = StudioFactory.create(name="Crowd", slug="crowd")
    MembershipFactory.create(studio=studio, user=owner)
    album = AlbumFactory.create(studio=studio, title="Crowd", state="live")
    fill(album, PHOTOS)
    [real] = looking.find(Path(picture))[:1]
    assert real.embedding is not None
    with acting_in(studio):
        consent.switch_on(studio, by=owner, agreed=True, in_all_galleries=True)
        photos = list(Placement.objects.for_studio(studio).filter(album=album).values_list("photo_id", flat=True))
        people = _people(studio)
        Face.objects.for_studio(studio).bulk_create(_faces(studio, people, photos, list(real.embedding)), 1_000)
        crowd = Crowd(
            str(people[0].pk), _link(album, owner, ShowsPeople.NAMES), _link(album, owner, ShowsPeople.OFF),
            [_link(album, owner, ShowsPeople.OFF, may_find=True) for _ in range(int(selfies))],
        )  # fmt: skip
    # As the next minute does.
    counting.fold()
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")
    print(json.dumps(asdict(crowd)))


def _people(studio: Studio) -> list[Person]:
    named = [Person(studio=studio, name=f"Guest {number:04}", is_settled=True) for number in range(NAMED)]
    unnamed = [Person(studio=studio) for _ in range(UNNAMED)]
    return Person.objects.for_studio(studio).bulk_create([*named, *unnamed], 1_000)


def _faces(studio: Studio, people: list[Person], photos: list[UUID], real: list[float]) -> Iterator[Face]:
    """The first person is in `SHOWN` photos, whoever holds up the picture is the second one; all others share."""
    looks = np.array([embedding(number) for number in range(200)])
    noise = np.random.default_rng(3)
    for number in range(FACES):
        who = 0 if number < SHOWN else 1 + number % (len(people) - 1)
        vector = looks[who % len(looks)] + noise.normal(scale=0.01, size=128)
        if SHOWN <= number < SHOWN + 20:
            who, vector = 1, np.array(real) + noise.normal(scale=0.001, size=128)
        photo_id = photos[(number * 7) % len(photos)]
        yield Face(
            studio=studio, photo_id=photo_id, person=people[who], embedding=[round(float(one), 5) for one in vector],
            is_trusted=True, **PLACE,
        )  # fmt: skip


def _link(album: Album, owner: User, people: str, *, may_find: bool = False) -> str:
    _row, token = lifecycle.create(album, by=owner, label="Crowd", people=people, may_find=may_find)
    return str(token)


if __name__ == "__main__":
    main()
