"""Kinds of fields: which operators each has, which values it takes, how it is said, and the condition it makes.

A condition is about rows of `LibraryPhoto`. Negative operators are the contrary of positive ones and stand in no kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache, reduce
from operator import and_, or_
from typing import Any, ClassVar, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, Exists, F, Func, Lookup, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from apps.accounts.access import Entered
from apps.albums.models import Album, Photo, Placement, Section
from apps.albums.request_params import uuid_or_none
from apps.albums.stages import reached
from apps.faces.models import Appearance, Face, Scan
from apps.library.events.occasions import occasions, years_of
from apps.library.folding import fold, words_of
from apps.library.models import LibraryPhoto
from apps.library.places.boxes import BadMapBox, inside, part_of_map
from apps.library.places.countries import names as country_names
from apps.library.places.countries import spoken
from apps.library.questions import colors, days, persons
from apps.library.questions.days import Days

MOST_VALUES = 200
MOST_LETTERS = 200
MOST_DAYS = 36_500


class BadValue(ValueError):
    """The value does not suit the field. The message says what would."""


@dataclass(frozen=True, slots=True)
class PersonMeant:
    """Somebody whom a text means."""

    id: UUID
    name: str
    birthday: date | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what their words mean today.

    today: the date on the studio's clock.  words: of each text asked for, the question to the index (see `names`).
    titles: of each gallery or section asked for by id, its title, for sentences.
    people: of each text that asks for a person, who that is (see `people_meant`).
    called: of each folded word that begins the name of people, who they are.
    lying: of each gallery or section asked for, with the column, the lexemes of those that are meant.
    written: of each column of few texts that is asked for, all of them that photos have (see `written`).
    synonyms: of each folded keyword asked for, the keywords that have it as a synonym (see `keywords.meant`).
    between: on the clock of the wall, when all that is asked for was taken, from when and before when, if rules say so.
    """

    entered: Entered
    today: date
    words: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[PersonMeant]] = field(default_factory=dict)
    called: dict[str, list[UUID]] = field(default_factory=dict)
    synonyms: dict[str, list[str]] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    lying: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    between: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """path: the column, or the way to it from `LibraryPhoto`."""

    path: str = ""
    control: ClassVar[str] = "text"
    operators: ClassVar[dict[str, str]] = {}

    @property
    def phrases(self) -> dict[str, str]:
        """Its operators, each with how it is said."""
        return self.operators

    def read(self, value: object, operator: str) -> Any:
        """One value as it is kept in rules. Raises BadValue."""
        raise NotImplementedError

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        """What a positive operator asks of a row. value: as `read` gave it, a list of such for several."""
        raise NotImplementedError

    def say(self, value: Any, asker: Asker) -> str:
        """A value in a sentence."""
        return str(value)


# NUL and halves of pairs, which JSON can spell and no database takes.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MOST_LETTERS or _UNSTORABLE.search(value):
        raise BadValue(f"Enter text of up to {MOST_LETTERS} characters.")
    return value.strip()


