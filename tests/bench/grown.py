"""Studios with an album of very many photos each, in a running installation.

    python -m tests.bench.grown OWNER COUNT ...       with the installation's environment; OWNER is an e-mail address

Rows are copied inside the database. In each album some photos really lie there: `PICKS` spread over it, and the
`PICKS` of a section of their own. Prints one line of JSON for each count.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from dataclasses import asdict
from hashlib import sha256

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connections  # noqa: E402

from apps.accounts.models import User  # noqa: E402
from apps.accounts.tenancy import acting_in  # noqa: E402
from apps.albums.models import Placement  # noqa: E402
from apps.media import cas  # noqa: E402
from apps.media.models import Blob  # noqa: E402
from apps.media.storage import store  # noqa: E402
from apps.sharing.links import lifecycle  # noqa: E402
from tests.albums.bulk import fill  # noqa: E402
from tests.bench.row18_growth import PICKS, Grown  # noqa: E402
from tests.factories import AlbumFactory, MembershipFactory, SectionFactory, StudioFactory  # noqa: E402

SECTIONS = 4


def main() -> None:
    """Make them, and tell the planner as the autovacuum would by and by."""
    email, *counts = sys.argv[1:]
    owner = User.objects.get(email=email)
    grown = [_grow(owner, int(count)) for count in counts]
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")
    for one in grown:
        print(json.dumps(asdict(one)))


def _grow(owner: User, count: int) -> Grown:
    studio = StudioFactory.create(name=f"{count} photos", slug=f"grown-{count}")
    MembershipFactory.create(studio=studio, user=owner)
    album = AlbumFactory.create(studio=studio, title=f"{count} photos")
    for rank in range(1, SECTIONS + 2):
        SectionFactory.create(album=album, title=f"Section {rank}", rank=rank)
    fill(album, count, sections=range(1, SECTIONS + 1))
    with acting_in(studio):
        places = Placement.objects.for_studio(studio).filter(album=album)
        keys = [f"{count * number // (2 * PICKS) + 1:020}" for number in range(2 * PICKS)]
        chosen = list(places.filter(sort_key__in=keys).select_related("photo__original").order_by("sort_key"))
        for place in chosen:
            store_bytes(place.photo.original)
        apart = album.sections.get(rank=SECTIONS + 1)
        places.filter(pk__in=[place.pk for place in chosen[::2]]).update(section=apart, section_rank=apart.rank)
        _link, token = lifecycle.create(album, by=owner, label="Row", download="original", may_favourite=True)
    picks = [str(place.photo_id) for place in chosen[1::2]]
    return Grown(count, studio.slug, str(album.pk), token, str(apart.pk), picks)


def store_bytes(blob: Blob) -> None:
    """Give a row its bytes."""
    data = f"photo {blob.pk} ".encode() * 20
    digest = sha256(data).hexdigest()
    key = cas.storage_key(blob.studio_id, digest, blob.pk)
    path = store().local_path(key)
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    row = Blob.objects.for_studio(blob.studio_id).filter(pk=blob.pk)
    row.update(sha256=digest, size=len(data), crc32=zlib.crc32(data), storage_key=key)


if __name__ == "__main__":
    main()
