"""Writing entries. They stand in the transaction of the deed that they tell of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models

from apps.accounts.journal.changes import Changes
from apps.accounts.journal.models import JournalEntry
from apps.web.ids import uuid7
from apps.web.raw_rows import insert
from apps.web.refusal import Refusal

if TYPE_CHECKING:
    from apps.accounts.models import Studio, User


class ActUndone(Refusal):
    """A long act goes on after somebody took back what it has done so far."""

    status = 409
    code = "act_undone"
    sentence = "This was undone while it was still running, so it stops here."


def note(studio: Studio, actor: User | None, verb: str, subject: models.Model | None = None, **detail: Any) -> None:
    """Write one entry of a deed that cannot be taken back (see `record`).

    verb: "album.created" and the like.  detail: JSON-able facts; never secrets, never a guest's password.
    """
    _write(studio, actor, verb, subject, detail=detail)


def record(
    studio: Studio,
    *,
    by: User | None,
    verb: str,
    subject: models.Model | None = None,
    albums: Iterable[UUID] = (),
    things: Iterable[UUID] = (),
    changes: Changes | None = None,
    act: UUID | None = None,
    **detail: Any,
) -> JournalEntry:
    """Write one entry in the transaction of the deed it tells of, and return it; its id answers as `undo`.

    verb: "photos.moved" and the like; with `changes` it needs a line in `config.inverses`, else there is no way back.
    subject: the row that the sentence is about.  albums: the galleries in which it happened; that of the subject (the
    subject itself, or its `album_id`) is known without being named.
    things: ids of the photos or people that it touched; each finds the entry in its own history.
    changes: what it changed, row by row (see `Watch`); None or nothing changed: the entry only tells.
    act: an id shared by all entries of one long act, such as the id of its task. They have one line in the history,
    and undoing one undoes all. Entries of one act have one verb.
    detail: JSON-able facts for the sentence; never secrets, never a guest's password.

    Raises ActUndone when the act so far was undone meanwhile; whoever works in slices ends then.
    """
    return _write(studio, by, verb, subject, albums, things, changes, act, detail)


def _write(
    studio: Studio,
    by: User | None,
    verb: str,
    subject: models.Model | None,
    albums: Iterable[UUID] = (),
    things: Iterable[UUID] = (),
    changes: Changes | None = None,
    act: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> JournalEntry:
    named, touched = _albums(subject, albums), list(dict.fromkeys(things))
    if act is not None:
        _join(studio, act)
    entry = JournalEntry(
        studio=studio,
        actor=by,
        verb=verb,
        subject_kind=subject._meta.model_name or "" if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        albums=named,
        count=len(touched),
        detail=detail or {},
        changes=changes.as_json() if changes else None,
        act=act,
    )
    # Of the entries of one act only one can be the first.
    if not insert(entry, unless_there=act is not None):
        entry.is_first = False
        insert(entry)
    about = [subject.pk] if isinstance(subject, models.Model) else []
    _touch(entry, [*about, *named] if entry.is_first else [], touched)
    return entry


def _albums(subject: models.Model | None, named: Iterable[UUID]) -> list[UUID]:
    own = subject.pk if subject is not None and subject._meta.model_name == "album" else None
    own = own or getattr(subject, "album_id", None)
    return list(dict.fromkeys([*([own] if own else []), *named]))


def _touch(entry: JournalEntry, *things: list[UUID]) -> None:
    ids = list(dict.fromkeys(thing for many in things for thing in many))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into accounts_journalsubject (id, studio_id, entry_id, thing)
               select k.id, %s, %s, k.thing from unnest(%s::uuid[], %s::uuid[]) as k (id, thing)""",
            [entry.studio_id, entry.pk, [uuid7() for _ in ids], ids],
        )


# -- long acts -----------------------------------------------------------------------------------------
# The application may not lock rows of a table that it may not update; a lock on the act's id does the same.


def hold_act(act: UUID, *, shared: bool) -> None:
    """Until the commit, an undo waits for slices that are being written, and slices for an undo."""
    share = "_shared" if shared else ""
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_advisory_xact_lock{share}(hashtextextended(%s, 7))", [str(act)])


def _join(studio: Studio, act: UUID) -> None:
    hold_act(act, shared=True)
    mine = JournalEntry.objects.for_studio(studio).filter(act=act, is_first=True)
    if JournalEntry.objects.for_studio(studio).filter(undoes__in=mine.values("pk")).exists():
        raise ActUndone