_PLAIN = {
    "is": "{label} {value}",
    "is_not": "{label} not {value}",
    "in": "{label} {value}",
    "not_in": "{label} not {value}",
}
_EMPTY = {"is_empty": "no {label}", "is_not_empty": "any {label}"}


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """A text, compared without case and accents."""

    operators: ClassVar[dict[str, str]] = {
        **_PLAIN,
        "contains": "{label} with “{value}”",
        "starts_with": "{label} beginning with “{value}”",
        **_EMPTY,
    }

    def read(self, value: object, operator: str) -> str:
        return _text(value)

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return Q((self.path, ""))
        if self.path in asker.written:
            return Q((f"{self.path}__in", self._meant(operator, value, asker.written[self.path])))
        if operator == "in":
            return Q((f"{self.path}__folded__in", [fold(one) for one in value]))
        lookup = {"is": "exact", "contains": "contains", "starts_with": "startswith"}[operator]
        return Q((f"{self.path}__folded__{lookup}", fold(value)))

    def _meant(self, operator: str, value: Any, written: list[str]) -> list[str]:
        """Which of the texts that are there the rule lets by, so that an index finds their photos."""
        wanted = [fold(one) for one in (value if operator == "in" else [value])]
        holds: dict[str, Callable[[str, str], bool]] = {
            "is": str.__eq__, "in": str.__eq__, "contains": str.__contains__, "starts_with": str.startswith,
        }  # fmt: skip
        return [text for text in written if any(holds[operator](fold(text), one) for one in wanted)]


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A number. unit: stands behind it in sentences.  nullable: it may be unknown; else 0 is empty."""

    unit: str = ""
    nullable: bool = True
    control: ClassVar[str] = "number"
    operators: ClassVar[dict[str, str]] = {
        **_PLAIN,
        "lt": "{label} below {value}",
        "lte": "{label} {value} or less",
        "gt": "{label} above {value}",
        "gte": "{label} {value} or more",
        "between": "{label} {value}",
        **_EMPTY,
    }

    def read(self, value: object, operator: str) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not abs(number) < 2**31:
            raise BadValue("Enter a number.")
        return int(number) if number.is_integer() else number

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return Q((f"{self.path}__isnull", True)) if self.nullable else Q((self.path, 0))
        if operator == "between":
            return Q((f"{self.path}__gte", min(value)), (f"{self.path}__lte", max(value)))
        return Q((f"{self.path}__{'exact' if operator == 'is' else operator}", value))

    def say(self, value: Any, asker: Asker) -> str:
        return f"{value:g}{self.unit}" if isinstance(value, float) else f"{value}{self.unit}"


@dataclass(frozen=True, slots=True)
class Exposure(Number):
    """Seconds; "1/250" is read and said as photographers do. As the camera rounds, 1/250 is anything that near."""

    NEAR: ClassVar[float] = 0.01

    def read(self, value: object, operator: str) -> float:
        over, fraction, under = str(value).removesuffix("s").partition("/")
        if fraction:
            try:
                value = float(over) / float(under)
            except (ValueError, ZeroDivisionError):
                raise BadValue("Write seconds, as 1/250 or 0.5.") from None
        return Number.read(self, value, operator)

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is":
            return self._near(value)
        if operator == "in":
            return _any(self._near(one) for one in value)
        return Number.condition(self, operator, value, asker)

    def _near(self, value: float) -> Q:
        return Q((f"{self.path}__gte", value * (1 - self.NEAR)), (f"{self.path}__lte", value * (1 + self.NEAR)))

    def say(self, value: Any, asker: Asker) -> str:
        return f"1/{round(1 / value)} s" if 0 < value < 0.5 else f"{value:g} s"


def _any(conditions: Any) -> Q:
    found = Q(pk__in=())
    for one in conditions:
        found |= one
    return found


@dataclass(frozen=True, slots=True)
class ChoiceKind(Kind):
    """One of some words. choices: the value -> the word in sentences; "" among them is "none".

    aliases: other words -> the value.  is_own: only we write the column, so that its words are spelled as here.
    """

    choices: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    is_own: bool = False
    control: ClassVar[str] = "choice"
    operators: ClassVar[dict[str, str]] = {
        "is": "{value}",
        "is_not": "not {value}",
        "in": "{value}",
        "not_in": "not {value}",
        **_EMPTY,
    }

    def read(self, value: object, operator: str) -> str:
        word = str(value).strip().lower()
        word = self.aliases.get(word, word)
        if not word or word not in self.choices:
            raise BadValue(f"Choose {', '.join(name for name in self.choices if name)}.")
        return word

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return Q((self.path, ""))
        if self.is_own:
            return Q((f"{self.path}__in", value if operator == "in" else [value]))
        if self.path in asker.written:
            wanted = {one.lower() for one in (value if operator == "in" else [value])}
            return Q((f"{self.path}__in", [text for text in asker.written[self.path] if text.lower() in wanted]))
        # What Lightroom and older imports wrote has capitals.
        return _any(Q((f"{self.path}__iexact", one)) for one in (value if operator == "in" else [value]))

    def say(self, value: Any, asker: Asker) -> str:
        return self.choices.get(value, str(value))


def _of_photo(holds: Q, asker: Asker) -> Q:
    """What holds of a row's photo. By its id, which indexes of both carry, so that neither need be read."""
    return Q(Exists(Photo.objects.for_studio(asker.entered.studio).filter(holds, pk=OuterRef("pk"))))


