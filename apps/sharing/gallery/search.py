"""What a guest types into a gallery's search: names of files, captions, sections, people and days, in any order.

Nothing is asked but what the link shows anyway: people by name only where it tells names, towns and countries only
where it tells places, and never keywords or cameras, which stay the studio's. Run in `acting_in(grant.studio)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import and_
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from apps.albums.models import Section
from apps.library import value_counts
from apps.library.folding import fold, words_of
from apps.library.models import LibraryPhoto
from apps.library.places import countries
from apps.library.questions import days, language
from apps.sharing.access import Grant
from apps.sharing.people import strip

#: A longer text is no search.
LONGEST: Final = 100
MOST_WORDS: Final = 10
_PIECE: Final = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class GuestSearch:
    """What was typed, understood. words: each has to be found.  phrases: texts in quotes.

    days: each an operator of rules and its days.  unread: parts that mean nothing.  common: words that were left out.
    is_cut: of a longer text this is the beginning.
    """

    text: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    days: tuple[tuple[str, days.Days], ...] = ()
    unread: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def asks(self) -> bool:
        """True if there is anything to look for."""
        return bool(self.words or self.phrases or self.days)

    @property
    def query(self) -> str:
        """The part of an address that asks for it."""
        return urlencode({"q": self.text})

    @property
    def sentences(self) -> list[str]:
        """What was left out, and why, in the guest's language."""
        found = [gettext("“%(text)s” was not understood.") % {"text": text} for text in self.unread]
        if self.common:
            words = ", ".join(f"“{word}”" for word in self.common)
            found.append(gettext("Left out, as too common: %(words)s.") % {"words": words})
        if self.is_cut:
            found.append(gettext("Only the beginning was read: the search is too long."))
        return found


def read(text: str, today: date) -> GuestSearch:
    """A text of any length. today: on the studio's clock."""
    text = " ".join(text.replace("\x00", "").split())
    pieces = [(match[1], match[2]) for match in _PIECE.finditer(text[:LONGEST])]
    is_cut = len(text) > LONGEST
    words: list[str] = []
    common: list[str] = []
    phrases: list[str] = []
    unread: list[str] = []
    asked: list[tuple[str, days.Days]] = []
    at = 0
    while at < len(pieces):
        quoted, bare = pieces[at]
        taken, found = (1, None) if bare is None else _days([word for _, word in pieces[at : at + days.LONGEST]], today)
        parts = words_of(quoted if bare is None else bare)
        if found is not None:
            asked.append(found)
        elif not parts or (bare is not None and days.doubt([bare])):
            unread += [] if language.JOINTS.issuperset(bare or quoted) else [bare or quoted]
        elif bare is None:
            phrases.append(" ".join(parts))
        elif fold(bare) in language.COMMON:
            common.append(bare)
        else:
            words += parts
        at += taken
    if not (words or phrases or asked):
        words, common = [fold(word) for word in common], []
    is_cut |= len(words) > MOST_WORDS
    return GuestSearch(
        text[:LONGEST], tuple(words[:MOST_WORDS]), tuple(phrases), tuple(asked), tuple(unread), tuple(common), is_cut
    )


def _days(run: list[str | None], today: date) -> tuple[int, tuple[str, days.Days] | None]:
    said: list[str] = []
    for word in run:
        if word is None or not (words_of(word) and days.may_belong(word)):
            break
        said.append(word)
    for length in range(len(said), 0, -1):
        if found := days.asked(said[:length], today):
            return length, found
    return 1, None


def photos(grant: Grant, search: GuestSearch, sections: Sequence[Section]) -> QuerySet[Any]:
    """Ids of the photos of the link that are all that was asked for, as a query. sections: all of its gallery."""
    shown = [(one.pk, words_of(one.title)) for one in sections if one.is_shown_to(grant.audience)]
    called = strip.called(grant, search.words)
    towns = _towns(grant) if search.words else {}
    conditions = [_word(grant, word, shown, called.get(word, ())) | _place(grant, word, towns) for word in search.words]
    conditions += [Q(photo__caption__words__contains=f" {phrase}") for phrase in search.phrases]
    conditions += [_taken(grant, operator, found) for operator, found in search.days]
    return grant.photos().filter(reduce(and_, conditions, Q())).order_by().values("photo_id")


def _word(grant: Grant, word: str, titles: Iterable[tuple[UUID, list[str]]], people: tuple[UUID, ...]) -> Q:
    """Photos with a word of the caption or of the section's title that begins so, or of the name of who is in them.

    In the names of files it may stand anywhere.  titles: the words of each section that the guest sees.
    people: who is called so.
    """
    found = Q(photo__camera_name__folded__contains=word)
    found |= Q(photo__caption__gt="", photo__caption__words__contains=f" {word}")
    if sections := [pk for pk, title in titles if any(part.startswith(word) for part in title)]:
        found |= Q(section_id__in=sections)
    if people:
        found |= Q(photo_id__in=strip.photos_of(grant, strip.PeopleWish(people, either=True)))
    return found


def _towns(grant: Grant) -> dict[str, list[str]]:
    """The words of each town in which the studio has photos; none where the link tells no places."""
    if not grant.rights.shows_places:
        return {}
    known = value_counts.of_studio(grant.studio, ["city"])
    return {town: words_of(town) for town, _ in known.get("city", ())}


def _place(grant: Grant, word: str, towns: Mapping[str, Sequence[str]]) -> Q:
    """Photos of a town or a country with a word that begins so."""
    if not grant.rights.shows_places:
        return Q()
    cities = [town for town, words in towns.items() if any(part.startswith(word) for part in words)]
    codes = countries.beginning(word)
    if not (cities or codes):
        return Q()
    there = LibraryPhoto.objects.for_studio(grant.studio).filter(Q(city__in=cities) | Q(country__in=codes))
    # For each photo of the gallery, which are few beside those that a studio may have in one town.
    return Q(Exists(there.filter(photo_id=OuterRef("photo_id"))))


def _taken(grant: Grant, operator: str, found: days.Days) -> Q:
    """Photos whose time is known and lies in these days, before or after them."""
    first, after = _start(found.first), _start(found.last + timedelta(days=1))
    bounds: dict[str, dict[str, datetime]] = {
        "gte": {"wall__gte": first},
        "gt": {"wall__gte": after},
        "lt": {"wall__lt": first},
        "lte": {"wall__lt": after},
    }
    limits = bounds.get(operator, {"wall__gte": first, "wall__lt": after})
    dated = LibraryPhoto.objects.for_studio(grant.studio).filter(is_dated=True, **limits)
    return Q(photo_id__in=dated.values("photo_id"))


def _start(day: date) -> datetime:
    # As the library writes the clock on the wall.
    return datetime.combine(day, time.min, tzinfo=UTC)
