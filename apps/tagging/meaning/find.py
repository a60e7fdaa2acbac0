"""Photos whose texts are close in meaning to what was typed: an exact scan within the studio.

Run in `acting_in(studio)`. Words that stand in a photo are another search, which always comes first and never waits
for a server; this one is asked for by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from pgvector import HalfVector
from pgvector.django import CosineDistance

from apps.accounts.access import Entered
from apps.library.find import Library, LibraryTile
from apps.library.questions import language
from apps.library.questions.kinds import AllWords
from apps.library.questions.tree import Group, Rule
from apps.tagging.meaning import agreement, ask
from apps.tagging.meaning_models import PhotoMeaning

#: A page waits no longer for the server.
SECONDS: Final = 2.0
MOST_EXACT: Final = 24
MOST: Final = 48


@dataclass(frozen=True, slots=True)
class MeaningFound:
    """exact: the newest photos that contain the words.  close: others, the closest first.  words: that were sent."""

    exact: list[LibraryTile]
    close: list[LibraryTile]
    words: str


def is_offered(entered: Entered) -> bool:
    """True if the studio has a server that may be sent what was typed. One query."""
    return not entered.is_contributor and agreement.may_send(agreement.server_of(entered.studio))


def by_meaning(entered: Entered, search: language.Search, *, today: date) -> MeaningFound:
    """Photos close to the words of a search; its filters hold. Nothing is sent for a search without words.

    Raises MeaningOff, CapReached, NobodyAnswers.
    """
    words = words_of(search)
    if not words:
        return MeaningFound([], [], "")
    found = ask.embed(entered.studio, [words], seconds=SECONDS, tries=1)
    exact = Library(entered, search.tree, today=today)
    others = Group("all", tuple(term.rule for term in search.terms if not _is_words(term)))
    seen = Library(entered, others, today=today).rows
    rows = PhotoMeaning.objects.visible_to(entered).filter(model=found.model, dimension=found.dimension)
    near = rows.filter(photo_id__in=seen.order_by().values("pk")).order_by(
        CosineDistance("vector", HalfVector(found.vectors[0])), "photo_id"
    )
    # Those that hold the words as well make room for others.
    ids = list(near.values_list("photo_id", flat=True)[: 2 * MOST])
    with_words = set(exact.rows.filter(pk__any=ids).order_by().values_list("pk", flat=True))
    close = [pk for pk in ids if pk not in with_words][:MOST]
    return MeaningFound(exact.page(size=MOST_EXACT).tiles, exact.tiles(close), words)


def words_of(search: language.Search) -> str:
    """What was typed without filters, as it was typed."""
    return " ".join(term.text.strip('"') for term in search.terms if _is_words(term))


def _is_words(term: language.Term) -> bool:
    rule = term.rule
    return isinstance(rule, Rule) and isinstance(rule.field.kind, AllWords) and rule.operator.name in ("contains", "is")