@dataclass(frozen=True, slots=True)
class Shape(ChoiceKind):
    """Landscape, portrait or square, from the pixels."""

    operators: ClassVar[dict[str, str]] = {
        name: ChoiceKind.operators[name] for name in ("is", "is_not", "in", "not_in")
    }

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        lookups = {"landscape": "gt", "portrait": "lt", "square": "exact"}
        chosen = value if operator == "in" else [value]
        return _of_photo(_any(Q((f"width__{lookups[one]}", F("height"))) for one in chosen), asker)


@dataclass(frozen=True, slots=True)
class TierKind(ChoiceKind):
    """How far a record is (see `Photo.tier`), which it always is."""

    operators: ClassVar[dict[str, str]] = Shape.operators


@dataclass(frozen=True, slots=True)
class TimeSource(ChoiceKind):
    """Who gave the time of capture: as `taken_from` of a photo in the API."""

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        by_hand, known = Q(taken_by_hand=True), Q(taken_at__isnull=False, taken_by_hand=False)
        holds = {
            "hand": by_hand,
            "camera": known & Q(taken_offset__isnull=False),
            "zone": known & Q(taken_offset__isnull=True),
        }
        if operator == "is_empty":
            return ~_of_photo(by_hand | known, asker)
        return _of_photo(reduce(or_, (holds[one] for one in (value if operator == "in" else [value]))), asker)


# The first digits of red, green and blue of "#rrggbb"; shorter for a colour that is not known.
_COLOR_KEY: Final = "(substr(%(expressions)s, 2, 1) || substr(%(expressions)s, 4, 1) || substr(%(expressions)s, 6, 1))"


@dataclass(frozen=True, slots=True)
class ColorKind(ChoiceKind):
    """The colour that covers most of the photo, by its name (see `colors`)."""

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return _of_photo(Q(color=""), asker)
        keys = [key for one in (value if operator == "in" else [value]) for key in colors.keys_of(one)]
        return _of_photo(Q(In(Func(F("color"), template=_COLOR_KEY, output_field=CharField()), keys)), asker)


@dataclass(frozen=True, slots=True)
class StageKind(ChoiceKind):
    """How far a photo came (see `albums.stages`): it may be at several stages, or at all."""

    operators: ClassVar[dict[str, str]] = {**Shape.operators, "any_of": "{value}", "all_of": "{value}"}

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        wanted = [reached(one, "studio_id", "pk") for one in (value if isinstance(value, list) else [value])]
        return reduce(and_ if operator == "all_of" else or_, wanted)


