"""A studio of very many photos, each with a hash of its own; who looks like whom is asked and compared with a scan.

    python -m tests.bench.hashes COUNT        with the installation's environment

Rows are written in bulk: hashes at random, and beside each of some the same one with 0 to 7 other bits, and one with 8.
Prints one line of JSON: milliseconds of a lookup (median and 95th percentile), and of a scan of all hashes.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from statistics import median, quantiles
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection, connections  # noqa: E402

from apps.accounts.models import Studio  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402
from apps.albums.models import Photo  # noqa: E402
from apps.library.duplicates import lookup  # noqa: E402
from apps.media.fingerprint import as_signed  # noqa: E402
from tests.albums.bulk import copies  # noqa: E402
from tests.factories import BlobFactory, PhotoFactory, StudioFactory  # noqa: E402

SLICE = 50_000
#: Photos that are asked about; beside each lie eight that are near and one that is just too far.
ASKED = 200
_SCAN = """
    select p.id from albums_photo p
    where p.studio_id = %s and p.id <> %s and bit_count((p.phash # %s)::bit(64)) <= %s
"""


def main() -> None:
    """Make them, ask, and compare."""
    count, chance = int(sys.argv[1]), random.Random(24)
    studio = StudioFactory.create(name="Hashes", slug="hashes")
    photos = _fill(studio, count)
    asked = _plant(studio, photos, chance)
    _let_planner_know()
    scan = _compare(studio, asked[0])
    times = []
    for number, (photo_id, phash, near) in enumerate(asked):
        began = time.perf_counter()
        found = lookup.near(studio.pk, phash, but=photo_id)
        spent = 1000 * (time.perf_counter() - began)
        if not near <= {pk for pk, _ in found} or any(bits > lookup.RADIUS for _, bits in found):
            raise AssertionError("not those that are near")
        # The first ones read the indexes into memory.
        if number >= ASKED // 10:
            times.append(spent)
    print(json.dumps({"p50": median(times), "p95": quantiles(times, n=20)[-1], "scan": scan}))


def _fill(studio: Studio, count: int) -> list[UUID]:
    """Photos with a hash at random; some of their ids."""
    original = BlobFactory.create(studio=studio, size=1000)
    photo = PhotoFactory.create(studio=studio, original=original, phash=0)
    for first in range(1, count, SLICE):
        with acting_in(studio):
            last = min(count - 1, first + SLICE - 1)
            digest = f"md5('{studio.pk} ' || n) || md5('b ' || n)"
            copies(original, first, last, id=f"md5('{studio.pk} o ' || n)::uuid", sha256=digest, storage_key=digest)
            copies(
                photo, first, last, id=f"md5('{studio.pk} p ' || n)::uuid",
                original_id=f"md5('{studio.pk} o ' || n)::uuid",
                phash="('x' || substr(md5('h ' || n), 1, 16))::bit(64)::bigint",
            )  # fmt: skip
    with acting_in(studio):
        ids: list[UUID] = list(
            Photo.objects.for_studio(studio).order_by("pk").values_list("pk", flat=True)[: 20 * ASKED]
        )
    return ids


def _plant(studio: Studio, photos: list[UUID], chance: random.Random) -> list[tuple[UUID, int, set[UUID]]]:
    """Of each photo that is asked about its hash, and which others are near."""
    asked = []
    with acting_in(studio):
        mine, free = Photo.objects.for_studio(studio), iter(photos)
        for _ in range(ASKED):
            photo_id, bits = next(free), chance.getrandbits(64)
            mine.filter(pk=photo_id).update(phash=_signed(bits))
            near = set()
            for distance in range(lookup.RADIUS + 2):
                other = next(free)
                mine.filter(pk=other).update(phash=_signed(_flipped(bits, distance, chance)))
                near |= {other} if distance <= lookup.RADIUS else set()
            asked.append((photo_id, _signed(bits), near))
    return asked


def _signed(bits: int) -> int:
    return as_signed(f"{bits:016x}")


def _flipped(bits: int, distance: int, chance: random.Random) -> int:
    for place in chance.sample(range(64), distance):
        bits ^= 1 << place
    return bits


def _let_planner_know() -> None:
    """As the autovacuum does in the background."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze albums_photo")


def _compare(studio: Studio, asked: tuple[UUID, int, set[UUID]]) -> float:
    """Milliseconds of a scan of all hashes. Raises AssertionError unless the lookup finds the same."""
    photo_id, phash, _ = asked
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with across_studios(), connection.cursor() as cursor:
            cursor.execute(_SCAN, [studio.pk, photo_id, phash, lookup.RADIUS])
            scanned = {pk for (pk,) in cursor.fetchall()}
        times.append(1000 * (time.perf_counter() - began))
    if scanned != {pk for pk, _ in lookup.near(studio.pk, phash, but=photo_id)}:
        raise AssertionError("a scan finds others")
    return median(times)


if __name__ == "__main__":
    main()
