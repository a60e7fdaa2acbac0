"""Words as the index is asked for them: names of galleries, sections and places become ids when it is asked.

A rename so touches one row and no photo. A question is written as PostgreSQL writes a tsquery.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from apps.accounts.access import Entered
from apps.library.folding import words_of
from apps.library.places.countries import beginning
from apps.library.questions.kinds import AllWords
from apps.library.questions.tree import Group
from apps.web.compiled_queries import Asked, written_once

# A longer text is no search.
MOST_WORDS = 20
# Two letters begin too many countries to mean one.
NATION = 3
NOTHING = "''"

# Folding is dear: a text of plain letters, which has to hold the word as it is, is folded only if it does.
_BEGUN = """(octet_length({0}) <> length({0}) or position(w.word in lower({0})) > 0)
                and ' ' || library_words({0}) like '%% ' || w.word || '%%'"""

#: People who are looked at for one word.
MOST_PEOPLE = 500

# The galleries (`#a:`), sections (`#s:`) and places of the studio (`#p:`) whose name has a word beginning so, the word
# with its stems, and the people who are called so.
_ASKED = f"""
    select w.word, library_word(w.word)::text, array(
        select '#a:' || replace(a.id::text, '-', '') from albums_album a
        where a.studio_id = %(studio)s and a.trashed_at is null and a.kind = 'gallery'
            and (%(albums)s::uuid[] is null or a.id = any(%(albums)s::uuid[]))
            and {_BEGUN.format("a.title")}
        union all
        select '#s:' || replace(s.id::text, '-', '') from albums_section s
        where s.studio_id = %(studio)s and (%(albums)s::uuid[] is null or s.album_id = any(%(albums)s::uuid[]))
            and {_BEGUN.format("s.title")}
        union all
        select '#p:' || replace(p.id::text, '-', '') from library_namedplace p
        where p.studio_id = %(studio)s and {_BEGUN.format("p.name")}
    ), array(
        select p.id from faces_person p
        where %(with_people)s and p.studio_id = %(studio)s and not p.is_ignored and {_BEGUN.format("p.name")}
        order by p.id limit %(most)s
    )
    from unnest(%(words)s::text[]) as w(word)
"""
_PHRASE = "select phraseto_tsquery('simple', library_words(%s))::text"


def texts_of(tree: Group) -> set[str]:
    """The texts of which the rules ask for every word."""
    rules = [rule for rule in tree.each() if isinstance(rule.field.kind, AllWords)]
    return {rule.value for rule in rules if rule.operator.name == "contains"}


def asking(tree: Group, entered: Entered) -> Asked | None:
    """What the texts of the rules are looked up by, for `together`; None without texts. Its rows are for `read`.

    With them come the people who are called so, for a member who may know of all.
    """
    words = sorted({word for text in texts_of(tree) for word in words_of(text)[:MOST_WORDS]})
    if not words:
        return None
    with_people = not (entered.is_contributor or entered.is_restricted)
    return written_once(_ASKED, scope(entered) | {"words": words, "with_people": with_people, "most": MOST_PEOPLE})


def read(tree: Group, rows: Iterable[tuple[Any, ...]]) -> tuple[dict[str, str], dict[str, list[UUID]]]:
    """Of each text that the rules ask for, and of each of its words, the question to the index; and people by words.

    A query for each phrase. rows: what `asking` found.
    """
    rules = [rule for rule in tree.each() if isinstance(rule.field.kind, AllWords)]
    phrases = {rule.value for rule in rules if rule.operator.name != "contains"}
    questions = {AllWords.key("is", text): _phrase(text) for text in phrases}
    asked: dict[str, str] = {}
    called: dict[str, list[UUID]] = {}
    for word, question, marks, people in rows:
        countries = [f"#c:{code}" for code in beginning(word)] if len(word) >= NATION else []
        asked[word] = " | ".join([question, *(f"'{mark}'" for mark in [*marks, *countries])])
        called |= {word: people} if people else {}
    questions |= {word: f"( {question} )" for word, question in asked.items()}
    for text in texts_of(tree):
        questions[text] = " & ".join(f"( {asked[word]} )" for word in words_of(text)[:MOST_WORDS]) or NOTHING
    return questions, called


def _phrase(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_PHRASE, [text])
        return str(cursor.fetchone()[0]) or NOTHING


def scope(entered: Entered) -> dict[str, Any]:
    """The parameters `studio` and `albums` of a statement: null for a member of all galleries."""
    mine = entered.album_ids
    return {"studio": entered.studio.pk, "albums": None if mine is None else list(mine)}