@dataclass(frozen=True, slots=True)
class Yes(Kind):
    """Something holds or does not. holds: what, as a condition.  words: for both in sentences."""

    holds: Q = field(default_factory=Q)
    words: tuple[str, str] = ("yes", "no")
    control: ClassVar[str] = "yes"
    operators: ClassVar[dict[str, str]] = {"is": "{value}", "is_not": "not {value}"}

    def read(self, value: object, operator: str) -> bool:
        known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if str(value).lower() not in known:
            raise BadValue("Say true or false.")
        return known[str(value).lower()]

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        return self.holds if value else ~self.holds

    def say(self, value: Any, asker: Asker) -> str:
        return self.words[0] if value else self.words[1]


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Day(Kind):
    """A day on the clock of the wall, a month or a year. dated: also asks that the time is known."""

    dated: str = ""
    control: ClassVar[str] = "day"
    operators: ClassVar[dict[str, str]] = {
        "is": "{label}{value}",
        "is_not": "not {label}{value}",
        "lt": "{label}before {value}",
        "lte": "{label}until {value}",
        "gt": "{label}after {value}",
        "gte": "{label}since {value}",
        "between": "{label}{value}",
        "within_last": "{label}in the last {value} days",
        "is_empty": "without a date",
        "is_not_empty": "with a date",
    }

    def read(self, value: object, operator: str) -> Any:
        if operator == "within_last":
            text = str(value)
            if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= MOST_DAYS):
                raise BadValue(f"Enter a number of days from 1 to {MOST_DAYS:,}.")
            return int(text)
        # What programs send has a time behind the day.
        found = days.of_numbers(str(value).partition("T")[0])
        if found is None:
            raise BadValue("Enter a date as 2024, 2024-05 or 2024-05-04.")
        return found.text

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        known = Q((self.dated, True)) if self.dated else Q()
        if operator == "is_empty":
            return ~known if self.dated else Q(pk__in=())
        first, after = self._span(operator, value, asker)
        if first is not None:
            known &= Q((f"{self.path}__gte", self._moment(first, asker)))
        if after is not None:
            known &= Q((f"{self.path}__lt", self._moment(after, asker)))
        return known

    def _span(self, operator: str, value: Any, asker: Asker) -> tuple[date | None, date | None]:
        """The first day, and the first one no more."""
        one = timedelta(days=1)
        if operator == "within_last":
            return asker.today - timedelta(days=value - 1), asker.today + one
        spans = [_days(text) for text in (value if operator == "between" else [value])]
        first, last = min(span.first for span in spans), max(span.last for span in spans)
        return {
            "is": (first, last + one),
            "between": (first, last + one),
            "lt": (None, first),
            "lte": (None, last + one),
            "gt": (last + one, None),
            "gte": (first, None),
        }[operator]

    def between(self, operator: str, value: Any, asker: Asker) -> tuple[datetime, datetime] | None:
        """From when and before when all lies that a positive operator lets by; None if it has no end on either side."""
        first, after = (None, None) if operator == "is_empty" else self._span(operator, value, asker)
        return None if first is None or after is None else (self._moment(first, asker), self._moment(after, asker))

    def _moment(self, day: date, asker: Asker) -> datetime:
        return _start(day)

    def say(self, value: Any, asker: Asker) -> str:
        return str(value) if isinstance(value, int) else _days(value).words


@dataclass(frozen=True, slots=True)
class MomentKind(Day):
    """A day on the studio's clock of a moment that is always known."""

    operators: ClassVar[dict[str, str]] = {
        name: words for name, words in Day.operators.items() if name not in ("is_empty", "is_not_empty")
    }

    def _moment(self, day: date, asker: Asker) -> datetime:
        return datetime.combine(day, time.min, tzinfo=asker.entered.studio.zone)


def _days(text: str) -> Days:
    found = days.of_numbers(text)
    assert found is not None, "rules hold what `read` gave"
    return found


@dataclass(frozen=True, slots=True)
class AllWords(Kind):
    """All texts of a photo, and the names of where it lies and who is in it: every word, in any order.

    `is` is the phrase, in a text of the photo.
    """

    operators: ClassVar[dict[str, str]] = {
        "contains": "“{value}”",
        "is": "the words “{value}”",
        "is_not": "not the words “{value}”",
    }

    def read(self, value: object, operator: str) -> str:
        return _text(value)

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        words = [] if operator == "is" else words_of(value)
        if not any(asker.called.get(word) for word in words):
            return Q(words__matches=asker.words[self.key(operator, value)])
        return reduce(and_, (self._word(word, asker) for word in words if word in asker.words))

    def _word(self, word: str, asker: Asker) -> Q:
        found = Q(words__matches=asker.words[word])
        if people := asker.called.get(word):
            found |= _showing(asker, people)
        return found

    @staticmethod
    def key(operator: str, value: str) -> str:
        """Under which `Asker.words` holds the question of such a rule."""
        return f'"{value}"' if operator == "is" else value


