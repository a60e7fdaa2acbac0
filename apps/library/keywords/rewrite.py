"""Renaming, merging and deleting keywords on every photo that has them, the trash included. Run in `acting_in(studio)`.

Up to `bulk.AT_ONCE` photos are dealt with at once, more as a task; both have one way back. The old name of what was
renamed or merged stays as a synonym, so that searches and smart collections that ask for it find what they found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.journal.record import hold_act
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task, TaskSlice
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import bulk
from apps.albums.models import Photo
from apps.jobs.sliced import Sliced
from apps.library.folding import fold
from apps.library.keyword_models import Keyword
from apps.library.keywords.paths import LONGEST, SEPARATOR, new_name, rewritten
from apps.web.refusal import Refusal

RENAMED, MERGED, DELETED = "keywords.renamed", "keywords.merged", "keywords.deleted"
_SPELLED: Final = """
    select distinct w.word from albums_photo p
    cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(p.keywords) when 'array' then p.keywords else '[]' end
    ) as w (word)
    where p.studio_id = %(studio)s and p.keywords <> '[]'
"""
_HAVE: Final = """
    select p.id from albums_photo p
    where p.studio_id = %(studio)s and p.keywords <> '[]' and p.keywords ?| %(words)s::text[] order by p.id
"""


class NoSuchKeyword(Refusal):
    """Nobody has given it to a photo, and it is not in the library."""

    status = 404
    code = "no_such_keyword"
    sentence = "This keyword is not there anymore. Load the page again."


class KeywordTaken(Refusal):
    """Another keyword is called so: that would be a merge, which asks to be meant."""

    status = 409
    code = "keyword_taken"
    sentence = "You already have this keyword. Merge the two instead."


class KeywordTooLong(Refusal):
    """A keyword below the renamed one would have too many letters."""

    status = 422
    code = "keyword_too_long"


class BelowItself(Refusal):
    """A keyword cannot lie below itself, and what goes into another must be another."""

    status = 422
    code = "below_itself"
    sentence = "Choose a keyword that isn’t one of these or below them."


#: What an act leads to: an entry of the journal if few photos have the keyword, else the task that goes on.
Done = JournalEntry | Task


def rename(studio: Studio, old: str, new: str, *, by: User) -> Done:
    """Call a keyword something else, with all below it. old, new: clean names.

    Raises NoSuchKeyword, KeywordTaken, KeywordTooLong, BelowItself, TooManyTasks.
    """
    there = _there(studio)
    folded = fold(old)
    if not _has(there, folded):
        raise NoSuchKeyword
    if fold(new) != folded:
        if _below(fold(new), folded):
            raise BelowItself
        if _has(there, fold(new)):
            raise KeywordTaken
    return _change(studio, there, {folded: new}, RENAMED, by=by, keywords=[old], new=new)


def merge(studio: Studio, names: Collection[str], into: str, *, by: User) -> Done:
    """Let several keywords be one; photos keep it once. names, into: clean names.

    Raises NoSuchKeyword, BelowItself, KeywordTooLong, TooManyTasks.
    """
    there = _there(studio)
    changes = {fold(name): into for name in names if fold(name) != fold(into)}
    if not changes or any(not _has(there, path) for path in changes):
        raise NoSuchKeyword
    if any(_below(fold(into), path) for path in changes):
        raise BelowItself
    merged = [name for name in names if fold(name) in changes]
    return _change(studio, there, changes, MERGED, by=by, keywords=merged, new=into)


def delete(studio: Studio, names: Collection[str], *, by: User) -> Done:
    """Take keywords from every photo, with all below them. names: clean names.  Raises NoSuchKeyword, TooManyTasks."""
    there = _there(studio)
    changes = {fold(name): "" for name in names}
    if not changes or any(not _has(there, path) for path in changes):
        raise NoSuchKeyword
    return _change(studio, there, changes, DELETED, by=by, keywords=list(names), new="")


def _there(studio: Studio) -> list[str]:
    """Every keyword in every spelling, on photos and in the library."""
    with connection.cursor() as cursor:
        cursor.execute(_SPELLED, {"studio": studio.pk})
        written = [word for (word,) in cursor.fetchall()]
    return [*written, *Keyword.objects.for_studio(studio).values_list("name", flat=True)]


def _below(path: str, above: str) -> bool:
    return path == above or path.startswith(above + SEPARATOR)


def _has(there: Iterable[str], path: str) -> bool:
    return any(_below(fold(word), path) for word in there)


def _change(
    studio: Studio, there: list[str], changes: dict[str, str], verb: str, *, by: User, keywords: list[str], new: str
) -> Done:
    detail: dict[str, Any] = {"keywords": keywords, "new": new}
    moved = {word: name for word in set(there) if (name := new_name(word, changes)) is not None}
    if any(len(name) > LONGEST for name in moved.values()):
        raise KeywordTooLong(f"A keyword below this one would have more than {LONGEST} letters.")
    with connection.cursor() as cursor:
        cursor.execute(_HAVE, {"studio": studio.pk, "words": list(moved)})
        photos = [pk for (pk,) in cursor.fetchall()]
    if len(photos) <= bulk.AT_ONCE:
        watch = journal.Watch(studio)
        _rows(studio, changes, keywords, watch)
        return _on_photos(studio, photos, changes, watch, by=by, verb=verb, **detail)
    task = REWRITE.begin(
        studio, photos, by=by, title=_TITLES[verb], changes=changes, verb=verb, detail=detail
    )  # fmt: skip
    watch = journal.Watch(studio)
    _rows(studio, changes, keywords, watch)
    entry = journal.record(studio, by=by, verb=verb, changes=watch.changes(), act=task.pk, **detail)
    task.undo = entry.undo_id
    task.save(update_fields=["undo"])
    return task


def _on_photos(
    studio: Studio,
    photos: Collection[UUID],
    changes: Mapping[str, str],
    watch: journal.Watch,
    *,
    by: User | None,
    verb: str,
    act: UUID | None = None,
    **detail: Any,
) -> JournalEntry:
    rows = Photo.objects.for_studio(studio).filter(pk__in=photos)
    watch.rows(rows, "keywords")
    changed, now = [], timezone.now()
    for photo in rows.only("pk", "studio_id", "keywords"):
        words = rewritten(photo.keywords, changes)
        if words != photo.keywords:
            photo.keywords, photo.updated_at = words, now
            changed.append(photo)
    if changed:
        Photo.objects.for_studio(studio).bulk_update(changed, ["keywords", "updated_at"])
    things = [photo.pk for photo in changed]
    return journal.record(studio, by=by, verb=verb, things=things, changes=watch.changes(), act=act, **detail)


# -- the library's own rows ----------------------------------------------------------------------------


def _rows(studio: Studio, changes: Mapping[str, str], keywords: list[str], watch: journal.Watch) -> None:
    """Let what is said of keywords follow: rows are renamed, joined or go; old names become synonyms."""
    mine = Keyword.objects.for_studio(studio)
    rows = {row.folded: row for row in mine.select_for_update().order_by("pk")}
    touched = {folded: name for folded, row in rows.items() if (name := new_name(row.name, changes)) is not None}
    wanted: dict[str, tuple[str, list[str]]] = {}
    for folded, name in touched.items():
        if name:
            kept = wanted.setdefault(fold(name), (name, []))
            kept[1].extend(rows[folded].synonyms)
    for old in keywords:
        if (name := changes[fold(old)]) and fold(name) != fold(old):
            kept = wanted.setdefault(fold(name), (name, []))
            kept[1].append(old)
    for folded in touched:
        if folded not in wanted:
            watch.removed(rows[folded])
    watch.rows(mine.filter(folded__in=list(wanted)), "name", "folded", "synonyms", "folded_synonyms")
    mine.filter(folded__in=[folded for folded in touched if folded not in wanted]).delete()
    for folded, (name, synonyms) in wanted.items():
        _write(studio, rows.get(folded), name, synonyms, watch)


def _write(studio: Studio, row: Keyword | None, name: str, synonyms: list[str], watch: journal.Watch) -> None:
    every = {fold(word): word for word in [*(row.synonyms if row else []), *synonyms]}
    every.pop(fold(name), None)
    values = list(every.items())[: Keyword.MOST_SYNONYMS]
    kept = row or Keyword(studio=studio)
    kept.name, kept.folded = name, fold(name)
    kept.synonyms, kept.folded_synonyms = [word for _, word in values], [folded for folded, _ in values]
    if row is None:
        kept.save(force_insert=True)
        watch.made(kept)
    else:
        kept.save(update_fields=["name", "folded", "synonyms", "folded_synonyms"])


# -- as a task -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _OfLibrary(Sliced):
    """A task over every photo of a studio, if need be."""

    most: ClassVar[int] = 1_000_000


def _do(task: Task, some: TaskSlice) -> int:
    hold_act(task.pk, shared=True)
    params = task.params
    entry = _on_photos(
        task.studio, some.ids, params["changes"], journal.Watch(task.studio), by=task.who, verb=params["verb"],
        act=task.pk, **params["detail"],
    )  # fmt: skip
    return entry.count


def _told(task: Task) -> str:
    return f"Keywords of {photos_word(task.changed)} changed."


_TITLES: Final = {RENAMED: "Rename a keyword", MERGED: "Merge keywords", DELETED: "Delete keywords"}
REWRITE = _OfLibrary("keywords.rewrite", _told, _do)
