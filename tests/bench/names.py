"""People of a folder of pictures, one photo of each named, in a running installation.

    python -m tests.bench.names FOLDER DRAWS        with the installation's environment

The engine looks at each picture once. Each draw has a studio of its own, into which the faces come as the worker brings
them (`scanning.keep`): first a photo of each person, whose face is named as in the lightbox, then the others, shuffled.
Prints one line of JSON: faces that came unnamed in all draws, how many of them joined the right person and a wrong one,
the share of the draw with the fewest, and of the others how many are asked about with the right name and a wrong one.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from apps.accounts.models import Studio, User  # noqa: E402
from apps.accounts.tenancy import acting_in  # noqa: E402
from apps.albums.models import Photo  # noqa: E402
from apps.faces import consent, looking, people, scanning  # noqa: E402
from apps.faces.findings import Found  # noqa: E402
from apps.faces.models import Face, hold  # noqa: E402
from tests.albums.bulk import fill  # noqa: E402
from tests.bench.composed import who_is_in  # noqa: E402
from tests.factories import AlbumFactory, MembershipFactory, StudioFactory  # noqa: E402
from tests.installation import EMAIL  # noqa: E402

Pictures = dict[str, list[Found]]


def main() -> None:
    """Look at all pictures, draw, and add up."""
    folder, draws = Path(sys.argv[1]), int(sys.argv[2])
    pictures = {path.name: looking.find(path) for path in sorted(folder.iterdir()) if path.suffix in {".jpg", ".png"}}
    owner = User.objects.get(email=EMAIL)
    told = [_draw(pictures, owner, number) for number in range(draws)]
    total: Counter[str] = sum(told, Counter())
    print(
        json.dumps(
            {name: total[name] for name in ("faces", "joined", "wrong", "asked", "misasked")}
            | {"people": len(_alone(pictures)), "least": min(one["joined"] / one["faces"] for one in told)}
        )
    )


def _alone(pictures: Pictures) -> dict[str, list[str]]:
    """The pictures of each person alone, in which the engine found one face."""
    found = defaultdict(list)
    for name, faces in pictures.items():
        if len(who_is_in(name)) == len(faces) == 1:
            found[who_is_in(name)[0]].append(name)
    return found


def _draw(pictures: Pictures, owner: User, number: int) -> Counter[str]:
    chance = random.Random(number)
    studio = StudioFactory.create(name=f"Draw {number}", slug=f"draw-{number}")
    MembershipFactory.create(studio=studio, user=owner)
    album = AlbumFactory.create(studio=studio, title="All", state="live")
    fill(album, len(pictures))
    with acting_in(studio):
        consent.switch_on(studio, by=owner, agreed=True, in_all_galleries=True)
        photos = dict(zip(pictures, Photo.objects.for_studio(studio).order_by("pk"), strict=True))
    first = {person: chance.choice(names) for person, names in _alone(pictures).items()}
    for person, name in first.items():
        [face] = _come(studio, photos[name], pictures[name])
        with acting_in(studio):
            people.call(face, person, by=owner)
    others = sorted(set(pictures) - set(first.values()))
    chance.shuffle(others)
    truth: dict[UUID, str] = {}
    for name in others:
        came = _come(studio, photos[name], pictures[name])
        # A face more or less than there are people cannot be told from theirs.
        if len(came) == len(who_is_in(name)):
            truth |= {face.pk: person for face, person in zip(came, who_is_in(name), strict=True)}
    return _count(studio, truth)


def _come(studio: Studio, photo: Photo, found: list[Found]) -> list[Face]:
    """The faces of a photo as they are kept, from left to right."""
    with acting_in(studio):
        hold(studio)
        scanning.keep(photo, found)
        faces = Face.objects.for_studio(studio).filter(photo=photo).select_related("person").order_by("x")
        found_there = list(faces)
    for face in found_there:
        face.studio = studio
    return found_there


def _count(studio: Studio, truth: dict[UUID, str]) -> Counter[str]:
    counted: Counter[str] = Counter(faces=len(truth))
    with acting_in(studio):
        for face in Face.objects.for_studio(studio).filter(pk__in=truth).select_related("person", "suggested"):
            if face.person is not None and face.person.name:
                counted["joined" if face.person.name == truth[face.pk] else "wrong"] += 1
            elif face.suggested is not None:
                counted["asked" if face.suggested.name == truth[face.pk] else "misasked"] += 1
    return counted


if __name__ == "__main__":
    main()
