"""Days as people name them, in numbers and in English and German words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from apps.library.folding import words_of

_FIRST_YEAR, _LAST_YEAR = 1826, 2199
_NUMBERS = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_MONTH_OF_YEAR = re.compile(r"(\d{1,2})[/.](\d{4})")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_DECADE = re.compile(r"(\d{2})?(\d)0(?:s|er)")
# As POSIX reads `%y`: 69 is 1969, 68 is 2068.
_PIVOT = 69

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH_WORDS = {
    word: number
    for number, words in enumerate(
        ("january jan januar", "february feb februar", "march mar marz", "april apr", "may mai", "june jun juni",
         "july jul juli", "august aug", "september sep sept", "october oct oktober okt", "november nov",
         "december dec dezember dez"), 1,
    )
    for word in words.split()
}  # fmt: skip
_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        ("monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag", "friday freitag",
         "saturday samstag sonnabend", "sunday sonntag")
    )
    for word in words.split()
}  # fmt: skip
# First month of the meteorological seasons of the north; winter ends in the year after.
_SEASONS = {
    **dict.fromkeys(("spring", "fruhling", "fruhjahr"), 3),
    **dict.fromkeys(("summer", "sommer"), 6),
    **dict.fromkeys(("autumn", "fall", "herbst"), 9),
    "winter": 12,
}
_LAST = {"last", "letzter", "letzten", "letzte", "letztes", "letztem", "vergangener", "vergangenen", "vorigen"}
_THIS = {"this", "dieser", "diesen", "diese", "dieses", "diesem"}
# Words that may stand before a date and add nothing.
_FILLERS = {"in", "im", "on", "am", "of", "the", "der", "den", "die"}
# Before a date, the operator that makes a span of it which is open on one side.
_BOUNDS = {
    **dict.fromkeys(("since", "seit", "ab"), "gte"),
    **dict.fromkeys(("before", "vor"), "lt"),
    **dict.fromkeys(("after", "nach"), "gt"),
    **dict.fromkeys(("until", "till", "bis"), "lte"),
}
_SPANS = {"between": {"and"}, "zwischen": {"und"}, "from": {"to", "until", "till"}, "von": {"bis"}, "": {"to", "bis"}}
_UNITS = {
    **dict.fromkeys(("day", "days", "tag", "tage", "tagen"), "day"),
    **dict.fromkeys(("week", "weeks", "woche", "wochen"), "week"),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten"), "month"),
    **dict.fromkeys(("year", "years", "jahr", "jahre", "jahren"), "year"),
}
_PAST = _LAST | {"past", "letzte", "vergangene", "vergangenen"}
_NAMED_DAYS = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1, "vorgestern": 2}
_NEAR_UNITS = {"weekend", "wochenende"}
_WORDS = frozenset(
    {*_MONTH_WORDS, *_WEEKDAYS, *_SEASONS, *_LAST, *_THIS, *_PAST, *_FILLERS, *_BOUNDS, *_SPANS, *_UNITS, *_NAMED_DAYS}
    | _NEAR_UNITS
    | {"ago"}
    | set().union(*_SPANS.values())
)
# The most words that a date has, as "between the 3rd of may 2024 and 6 june 2024".
LONGEST = 10


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days, both ends included."""

    first: date
    last: date

    @property
    def text(self) -> str:
        """As it stands in an address: 2024, 2024-05, 2024-05-04 or 2024-05-04..2024-06-01."""
        if self == _year(self.first.year):
            return f"{self.first.year:04}"
        if self == _month(self.first.year, self.first.month):
            return f"{self.first:%Y-%m}"
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @property
    def words(self) -> str:
        """As people read it: 2024, May 2024, 4 May 2024."""
        if self == _year(self.first.year):
            return str(self.first.year)
        if self == _month(self.first.year, self.first.month):
            return f"{MONTHS[self.first.month - 1]} {self.first.year}"
        if self.first == self.last:
            return _day(self.first)
        return f"{_day(self.first)} to {_day(self.last)}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _year(year: int) -> Days:
    return Days(date(year, 1, 1), date(year, 12, 31))


def _month(year: int, month: int) -> Days:
    first = date(year, month, 1)
    return Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def of_numbers(text: str) -> Days | None:
    """2024, 2024-05, 2024-05-04, 4.5.2024, 4.5.24, 5/2024 or two with ".." between; None for anything else."""
    start, between, end = text.partition("..")
    first, last = _one(start), _one(end) if between else None
    if first is None or (between and last is None):
        return None
    found = Days(first.first, last.last) if last else first
    return found if found.first <= found.last else None


