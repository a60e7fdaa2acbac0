"""Which photos of a studio look like one, by the perceptual hash: exact within a Hamming radius, in milliseconds.

Multi-index hashing (Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR 2012):
the 64 bits are cut into four bands of 16, each with a btree on (studio, band). If two hashes differ in at most 7 bits,
some band differs in at most one (7 < 4 * 2), so to look up the 17 values of each band within one bit finds all of them.
Of a million hashes that is 68 probes of about 15 rows each, where a scan reads a million. What the probes find is
counted exactly, so nothing is found that is further away. The indexes carry hash and id, so that counting needs none of
the thousand photos themselves, which lie all over the table.
"""

from __future__ import annotations

from collections.abc import Collection
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


def _band(column: str, number: int) -> str:
    """A band of a hash, written as its index is: else the index is not used."""
    return f"({column} >> {_WIDTH * number}) & {_MASK}" if number else f"{column} & {_MASK}"


def _probes(number: int) -> str:
    """The values of a band of the hash `h` that differ in at most one bit."""
    return f"array(select ({_band('h.phash', number)}) # bit from unnest(%(bits)s::bigint[]) bit) as band{number}"


def _by_band(number: int) -> str:
    """What differs from `asked` in at most one bit of this band, and in few enough in all."""
    return f"""
        select p.id, p.phash
        from albums_photo p
        where p.studio_id = %(studio)s and p.trashed_at is null and p.state = 'ready'
            and p.phash is not null and p.kind <> 'video'
            and ({_band("p.phash", number)}) = any(asked.band{number})
            and bit_count((p.phash # asked.phash)::bit(64)) <= %(within)s"""


# `offset 0`: the probes are worked out once for a hash, not where each band compares.
_NEAR: Final = f"""
    select asked.phash, near.id, near.bits
    from unnest(%(hashes)s::bigint[]) as h (phash)
    cross join lateral (select h.phash, {", ".join(_probes(number) for number in range(BANDS))} offset 0) asked
    cross join lateral (
        select distinct found.id, bit_count((found.phash # asked.phash)::bit(64)) as bits
        from ({" union all ".join(_by_band(number) for number in range(BANDS))}) found
        order by bits, found.id
        limit %(most)s
    ) near
    order by near.bits, near.id
"""
_ONE_BIT: Final = [0, *(1 << bit for bit in range(_WIDTH))]


def near(studio_id: UUID, phash: int, *, but: UUID, within: int = RADIUS) -> list[tuple[UUID, int]]:
    """Ready photos whose hash differs in at most `within` bits, and in how many; the nearest first, at most `MOST`.

    phash: signed, as rows hold it.  but: the photo that asks.  Raises ValueError beyond `RADIUS`: it would miss some.
    """
    return others(all_near(studio_id, [phash], within=within)[phash], but)


def all_near(studio_id: UUID, hashes: Collection[int], *, within: int = RADIUS) -> dict[int, list[tuple[UUID, int]]]:
    """For each of these hashes what `near` finds, and one more: whoever asks is among them. One statement.

    Raises ValueError as `near` does.
    """
    if not 0 <= within <= RADIUS:
        raise ValueError(f"exact within 0 to {RADIUS} bits")
    found: dict[int, list[tuple[UUID, int]]] = {phash: [] for phash in hashes}
    # Before a policy no index of expressions is used: the question names the studio itself and brings ids only.
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(
            _NEAR,
            {"studio": studio_id, "hashes": list(found), "bits": _ONE_BIT, "within": within, "most": MOST + 1},
        )
        for phash, photo_id, bits in cursor:
            found[phash].append((photo_id, bits))
    return found


def others(found: list[tuple[UUID, int]], but: UUID) -> list[tuple[UUID, int]]:
    """What was found of a hash, at most `MOST`, without the photo that asks."""
    return [row for row in found if row[0] != but][:MOST]
