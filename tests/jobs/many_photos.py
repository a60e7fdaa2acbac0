"""A gallery of very many photos in a running installation, and what became of it.

    python -m tests.jobs.many_photos make SLUG TITLE COUNT     with the installation's environment
    python -m tests.jobs.many_photos look SLUG TITLE

`make` adds the gallery, whose rows are copied inside the database, to the studio; both print one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from apps.accounts.models import JournalEntry, JournalSubject, Studio  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402
from apps.albums.models import Album, Placement  # noqa: E402
from tests.albums import bulk  # noqa: E402
from tests.factories import AlbumFactory, SectionFactory  # noqa: E402


def make(studio: Studio, title: str, count: int) -> dict[str, Any]:
    """Ids of the gallery and of its empty second section, and of all photos, which lie in the first."""
    # The planner hears of them from the autovacuum.
    bulk.MANY = count + 1
    album = AlbumFactory.create(studio=studio, title=title, slug=title.lower())
    target = SectionFactory.create(album=album, rank=2, title="Moved")
    SectionFactory.create(album=album, rank=1, title="All")
    bulk.fill(album, count, sections=(1,))
    with acting_in(studio):
        photos = Placement.objects.for_studio(studio).filter(album=album).values_list("photo_id", flat=True)
        return {"album": str(album.pk), "section": str(target.pk), "photos": [str(pk) for pk in photos]}


def look(studio: Studio, title: str) -> dict[str, Any]:
    """How many photos lie under each heading, and how often the journal says of how many that they were moved."""
    with acting_in(studio):
        album = Album.objects.for_studio(studio).get(title=title)
        moves = JournalEntry.objects.for_studio(studio).filter(verb="photos.moved", subject_id=album.pk)
        moved = list(JournalSubject.objects.for_studio(studio).filter(entry__in=moves).values_list("thing", flat=True))
        return {
            "under": Counter(album.placements.values_list("section__title", flat=True)),
            "moves": len([pk for pk in moved if pk != album.pk]),
            "moved": len({pk for pk in moved if pk != album.pk}),
        }


def main() -> None:
    deed, slug, title, *count = sys.argv[1:]
    with across_studios():
        studio = Studio.objects.get(slug=slug)
    print(json.dumps(make(studio, title, int(count[0])) if deed == "make" else look(studio, title)))


if __name__ == "__main__":
    main()
