"""Where a point on earth is: the nearest inhabited places, out of a table that every process shares.

Places are GeoNames' (data/README.md). They are loaded by whoever needs them first, once for the installation.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import across_studios
from apps.library.folding import fold
from apps.library.places.countries import DATA, names

# Beyond these a point is in no city, in no country: the open sea, the desert.
CITY_KM: Final = 50
COUNTRY_KM: Final = 150
# What a dense city has on a square kilometre: a city reaches as far as the circle that its people fill. The city whose
# circle a point is deepest in (its power distance: Aurenhammer, "Power diagrams", 1987) is the one that people name,
# so that a photo in a quarter of Paris is in Paris, and one in the town beside it is in that town.
PEOPLE_PER_KM2: Final = 10_000
SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """What is at a point. country: its code.  city: "" if none is near; both "" in the open sea."""

    country: str = ""
    city: str = ""

    @property
    def words(self) -> str:
        """ "Hallstatt, Austria"."""
        return ", ".join(part for part in (self.city, names().get(self.country, "")) if part)


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A place that was searched for. Degrees."""

    name: str
    country: str
    latitude: float
    longitude: float


_SPOTS: Final = """
    with asked as (select * from unnest(%(ids)s::uuid[], %(lats)s::float8[], %(lons)s::float8[]) as p (id, lat, lon)),
    near as (
        select a.id, g.country, g.name, g.population, library_km(a.lat, a.lon, g.latitude, g.longitude) as km
        from asked a cross join lateral library_boxes(a.lat, a.lon, %(within)s) as b (area)
        join library_geoname g on point(g.longitude, g.latitude) <@ b.area
    ),
    nearest as (
        select distinct on (id) id, country from near where km <= %(within)s order by id, km
    )
    select n.id, n.country, coalesce((
        select c.name from near c where c.id = n.id and c.country = n.country and c.km <= %(city)s
        order by c.km * c.km - c.population / (pi() * %(people)s), c.km limit 1
    ), '')
    from nearest n
"""


def spots(points: Sequence[tuple[UUID, float, float]]) -> dict[UUID, Spot]:
    """What is at each of some points: (id, latitude, longitude in degrees). Two queries at most."""
    ensure_loaded()
    found = _spots(points, CITY_KM)
    found |= _spots([point for point in points if point[0] not in found], COUNTRY_KM)
    return {pk: found.get(pk, Spot()) for pk, _, _ in points}


def spot(latitude: float, longitude: float) -> Spot:
    """What is at one point, in degrees."""
    one = UUID(int=0)
    return spots([(one, latitude, longitude)])[one]


def _spots(points: Sequence[tuple[UUID, float, float]], within: int) -> dict[UUID, Spot]:
    if not points:
        return {}
    ids, lats, lons = (list(column) for column in zip(*points, strict=True))
    values: dict[str, Any] = {
        "ids": ids,
        "lats": lats,
        "lons": lons,
        "within": within,
        "city": CITY_KM,
        "people": PEOPLE_PER_KM2,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPOTS, values)
        return {pk: Spot(country, city) for pk, country, city in cursor.fetchall()}


_SEARCH: Final = """
    select name, country, latitude, longitude from library_geoname
    where folded like %(begins)s order by folded <> %(whole)s, population desc limit %(most)s
"""


def search(text: str, most: int = 8) -> list[PlaceHit]:
    """Places whose name begins so, the very name first, then the larger ones; nothing for less than two letters."""
    whole = fold(" ".join(text.split()))
    if len(whole) < SHORTEST:
        return []
    ensure_loaded()
    begins = whole.replace("\\", "").replace("%", "").replace("_", "") + "%"
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, {"begins": begins, "whole": whole, "most": most})
        return [PlaceHit(*row) for row in cursor.fetchall()]


# -- loading -----------------------------------------------------------------------------------------


def ensure_loaded() -> None:
    """Fill the table if nobody has. Of several who find it empty at one moment one fills it, the others wait."""
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from library_geoname)")
        if cursor.fetchone()[0]:
            return
    with across_studios(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('library_geoname', 7))")
        cursor.execute("select exists (select from library_geoname)")
        if cursor.fetchone()[0]:
            return
        into = "copy library_geoname (country, latitude, longitude, population, name, folded) from stdin"
        with cursor.copy(into) as copy:
            for row in _rows():
                copy.write_row(row)


def _rows() -> Iterator[tuple[str, float, float, int, str, str]]:
    with lzma.open(DATA / "places.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            country, latitude, longitude, population, name = line.rstrip("\n").split("\t")
            yield country, float(latitude), float(longitude), int(population), name, fold(name)
