"""Searches that find nothing, read again: names with one letter wrong, and pieces from within the name of a file.

Only a word that alone finds nothing is read otherwise, so what exists is never taken for something else. Names come
first: of galleries, sections, people, clients, places and countries; then any word that a photo's texts hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial, reduce
from operator import or_
from typing import Final

from django.db import connection
from django.db.models import Q

from apps.accounts.access import Entered
from apps.albums.filenames.distance import distance, one_edit_away
from apps.library import known_words, months, names
from apps.library.find import Library
from apps.library.folding import words_of
from apps.library.places.countries import spoken
from apps.library.questions import language
from apps.library.questions.fields import FIELDS
from apps.library.questions.kinds import AllWords
from apps.library.questions.tree import Group, Rule, rule_of

#: Shorter names are too many things with one letter changed.
FORGIVING: Final = 4
MOST_NAMES: Final = 5_000
#: Of words near to one as many are looked for in photos where it is not known that these hold them.
MOST_TRIED: Final = 20
#: Of more photos it takes too long to look into every name; a fragment is then asked for by `name:`.
MOST_SCANNED: Final = 200_000

_NAMES: Final = """
    select distinct name from (
        select title as name from albums_album where studio_id = %(studio)s and trashed_at is null and kind = 'gallery'
            and (%(albums)s::uuid[] is null or id = any(%(albums)s::uuid[]))
        union all
        select title from albums_section where studio_id = %(studio)s
            and (%(albums)s::uuid[] is null or album_id = any(%(albums)s::uuid[]))
        union all
        select name from library_namedplace where studio_id = %(studio)s and %(albums)s::uuid[] is null
        union all
        select name from faces_person where studio_id = %(studio)s and name > '' and not is_ignored and %(is_told)s
    ) t where octet_length(name) <> length(name) or lower(name) like any(%(parts)s) limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class Respelt:
    """A search as it was read again. sentences: which words were read as what."""

    search: language.Search
    sentences: tuple[str, ...]


def read_again(search: language.Search, entered: Entered, *, today: date) -> Respelt | None:
    """The search with those of its words that find nothing read otherwise; None if none is near to anything."""
    words = [word for term in search.terms if len(word := _word_of(term)) >= FORGIVING]
    is_told = not (entered.is_contributor or entered.is_restricted)
    held = known_words.among(entered.studio, words) if words and is_told else {}
    lost = [word for word in words if not (held.get(word) or _finds(word, entered, today))]
    nearest = _near([word for word in lost if word.isalpha()], entered, today)
    # Letters from the middle of a file's name are what was typed, so there is nothing to say of them.
    within = [word for word in lost if word not in nearest and _is_within_a_name(word, entered, today)]
    if not (nearest or within):
        return None
    instead = nearest | {word: f"name:{word}" for word in within}
    text = " ".join(instead.get(_word_of(term), term.text) for term in search.terms)
    sentences = tuple(f"Nothing was found for “{word}”; this is “{read}”." for word, read in nearest.items())
    return Respelt(language.read(text, today=today, with_guests=not entered.is_contributor), sentences)


def _word_of(term: language.Term) -> str:
    """The folded word that a term asks for; "" for one that asks for anything else."""
    rule = term.rule
    if not isinstance(rule, Rule) or not isinstance(rule.field.kind, AllWords) or rule.operator.name != "contains":
        return ""
    words = words_of(rule.value)
    return words[0] if len(words) == 1 else ""


def _finds(word: str, entered: Entered, today: date) -> bool:
    return not Library(entered, _asking("text", word), today=today).is_empty


def _asking(field: str, value: str) -> Group:
    return Group("all", (rule_of(FIELDS[field], "contains", value),))


def _is_within_a_name(word: str, entered: Entered, today: date) -> bool:
    if sum(one.photos for one in months.of_member(entered)) > MOST_SCANNED:
        return False
    # Folding is dear: a name of plain letters, which has to hold the word as it is, is folded if it does.
    plain = Q(photo__camera_name__plain=False) | Q(photo__camera_name__icontains=word)
    return (
        Library(entered, _asking("camera_name", word), today=today)
        .rows.filter(plain, photo__studio_id=entered.studio.pk)
        .exists()
    )


def _near(words: Sequence[str], entered: Entered, today: date) -> dict[str, str]:
    """For misspelt words the nearest that is known, one letter away: {"marai": "maria"}. Folded."""
    if not words:
        return {}
    known = _named(words, entered)
    found = {}
    for word in words:
        start, end = _ends(word)
        alike = (name for name in known if name.startswith(start) or name.endswith(end))
        close = [name for name in alike if distance(word, name, 1) == 1]
        nearest = min(close, key=partial(_how_near, word)) if close else _written(word, entered, today)
        if nearest:
            found[word] = nearest
    return found


def _how_near(word: str, other: str) -> tuple[bool, bool, str]:
    """To sort by. Who mistypes begins right, mostly."""
    return other[0] != word[0], len(other) != len(word), other


def _named(words: Sequence[str], entered: Entered) -> frozenset[str]:
    """The words of names that the member may know of, at least of all that are one edit away from one of these."""
    is_told = not (entered.is_contributor or entered.is_restricted)
    parts = {part for word in words for part in _ends(word)}
    with connection.cursor() as cursor:
        told = {"most": MOST_NAMES, "is_told": is_told, "parts": [f"%{part}%" for part in sorted(parts)]}
        cursor.execute(_NAMES, names.scope(entered) | told)
        found = [name for (name,) in cursor.fetchall()]
    if not entered.is_contributor:
        near = reduce(or_, (Q(name__icontains=part) for part in sorted(parts)), Q(name__plain=False))
        visitors = entered.studio.visitors.visible_to(entered).filter(near).exclude(name="").order_by("pk")
        found += visitors.values_list("name", flat=True)[:MOST_NAMES]
    return _of_countries().union(*(words_of(name) for name in found))


def _ends(word: str) -> tuple[str, str]:
    """Its beginning and its end, of which one edit, or a swap of neighbours, leaves one as it was."""
    size = (len(word) - 1) // 2
    return word[:size], word[-size:]


@lru_cache(maxsize=1)
def _of_countries() -> frozenset[str]:
    return frozenset(part for name in spoken() for part in words_of(name))


def _written(word: str, entered: Entered, today: date) -> str | None:
    """The nearest word one letter away that texts of the member's photos hold."""
    others = {other for other in one_edit_away(word) if other != word}
    held = known_words.among(entered.studio, others)
    nearest = sorted(held, key=partial(_how_near, word))[:MOST_TRIED]
    is_told = not (entered.is_contributor or entered.is_restricted)
    return next((other for other in nearest if (is_told and held[other]) or _finds(other, entered, today)), None)
