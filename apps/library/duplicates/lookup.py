"""Which photos of a studio look like one, by the perceptual hash: exact within a Hamming radius, in milliseconds.

Multi-index hashing (Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR 2012):
the 64 bits are cut into four bands of 16, each with a btree on (studio, band). If two hashes differ in at most 7 bits,
some band differs in at most one (7 < 4 * 2), so to look up the 17 values of each band within one bit finds all of them.
Of a million hashes that is 68 probes of about 15 rows each, where a scan reads a million. What the probes find is
counted exactly, so nothing is found that is further away.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import across_studios

#: Bits that may differ. Recompressed, resized, slightly cropped or marked copies differ in up to 4 of 64, so there is
#: room; what else comes as near is told apart by its pixels.
RADIUS: Final = 7
BANDS: Final = 4
_WIDTH: Final = 64 // BANDS
_MASK: Final = (1 << _WIDTH) - 1
#: Of a picture that is nearly one colour there may be thousands, and they are no duplicates of each other.
MOST: Final = 500

_NEAR: Final = """
    select p.id, bit_count((p.phash # %(phash)s)::bit(64)) as bits
    from albums_photo p
    where p.studio_id = %(studio)s and p.id <> %(photo)s and p.trashed_at is null and p.state = 'ready'
        and p.phash is not null and p.kind <> 'video'
        and (
            (p.phash & 65535) = any(%(band0)s::bigint[])
            or ((p.phash >> 16) & 65535) = any(%(band1)s::bigint[])
            or ((p.phash >> 32) & 65535) = any(%(band2)s::bigint[])
            or ((p.phash >> 48) & 65535) = any(%(band3)s::bigint[])
        )
        and bit_count((p.phash # %(phash)s)::bit(64)) <= %(within)s
    order by bits, p.id
    limit %(most)s
"""


def near(studio_id: UUID, phash: int, *, but: UUID, within: int = RADIUS) -> list[tuple[UUID, int]]:
    """Ready photos whose hash differs in at most `within` bits, and in how many; the nearest first, at most `MOST`.

    phash: signed, as rows hold it.  but: the photo that asks.  Raises ValueError beyond `RADIUS`: it would miss some.
    """
    if not 0 <= within <= RADIUS:
        raise ValueError(f"exact within 0 to {RADIUS} bits")
    bands = {f"band{number}": probes for number, probes in enumerate(_probes(phash))}
    # Before a policy no index of expressions is used: the question names the studio itself and brings ids only.
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(
            _NEAR, {"studio": studio_id, "photo": but, "phash": phash, "within": within, "most": MOST, **bands}
        )
        return list(cursor.fetchall())


def _probes(phash: int) -> list[list[int]]:
    """For each band, from the lowest bits on, its value and those one bit away."""
    bands = [(phash >> (_WIDTH * number)) & _MASK for number in range(BANDS)]
    return [[band, *(band ^ (1 << bit) for bit in range(_WIDTH))] for band in bands]
