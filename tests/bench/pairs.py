"""Pairs of filters, as they are typed into the library, which a studio of any size answers at once."""

from __future__ import annotations

import json
import os
import sys
from typing import Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection  # noqa: E402

from apps.accounts.models import Studio  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402

#: {person}: id of somebody in many photos.  {album}: title of a gallery.
PAIRS: Final = (
    'camera:"Canon EOS R6" rating:>=4',
    "camera:hasselblad rating:5",
    'camera:r6 lens:"RF 50"',
    'lens:"FE 85" label:red',
    "label:red flag:pick",
    "flag:reject rating:5",
    "rating:5 label:purple",
    "keyword:wedding rating:>=4",
    'keyword:"solar eclipse" camera:r5',
    "keyword:dog city:Wien",
    "country:AT rating:5",
    "city:Graz flag:pick",
    "iso:>6400 aperture:<1.3",
    "iso:12800 focal_length:200",
    "exposure:1/4000 rating:5",
    "2018-05 rating:>=4",
    "2015 camera:iphone",
    'photographer:"Ada Berg" label:green',
    "person:{person} rating:>=4",
    "person:{person} 2016",
    'album:"{album}" flag:pick',
    'section:"Part 2" rating:5',
    "kind:video rating:5",
    "kind:raw label:blue",
    "tier:gold flag:pick",
    "tier:silver label:blue",
    "tier:bronze rating:>=3",
    "stack:burst flag:pick",
    "stack:burst kind:raw",
    "kind:image label:purple",
    "has_gps:no camera:leica",
    "problem:yes rating:>=3",
    "problem:no flag:pick",
    'photographer:"Bo Lind" tier:gold',
    "orientation:portrait label:yellow",
    "within:16.2,48.1,16.6,48.3 rating:5",
    "camera:nokia rating:5",
    # Both of many photos, together of none.
    'camera:hasselblad photographer:"Cy Roth"',
    "favourite:yes rating:5",
    "people_count:>=2 flag:pick",
    'event:"Event 7" rating:>=3',
    'place:Graz keyword:"solar eclipse"',
)
#: A word, a person and a date.
SEARCHES: Final = tuple(
    f"{word} person:{{person}} {day}"
    for word in ("wedding", "garden", "graz", "canon", "eclipse")
    for day in ("2016", "2018-05", "summer 2019", "2021")
)


def filled(studio: Studio, asked: tuple[str, ...] = PAIRS) -> list[str]:
    """The same with a person and a gallery of a studio."""
    with acting_in(studio), connection.cursor() as cursor:
        cursor.execute(_PERSON, [studio.pk])
        (person,) = cursor.fetchone()
        cursor.execute(_ALBUM, [studio.pk])
        (album,) = cursor.fetchone()
    return [one.format(person=person, album=album) for one in asked]


_PERSON: Final = """
    select person_id from faces_personcount where studio_id = %s group by person_id order by sum(photos) desc limit 1
"""
_ALBUM: Final = "select title from albums_album where studio_id = %s order by slug limit 1"


def main() -> None:
    """python -m tests.bench.pairs SLUG: what is asked of this studio, as JSON."""
    with across_studios():
        studio = Studio.objects.get(slug=sys.argv[1])
    print(json.dumps({"pairs": filled(studio), "searches": filled(studio, SEARCHES)}))


if __name__ == "__main__":
    main()