@dataclass(frozen=True, slots=True)
class KeywordList(Kind):
    """Some words, each compared as a whole: it, what lies below it ("Animals|Dog"), and what has it as a synonym."""

    operators: ClassVar[dict[str, str]] = {
        "is": "{label} {value}",
        "is_not": "without {label} {value}",
        "any_of": "{label} {value}",
        "not_in": "without {label} {value}",
        "in": "{label} {value}",
        "all_of": "all of {label} {value}",
        "contains": "{label} with “{value}”",
        "starts_with": "{label} beginning with “{value}”",
        **_EMPTY,
    }

    def read(self, value: object, operator: str) -> str:
        return _text(value)

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return Q((self.path, []))
        if operator in ("contains", "starts_with"):
            begins = "\n" if operator == "starts_with" else ""
            return Q((f"{self.path}__lines__contains", begins + fold(value)))
        wanted = [fold(one) for one in (value if isinstance(value, list) else [value])]
        each = [[one, *asker.synonyms.get(one, [])] for one in wanted]
        if operator == "all_of":
            return reduce(and_, (Q((f"{self.path}__overlap", names)) for names in each))
        return Q((f"{self.path}__overlap", [name for names in each for name in names]))


@dataclass(frozen=True, slots=True)
class PlaceKind(Kind):
    """Where the photo lies: galleries or sections, by id or by what stands in their title.

    The index of words has a lexeme for each (see `LibraryPhoto`), so that it leads to their photos. Of more than `MANY`
    of them each photo is asked where it lies: their photos are many, and each would be compared with all lexemes.
    """

    MANY: ClassVar[int] = 20
    control: ClassVar[str] = "place"
    operators: ClassVar[dict[str, str]] = {
        "is": "in {value}",
        "is_not": "not in {value}",
        "in": "in {value}",
        "any_of": "in {value}",
        "not_in": "not in {value}",
        "all_of": "in all of {value}",
    }

    def read(self, value: object, operator: str) -> str:
        known = uuid_or_none(str(value))
        if known is not None:
            return str(known)
        title = " ".join(str(value).replace("\x00", "").split())
        if not isinstance(value, str) or not title or len(title) > MOST_LETTERS:
            raise BadValue("Choose one of the list, or enter its title.")
        return title

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        wanted = value if isinstance(value, list) else [value]
        if operator == "all_of":
            found = Q()
            for one in wanted:
                found &= self._lies(asker, [one])
            return found
        return self._lies(asker, wanted)

    def marks(self, wanted: str, entered: Entered) -> list[str]:
        """The lexemes of the member's galleries or sections that are meant, outside of the trash. One query."""
        known = uuid_or_none(wanted)
        which = Q(title__icontains=wanted) if known is None else Q(pk=known)
        if self.path == "album_id":
            found = (
                Album.objects.visible_to(entered).filter(which, trashed_at__isnull=True).values_list("pk", flat=True)
            )
            return [f"#a:{pk.hex}" for pk in found.order_by()]
        sections = Section.objects.visible_to(entered).filter(which).values_list("pk", flat=True)
        return [f"#s:{pk.hex}" for pk in sections.order_by()]

    def _lies(self, asker: Asker, wanted: Sequence[str]) -> Q:
        marks = sorted({mark for one in wanted for mark in asker.lying.get((self.path, one), ())})
        if len(marks) > self.MANY:
            lying = Placement.objects.for_studio(asker.entered.studio).filter(
                photo_id=OuterRef("pk"), trashed_at__isnull=True, album__trashed_at__isnull=True
            )
            ids = [UUID(mark.rpartition(":")[2]) for mark in marks]
            return Q(Exists(lying.filter(**{f"{self.path}__any": ids})))
        return Q(words__matches=" | ".join(f"'{mark}'" for mark in marks)) if marks else Q(pk__in=())

    def say(self, value: Any, asker: Asker) -> str:
        if uuid_or_none(value) is None:
            return f"“{value}”"
        return f"“{asker.titles[value]}”" if value in asker.titles else "a gallery that is gone"


@dataclass(frozen=True, slots=True)
class PlaceName(Text):
    """What a place is called: as the photo says, by the studio's own name, by its city or its country."""

    TEXTS: ClassVar[tuple[str, ...]] = ("photo__place", "named__name", "city")

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return Q(("photo__place", ""), ("country", ""), ("named__isnull", True))
        codes = {code for one in (value if isinstance(value, list) else [value]) if (code := country_of(one))}
        found = Q(country__in=codes) if codes else Q(pk__in=())
        for path in self.TEXTS:
            found |= Text(path).condition(operator, value, asker)
        return found