def _one(text: str) -> Days | None:
    if match := _GERMAN.fullmatch(text):
        year, month, day = _full_year(match[3]), int(match[2]), int(match[1])
    elif match := _MONTH_OF_YEAR.fullmatch(text):
        year, month, day = int(match[2]), int(match[1]), 0
        if not month:
            return None
    elif match := _NUMBERS.fullmatch(text):
        year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    else:
        return None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        if day:
            return Days(date(year, month, day), date(year, month, day))
        return _month(year, month) if month else _year(year)
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= _PIVOT else 2000)


def may_belong(word: str) -> bool:
    """False for a word that stands in no date."""
    return any(letter.isdigit() for letter in word) or _WORDS.issuperset(words_of(word))


def doubt(said: Sequence[str]) -> str:
    """Why what looks like a day is none, as a sentence; "" for what does not look like one, and for days."""
    if len(said) == 1 and (match := _SLASHES.fullmatch(said[0])):
        year = _full_year(match[3])
        return f"Write the day as {year}-{int(match[1]):02}-{int(match[2]):02}: the year, the month and the day."
    folded = [part for word in said for part in words_of(word) if part not in _FILLERS]
    months = [part for part in folded if part in _MONTH_WORDS]
    numbers = [number for part in folded if (number := _ordinal(part)) is not None]
    is_worded = len(months) == 1 and len(numbers) == 2 == len(folded) - 1
    is_worded &= min(numbers, default=0) in range(1, 32) and max(numbers, default=0) >= _FIRST_YEAR
    numbered = len(said) == 1 and (_GERMAN.fullmatch(said[0]) or ((found := _NUMBERS.fullmatch(said[0])) and found[3]))
    known = of_numbers(said[0]) if numbered else _of_month(folded, date.max) if is_worded else None
    return "There is no such day." if (numbered or is_worded) and known is None else ""


def asked(said: Sequence[str], today: date) -> tuple[str, Days] | None:
    """What words ask of a day: an operator of rules and its days, or None: "since May 2024", "between 2002 and 2003".

    said: as for `of_words`, and a single word may be a date in numbers.
    """
    if found := _single(said, today):
        return ("between" if ".." in found.text else "is"), found
    words = [" ".join(words_of(word)) for word in said]
    if len(said) > 1 and words[0] in _BOUNDS and (found := _single(said[1:], today)):
        return _BOUNDS[words[0]], found
    opening = words[0] if words[0] in _SPANS else ""
    rest, folded = (said[1:], words[1:]) if opening else (said, words)
    for at, word in enumerate(folded):
        if word in _SPANS[opening]:
            first, last = _single(rest[:at], today), _single(rest[at + 1 :], today)
            if first and last and first.first <= last.last:
                return "between", Days(first.first, last.last)
    return None


def _single(said: Sequence[str], today: date) -> Days | None:
    found = of_numbers(said[0]) if len(said) == 1 else None
    return found or (of_words(said, today) if said else None)


def of_words(said: Sequence[str], today: date) -> Days | None:
    """A date in words, or None: "May 2024", "summer 2023", "letzter Samstag", "3 May 2024", "yesterday".

    said: at most `LONGEST` words; all of them belong to the date.
    """
    folded = [part for word in said for part in words_of(word)]
    # A word between others, or before them; alone it is no date.
    parts = [word for word in folded if word not in _FILLERS]
    if not parts or len(parts) > 3 or folded[-1] in _FILLERS:
        return None
    if folded[0] in ("on", "am") and len(parts) == 1 and parts[0] in _WEEKDAYS:
        day = today - timedelta(days=(today.weekday() - _WEEKDAYS[parts[0]]) % 7)
        return Days(day, day)
    for read in (_named, _decade, _ago, _relative, _of_month, _season):
        if found := read(parts, today):
            return found
    return None


def _named(parts: list[str], today: date) -> Days | None:
    if len(parts) == 1 and parts[0] in _NAMED_DAYS:
        day = today - timedelta(days=_NAMED_DAYS[parts[0]])
        return Days(day, day)
    return None


def _decade(parts: list[str], today: date) -> Days | None:
    """ "2000s", "90er"."""
    match = _DECADE.fullmatch(parts[0]) if len(parts) == 1 else None
    if match is None:
        return None
    first = int(f"{match[1]}{match[2]}0") if match[1] else _full_year(f"{match[2]}0")
    return Days(date(first, 1, 1), date(first + 9, 12, 31)) if _FIRST_YEAR <= first <= _LAST_YEAR - 9 else None


