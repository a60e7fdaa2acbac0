"""What is said of a keyword itself: that it is there, and its other names. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from apps.accounts import journal
from apps.accounts.journal import Undoing
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import undo as of_albums
from apps.library.folding import fold
from apps.library.keyword_models import Keyword
from apps.library.keywords.rewrite import KeywordTaken
from apps.web.refusal import Refusal


class TooManyKeywords(Refusal):
    """The list would not be one any more."""

    status = 409
    code = "too_many_keywords"
    sentence = f"You can add at most {Keyword.MOST:,} keywords by hand."


class TooManySynonyms(Refusal):
    """More names than anybody reads."""

    status = 422
    code = "too_many_synonyms"
    sentence = f"A keyword has at most {Keyword.MOST_SYNONYMS} synonyms."


def add(studio: Studio, name: str, *, by: User) -> JournalEntry:
    """Make a keyword before a photo has it. name: clean.  Raises KeywordTaken, TooManyKeywords."""
    mine = Keyword.objects.for_studio(studio)
    if mine.count() >= Keyword.MOST:
        raise TooManyKeywords
    row, watch = Keyword(studio=studio, name=name, folded=fold(name)), journal.Watch(studio)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise KeywordTaken("You already have this keyword.") from None
    watch.made(row)
    return journal.record(studio, by=by, verb="keyword.created", changes=watch.changes(), name=name)


def set_synonyms(studio: Studio, name: str, synonyms: Sequence[str], *, by: User) -> JournalEntry | None:
    """Give a keyword other names, in place of those it had; None if nothing changes. name, synonyms: clean.

    Raises TooManyKeywords, TooManySynonyms.
    """
    every = {fold(word): word for word in synonyms if fold(word) != fold(name)}
    if len(every) > Keyword.MOST_SYNONYMS:
        raise TooManySynonyms
    mine, watch = Keyword.objects.for_studio(studio), journal.Watch(studio)
    watch.rows(mine.filter(folded=fold(name)), "synonyms", "folded_synonyms")
    row = mine.filter(folded=fold(name)).first()
    if row is None:
        if not every:
            return None
        if mine.count() >= Keyword.MOST:
            raise TooManyKeywords
        row = Keyword(studio=studio, name=name, folded=fold(name))
        row.synonyms, row.folded_synonyms = list(every.values()), list(every)
        row.save(force_insert=True)
        watch.made(row)
    elif row.synonyms == list(every.values()):
        return None
    else:
        row.synonyms, row.folded_synonyms = list(every.values()), list(every)
        row.save(update_fields=["synonyms", "folded_synonyms"])
    return journal.record(studio, by=by, verb="keyword.changed", changes=watch.changes(), name=name)


def undo(undoing: Undoing) -> None:
    """Take back an act on keywords: on photos and in the library. Raises ChangedSince, Erased, KeywordTaken."""
    try:
        with transaction.atomic():
            of_albums.of_photos(undoing)
    except IntegrityError:
        raise KeywordTaken("Another keyword has this name now.") from None
