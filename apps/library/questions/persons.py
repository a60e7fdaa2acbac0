"""Whom a text means, as it is asked for: "Anna", "mother of Ben", "Anna aged 6..8". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from apps.albums.request_params import uuid_or_none
from apps.faces.models import Kinship
from apps.library.folding import fold

#: Nobody is older.
OLDEST: Final = 150
_PARENTS: Final = (Kinship.MOTHER, Kinship.FATHER, Kinship.PARENT)


@dataclass(frozen=True, slots=True)
class Kin:
    """What somebody is of another. word: in sentences.  kinds: of relationships, any of them.

    forth: who stands first in the relationship is meant; back: who stands second; both, where it has no direction.
    """

    word: str
    kinds: tuple[Kinship, ...]
    forth: bool = True
    back: bool = False


_KIN: Final = (
    (Kin("mother", (Kinship.MOTHER,)), "mother mum mom mama mutter"),
    (Kin("father", (Kinship.FATHER,)), "father dad papa vater"),
    (Kin("parent", _PARENTS), "parent parents eltern elternteil"),
    (
        Kin("grandparent", (Kinship.GRANDPARENT,)),
        "grandparent grandparents grandmother grandma grandfather grandpa grosseltern grossmutter oma grossvater opa",
    ),
    (
        Kin("partner", (Kinship.PARTNER,), back=True),
        "partner partnerin wife husband spouse frau ehefrau mann ehemann",
    ),
    (
        Kin("brother or sister", (Kinship.SIBLING,), back=True),
        "sibling siblings brother sister bruder schwester geschwister",
    ),
    (Kin("friend", (Kinship.FRIEND,), back=True), "friend friends freund freundin freunde"),
    (
        Kin("child", _PARENTS, forth=False, back=True),
        "child children son daughter kind kinder sohn tochter",
    ),
    (
        Kin("grandchild", (Kinship.GRANDPARENT,), forth=False, back=True),
        "grandchild grandchildren grandson granddaughter enkel enkelin enkelkind",
    ),
)
KIN: Final = {word: kin for kin, words in _KIN for word in words.split()}
OF: Final = frozenset({"of", "von", "vom", "der", "des"})
_TEXT: Final = re.compile(
    rf"(?:(?P<kin>[^\W\d]+)\s+(?:{'|'.join(sorted(OF))})\s+)?(?P<name>.*?)"
    r"\s*(?:\b(?:aged|im alter von)\s+(?P<low>\d{1,3})(?P<span>\.\.(?P<high>\d{1,3})?)?)?",
    re.IGNORECASE | re.DOTALL,
)
_AGE: Final = re.compile(r"(?P<sign><=|>=|<|>)?(?P<low>\d{1,3})(?:\.\.(?P<high>\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """name: "" for anybody.  kin: what is meant of whoever has the name.  ages: first and last whole years."""

    name: str
    kin: Kin | None = None
    ages: tuple[int, int] | None = None

    @property
    def id(self) -> UUID | None:
        """The name is no name but an id, as programs send it."""
        return uuid_or_none(self.name)

    @property
    def who(self) -> str:
        """Without the age: "mother of Ben"."""
        return f"{self.kin.word} of {self.name}" if self.kin else self.name

    @property
    def age_words(self) -> str:
        """ "6 years old"; "" for any age."""
        if self.ages is None:
            return ""
        first, last = self.ages
        if last >= OLDEST:
            return f"{first} or older"
        years = str(first) if first == last else f"{first}–{last}"
        return f"{years} year{'' if years == '1' else 's'} old"


def read(text: str) -> PersonAsked:
    """What a text says. Raises ValueError for one that says nothing, or an age that nobody has."""
    found = _TEXT.fullmatch(text.strip())
    kin = KIN.get(fold(found["kin"])) if found and found["kin"] else None
    if found is None or (found["kin"] and kin is None):
        # "Queen of Hearts" is a name.
        found, kin = re.fullmatch(r"(?P<name>.+)(?P<low>)(?P<high>)(?P<span>)", text.strip(), re.DOTALL), None
    if found is None:
        raise ValueError("nobody")
    ages = _span(found["low"], found["high"], open_ended=bool(found["span"])) if found["low"] else None
    name = " ".join(found["name"].split())
    if not name and (kin is not None or ages is None):
        raise ValueError("nobody")
    return PersonAsked(name, kin, ages)


def ages_of(text: str) -> tuple[int, int]:
    """What `age:` takes: "6", "6..8", ">17". Raises ValueError."""
    found = _AGE.fullmatch(text.strip())
    if found is None or (found["sign"] and found["high"]):
        raise ValueError("no age")
    low = int(found["low"])
    spans = {"<": (0, low - 1), "<=": (0, low), ">": (low + 1, OLDEST), ">=": (low, OLDEST)}
    first, last = spans.get(found["sign"] or "", (low, int(found["high"] or low)))
    return _span(str(first), str(last)) if first >= 0 and last >= 0 else _span("1", "0")


def _span(low: str, high: str | None, *, open_ended: bool = False) -> tuple[int, int]:
    first = int(low)
    last = int(high) if high else OLDEST if open_ended else first
    if not first <= last <= OLDEST:
        raise ValueError("no age")
    return first, last


def spelt(who: str, ages: tuple[int, int] | None) -> str:
    """As `read` reads it."""
    return who if ages is None else f"{who} aged {ages[0]}..{ages[1]}".strip()


def birthday_in(birthday: date, years: int) -> date:
    """The day on which somebody becomes so old; who was born on a 29 February does so on the 1 March of other years."""
    try:
        return birthday.replace(year=birthday.year + years)
    except ValueError:
        return date(birthday.year + years, 3, 1)