def _ago(parts: list[str], today: date) -> Days | None:
    """ "3 days ago" and "vor 3 Tagen": that day, week, month or year.  "last 3 weeks": all days since."""
    if len(parts) != 3:
        return None
    is_span = parts[0] in _PAST
    if not (is_span or parts[0] == "vor" or parts[2] == "ago"):
        return None
    number, unit = parts[:2] if parts[2] == "ago" else parts[1:]
    unit = _UNITS.get(unit, "")
    if not re.fullmatch(r"\d{1,3}", number) or not unit:
        return None
    back = int(number)
    if unit in ("day", "week"):
        day = today - timedelta(days=back * (7 if unit == "week" else 1))
    else:
        month = today.year * 12 + today.month - 1 - back * (12 if unit == "year" else 1)
        if month < _FIRST_YEAR * 12:
            return None
        day = min(date(month // 12, month % 12 + 1, today.day if today.day < 29 else 28), today)
    if is_span:
        return Days(day + timedelta(days=1), today) if back else None
    return {"day": Days(day, day), "week": _week(day, back=False), "month": _month(day.year, day.month)}.get(
        unit, _year(day.year)
    )


def _relative(parts: list[str], today: date) -> Days | None:
    if len(parts) != 2 or parts[0] not in _LAST | _THIS:
        return None
    back, unit = parts[0] in _LAST, parts[1]
    if unit in _WEEKDAYS:
        days = (today.weekday() - _WEEKDAYS[unit]) % 7
        day = today - timedelta(days=days or (7 if back else 0))
        return Days(day, day)
    if unit in _SEASONS:
        return _last_season(_SEASONS[unit], today) if back else None
    spans: dict[str, Callable[[], Days]] = {
        **dict.fromkeys(("week", "woche"), lambda: _week(today, back)),
        **dict.fromkeys(sorted(_NEAR_UNITS), lambda: _weekend(today, back)),
        **dict.fromkeys(("month", "monat"), lambda: _near_month(today, back)),
        **dict.fromkeys(("year", "jahr"), lambda: _year(today.year - back)),
    }
    return spans[unit]() if unit in spans else None


def _week(today: date, back: bool) -> Days:
    monday = today - timedelta(days=today.weekday() + 7 * back)
    return Days(monday, monday + timedelta(days=6))


def _weekend(today: date, back: bool) -> Days:
    saturday = _week(today, back and today.weekday() < 5).first + timedelta(days=5)
    if back and saturday + timedelta(days=1) >= today:
        saturday -= timedelta(days=7)
    return Days(saturday, saturday + timedelta(days=1))


def _near_month(today: date, back: bool) -> Days:
    day = today.replace(day=1) - timedelta(days=1) if back else today
    return _month(day.year, day.month)


def _of_month(parts: list[str], today: date) -> Days | None:
    """ "may 2024", "3 may 2024", "may 3 2024", or without a year the last such that began."""
    months = [_MONTH_WORDS[part] for part in parts if part in _MONTH_WORDS]
    numbers = [number for part in parts if (number := _ordinal(part)) is not None]
    if len(months) != 1 or len(numbers) != len(parts) - 1:
        return None
    years = [number for number in numbers if number >= _FIRST_YEAR]
    days = [number for number in numbers if 1 <= number <= 31]
    # A month's name alone may be anybody's ("May", "June").
    if len(years) > 1 or len(days) > 1 or len(years) + len(days) != len(numbers) or not numbers:
        return None
    text = f"{(years or [today.year])[0]}-{months[0]}" + (f"-{days[0]}" if days else "")
    found = of_numbers(text)
    if found and not years and found.first > today:
        return of_numbers(text.replace(str(today.year), str(today.year - 1), 1))
    return found


def _ordinal(part: str) -> int | None:
    digits = re.fullmatch(r"(\d{1,4})(?:st|nd|rd|th)?", part)
    return int(digits[1]) if digits else None


def _season(parts: list[str], today: date) -> Days | None:
    if len(parts) == 2 and parts[0] in _SEASONS and re.fullmatch(r"\d{4}", parts[1]):
        year = int(parts[1])
        return _season_of(year, _SEASONS[parts[0]]) if _FIRST_YEAR <= year < _LAST_YEAR else None
    return None


def _season_of(year: int, month: int) -> Days:
    end_year, end_month = (year, month + 2) if month < 12 else (year + 1, 2)
    return Days(date(year, month, 1), _month(end_year, end_month).last)


def _last_season(month: int, today: date) -> Days:
    """The one that ended last, or goes on."""
    this = _season_of(today.year, month)
    return this if this.first <= today else _season_of(today.year - 1, month)
