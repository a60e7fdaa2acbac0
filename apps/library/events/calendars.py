"""Holidays of countries with their moving feasts, offline: python-holidays, and days that no law makes free."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from dateutil.easter import easter


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day with its names; the first is the one that is shown, English where there is one."""

    day: date
    names: tuple[str, ...]


def _after_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _sunday(month: int, number: int) -> Callable[[int], date]:
    """The nth Sunday of a month."""

    def find(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))

    return find


def _advent(year: int) -> date:
    """The fourth Sunday before Christmas Day."""
    christmas = date(year, 12, 25)
    return christmas - timedelta(days=christmas.isoweekday() + 21)


def _last_sunday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.isoweekday() % 7)


# What people celebrate though it is no holiday.
_KEPT: Final[tuple[tuple[tuple[str, str], Callable[[int], date]], ...]] = (
    (("Valentine's Day", "Valentinstag"), _fixed(2, 14)),
    (("Carnival Monday", "Rosenmontag"), _after_easter(-48)),
    (("Shrove Tuesday", "Faschingsdienstag"), _after_easter(-47)),
    (("Easter Sunday", "Ostersonntag"), _after_easter(0)),
    (("Mother's Day", "Muttertag"), _sunday(5, 2)),
    (("Halloween", "Halloween"), _fixed(10, 31)),
    (("First Sunday of Advent", "Erster Advent"), _advent),
    (("Christmas Eve", "Heiligabend"), _fixed(12, 24)),
    (("New Year's Eve", "Silvester"), _fixed(12, 31)),
)
# Mother's Day where it is not the second Sunday of May; on the British Isles the fourth Sunday of Lent.
_MOTHERS: Final = {
    **dict.fromkeys(("GB", "IE"), _after_easter(-21)),
    **dict.fromkeys(("FR", "SE", "MA", "TN", "DO"), _last_sunday_of_may),
    **dict.fromkeys(("ES", "PT", "HU", "RO", "LT"), _sunday(5, 1)),
    "NO": _sunday(2, 2),
    "PL": _fixed(5, 26),
}
ENGLISH: Final = "en_US"


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """Codes of the countries of which holidays are known, each with the codes of its parts."""
    import holidays

    return {code: tuple(parts) for code, parts in holidays.list_supported_countries(include_aliases=False).items()}


@cache
def _languages() -> dict[str, list[str]]:
    import holidays

    return dict(holidays.list_localized_countries(include_aliases=False))


@cache
def holidays_of(country: str, region: str, year: int) -> tuple[Holiday, ...]:
    """The holidays of a country (or its part) in a year, by day. Raises KeyError for what `countries` does not know."""
    if region and region not in countries()[country]:
        raise KeyError(region)
    found: dict[date, list[str]] = {}
    for day, name in [*_of_law(country, region, year), *_kept(country, year)]:
        names = found.setdefault(day, [])
        if name.casefold() not in {known.casefold() for known in names}:
            names.append(name)
    return tuple(Holiday(day, tuple(names)) for day, names in sorted(found.items()))


def _of_law(country: str, region: str, year: int) -> Iterable[tuple[date, str]]:
    # Imported when first needed: most processes never ask.
    import holidays

    known = _languages().get(country, [])
    native = [language for language in known if language.partition("_")[0] == _native(country)]
    for language in dict.fromkeys([*([ENGLISH] if ENGLISH in known else []), *native[:1]]) or [None]:
        options: dict[str, Any] = {"subdiv": region or None, "years": year, "observed": False, "language": language}
        for day, names in holidays.country_holidays(country, **options).items():
            for name in str(names).split("; "):
                yield day, name


@cache
def _native(country: str) -> str:
    import holidays

    language: str | None = holidays.country_holidays(country).default_language
    return (language or "").partition("_")[0]


def _kept(country: str, year: int) -> Iterable[tuple[date, str]]:
    for names, find in _KEPT:
        day = _MOTHERS.get(country, find)(year) if names[0] == "Mother's Day" else find(year)
        yield from ((day, name) for name in names)
