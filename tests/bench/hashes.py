"""A studio of very many photos, each with a hash of its own; who looks like whom is asked and compared with a scan.

    python -m tests.bench.hashes COUNT        with the installation's environment
    python -m tests.bench.hashes COUNT album  once that is done
    python -m tests.bench.hashes COUNT scan   once that is done

Rows are written in bulk: hashes at random, and beside each of some the same one with 0 to 7 other bits, and one with 8.
Prints one line of JSON: milliseconds of a lookup (median and 95th percentile), and of a scan of all hashes.

With `album`, a hundredth of the photos are put into an album; a tenth of these are copies of each other, with pixels.
With `scan`, the worker looks it through for duplicates. Prints seconds from asking to the end; raises unless the groups
are those pairs.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import time
from statistics import median, quantiles
from uuid import UUID

import django
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection, connections  # noqa: E402

from apps.accounts.models import Studio  # noqa: E402
from apps.accounts.tenancy import across_studios, acting_in  # noqa: E402
from apps.albums.models import Album, Photo  # noqa: E402
from apps.library.duplicates import lookup, scan  # noqa: E402
from apps.library.models import DuplicatePhoto  # noqa: E402
from apps.media.fingerprint import as_signed  # noqa: E402
from apps.media.storage import store  # noqa: E402
from tests.albums.bulk import copies  # noqa: E402
from tests.factories import (  # noqa: E402
    AlbumFactory,
    BlobFactory,
    PhotoFactory,
    PlacementFactory,
    RenditionFactory,
    StudioFactory,
    UserFactory,
    many_in,
)

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
    if sys.argv[2:]:
        print(json.dumps({"seconds": STEPS[sys.argv[2]](count // 100, chance)}))
        return
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


def _found(count: int) -> tuple[Studio, list[Photo], list[tuple[Photo, Photo]]]:
    """The studio, so many of its photos, and which of these are copies of each other."""
    with across_studios():
        studio = Studio.objects.get(slug="hashes")
    with acting_in(studio):
        # Behind those that are asked about, which have near ones beside them.
        rows = Photo.objects.for_studio(studio).order_by("-pk")[:count]
        photos = list(rows.select_related("original"))
    return studio, photos, list(zip(photos[: count // 20], photos[count // 20 : count // 10], strict=True))


def _make_album(count: int, chance: random.Random) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    studio, photos, pairs = _found(count)
    place = PlacementFactory.create(album=AlbumFactory.create(studio=studio), photo=photos[0])
    with acting_in(studio):
        ids = ",".join(str(photo.pk) for photo in photos)
        copies(
            place, 2, count, id="gen_random_uuid()", photo_id=f"('{{{ids}}}'::uuid[])[n.n]",
            sort_key="lpad(n.n::text, 20, '0')", manual_key="lpad(n.n::text, 20, '0')",
        )  # fmt: skip
    with many_in(studio):
        for one, other in pairs:
            _show_the_same(studio, one, other, chance)
    _let_planner_know()
    return time.perf_counter() - began


def _look_through(count: int, chance: random.Random) -> float:
    """Seconds until the worker has looked for duplicates of so many photos."""
    studio, _, pairs = _found(count)
    user = UserFactory.create()
    began = time.perf_counter()
    with acting_in(studio):
        task = scan.begin(studio, by=user, album=Album.objects.for_studio(studio).get())
    while task.is_active:
        time.sleep(0.2)
        with acting_in(studio):
            task.refresh_from_db()
    spent = time.perf_counter() - began
    with acting_in(studio):
        found: dict[UUID, set[UUID]] = {}
        for group, photo in DuplicatePhoto.objects.for_studio(studio).values_list("group_id", "photo_id"):
            found.setdefault(group, set()).add(photo)
    expected = {frozenset((one.pk, other.pk)) for one, other in pairs}
    if task.state != "done" or {frozenset(group) for group in found.values()} != expected:
        raise AssertionError(f"{task.state}: {len(found)} groups, not the {len(expected)} that are there")
    return spent


def _show_the_same(studio: Studio, one: Photo, other: Photo, chance: random.Random) -> None:
    """Give two photos one picture, the second time smaller and coded anew, and hashes that differ in a few bits."""
    patches = Image.frombytes("RGB", (9, 6), chance.randbytes(9 * 6 * 3))
    for photo, side, quality in ((one, 400, 90), (other, 360, 60)):
        encoded = io.BytesIO()
        patches.resize((side, side * 2 // 3), Image.Resampling.BICUBIC).save(encoded, "WEBP", quality=quality)
        tile = RenditionFactory.create(source=photo.original).blob
        path = store().local_path(tile.storage_key)
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded.getvalue())
    bits = _flipped((one.phash or 0) & (2**64 - 1), chance.randrange(1, 5), chance)
    Photo.objects.for_studio(studio).filter(pk=other.pk).update(phash=_signed(bits))


def _signed(bits: int) -> int:
    return as_signed(f"{bits:016x}")


def _flipped(bits: int, distance: int, chance: random.Random) -> int:
    for place in chance.sample(range(64), distance):
        bits ^= 1 << place
    return bits


def _let_planner_know() -> None:
    """As the autovacuum does in the background."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze) albums_photo")


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


STEPS = {"album": _make_album, "scan": _look_through}

if __name__ == "__main__":
    main()