def country_of(text: str) -> str:
    """The code of a country that is named whole, in English or German, or by its code in capitals; "" if none is."""
    if text in country_names():
        return text
    return spoken().get(fold(text.strip()), "")


@dataclass(frozen=True, slots=True)
class CountryKind(ChoiceKind):
    """A country by its name, English or German, or its code."""

    def read(self, value: object, operator: str) -> str:
        code = str(value).strip()
        code = code.upper() if len(code) == 2 else country_of(code)
        if code not in country_names():
            raise BadValue("Write the name of a country.")
        return code

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return Q((self.path, ""))
        return Q((f"{self.path}__in", value if operator == "in" else [value]))


# Names of people and events, which are folded again for each question.
_folded = lru_cache(maxsize=4_096)(fold)


@dataclass(frozen=True, slots=True)
class OccasionName(Kind):
    """What it was taken at: an event of the studio's, a birthday or a holiday, by one of its names."""

    operators: ClassVar[dict[str, str]] = {
        "is": "{value}",
        "is_not": "not {value}",
        "in": "{value}",
        "not_in": "not {value}",
        "contains": "at “{value}”",
    }

    def read(self, value: object, operator: str) -> str:
        return _text(value)

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        wanted = [fold(one) for one in (value if operator == "in" else [value])]
        whole = operator != "contains"

        # A birthday and a holiday are called the same in each year.
        @cache
        def is_meant(names: tuple[str, ...]) -> bool:
            said = [_folded(name) for name in names]
            return any(one in said if whole else any(one in name for name in said) for one in wanted)

        found = occasions(asker.entered, years_of(asker.entered), called=is_meant)
        spans = {(one.first, one.after) for one in found}
        return Q(is_dated=True) & _any(Q(wall__gte=first, wall__lt=after) for first, after in sorted(spans))


@dataclass(frozen=True, slots=True)
class PersonKind(Kind):
    """Who is in the photo: a name, an id, what somebody is of a name ("mother of Ben"), or any with an age."""

    operators: ClassVar[dict[str, str]] = {
        "is": "{value}",
        "is_not": "not {value}",
        "in": "{value}",
        "any_of": "{value}",
        "not_in": "not {value}",
        "all_of": "{value}",
        "is_empty": "no known people",
        "is_not_empty": "known people",
    }

    def read(self, value: object, operator: str) -> str:
        text = _text(value)
        try:
            persons.read(text)
        except ValueError:
            raise BadValue("Enter a name, or “mother of Ben”, or “Anna aged 6”.") from None
        return text

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if operator == "is_empty":
            return ~Q(Exists(_faces(asker).filter(person__is_ignored=False)))
        conditions = [self._shows(one, asker) for one in (value if isinstance(value, list) else [value])]
        return reduce(and_, conditions) if operator == "all_of" else _any(conditions)

    @staticmethod
    def people(operator: str, value: Any, asker: Asker) -> list[UUID] | None:
        """Who is asked for, if any of them will do at any age; None if it is not as simple as that."""
        texts = value if isinstance(value, list) else [value]
        if operator not in ("is", "in", "any_of") or any(persons.read(text).ages is not None for text in texts):
            return None
        return sorted({person.id for text in texts for person in asker.people.get(text, [])})

    def _shows(self, text: str, asker: Asker) -> Q:
        """Photos in which any of those are whom a text means, at an age if it says one."""
        people, ages = asker.people.get(text, []), persons.read(text).ages
        if ages is None:
            return _showing(asker, [person.id for person in people]) if people else Q(pk__in=())
        return _any(
            _showing(asker, [person.id])
            & Q(
                is_dated=True,
                wall__gte=_start(persons.birthday_in(person.birthday, ages[0])),
                wall__lt=_start(persons.birthday_in(person.birthday, ages[1] + 1)),
            )
            for person in people
            if person.birthday is not None
        )

    def say(self, value: Any, asker: Asker) -> str:
        asked, people = persons.read(value), asker.people.get(value, [])
        names = " or ".join(dict.fromkeys(person.name or "someone without a name" for person in people))
        if not asked.name:
            who = "someone"
        elif not people:
            who = f"“{asked.who if asked.id is None else 'someone'}” (no one found)"
        else:
            who = f"{names} ({asked.who})" if asked.kin else names
        return f"{who}, {asked.age_words}" if asked.ages else who


@dataclass(frozen=True, slots=True)
class PeopleNumber(Number):
    """How many people are in the photo, known or not; unknown while nobody has looked at it."""

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        looked_at = Q(Exists(Scan.objects.for_studio(asker.entered.studio).filter(photo_id=OuterRef("pk"))))
        faces = _faces(asker).exclude(person__is_ignored=True).order_by()
        if operator == "is_empty":
            return ~(looked_at | Q(Exists(faces)))
        counted = Subquery(faces.values("photo_id").annotate(people=Count("*")).values("people"))
        people = Coalesce(counted, 0)
        if operator == "between":
            holds = Q(GreaterThanOrEqual(people, min(value))) & Q(LessThanOrEqual(people, max(value)))
        else:
            values = value if isinstance(value, list) else [value]
            holds = _any(Q(_COMPARED[operator](people, one)) for one in values)
        if operator not in ("lt", "lte") and min(value if isinstance(value, list) else [value]) > 0:
            # Who has people was looked at.
            return holds
        return holds & (looked_at | Q(Exists(faces)))


_COMPARED: dict[str, type[Lookup[Any]]] = {
    "is": Exact,
    "in": Exact,
    "lt": LessThan,
    "lte": LessThanOrEqual,
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
}


# More than a clock on the wall and the moment can differ by.
_ANY_ZONE: Final = timedelta(days=2)


def _showing(asker: Asker, people: list[UUID]) -> Q:
    """Photos with any of these people. Of some days their faces are found by their moments, so no others are read."""
    faces = _faces(asker).filter(person_id__in=people)
    if asker.between is not None:
        first, after = asker.between
        then = Appearance.objects.for_studio(asker.entered.studio).filter(
            person_id__in=people, at__gte=first - _ANY_ZONE, at__lt=after + _ANY_ZONE
        )
        faces = faces.filter(pk__any=ArraySubquery(then.order_by().values("pk")))
    return Q(Exists(faces))


def _faces(asker: Asker) -> QuerySet[Face]:
    """The faces of a row's photo."""
    return Face.objects.for_studio(asker.entered.studio).filter(photo_id=OuterRef("pk"), is_ignored=False)


@dataclass(frozen=True, slots=True)
class BoxKind(Kind):
    """A part of the map: west, south, east and north of it in degrees, with commas between."""

    operators: ClassVar[dict[str, str]] = {"is": "in a part of the map", "is_not": "not in a part of the map"}

    def read(self, value: object, operator: str) -> str:
        try:
            return ",".join(f"{edge:g}" if edge == int(edge) else f"{edge:.9f}" for edge in part_of_map(str(value)))
        except BadMapBox as bad:
            raise BadValue(str(bad)) from None

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        return inside(part_of_map(value))


@dataclass(frozen=True, slots=True)
class Guests(Kind):
    """Something that guests left at a photo. inner: of which kind it is.  shown: the way to the id of its gallery.

    present: what holds of a row that says anything.
    """

    inner: Kind = field(default_factory=Kind)
    shown: str = ""
    present: Q = field(default_factory=Q)

    @property
    def phrases(self) -> dict[str, str]:
        return self.inner.phrases

    def read(self, value: object, operator: str) -> Any:
        return self.inner.read(value, operator)

    def condition(self, operator: str, value: Any, asker: Asker) -> Q:
        if isinstance(self.inner, Yes):
            left = self._left(self.present, asker)
            return left if value else ~left
        if operator == "is_empty":
            return ~self._left(self.present, asker)
        return self._left(self.inner.condition(operator, value, asker), asker)

    def _left(self, holds: Q, asker: Asker) -> Q:
        rows = LibraryPhoto.guarded.filter(pk=OuterRef("pk"))
        mine = asker.entered.album_ids
        if mine is not None:
            holds &= Q((f"{self.shown}__in", mine))
        return Q(Exists(rows.filter(holds)))

    def say(self, value: Any, asker: Asker) -> str:
        return self.inner.say(value, asker)
