"""Taking an act back. An undo is an entry of its own, so it can be taken back in its turn; each entry once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from apps.accounts.journal.changes import Changes
from apps.accounts.journal.models import JournalEntry
from apps.accounts.journal.record import hold_act
from apps.accounts.journal.rows import Erased
from apps.web.raw_rows import insert
from apps.web.refusal import Refusal

if TYPE_CHECKING:
    from apps.accounts.models import Role, Studio, User

UNDONE = "act.undone"


class NotUndoable(Refusal):
    """The entry only tells; there is no way back."""

    status = 409
    code = "not_undoable"
    sentence = "This cannot be undone."


class AlreadyUndone(Refusal):
    """Somebody was faster."""

    status = 409
    code = "already_undone"
    sentence = "This was already undone."


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an inverse deed is given. entry: the act's first entry.  changes: what is to be written now."""

    studio: Studio
    entry: JournalEntry
    changes: Changes
    by: User


@dataclass(frozen=True, slots=True)
class Inverse:
    """How a verb is taken back.

    deed: writes `Undoing.changes` (see `rows.write`) and mends what follows from them; raises a Refusal when it cannot.
    role, scope: what a member and a key need for the act itself, and so for its undo.
    """

    deed: Callable[[Undoing], None]
    role: Role
    scope: str


@cache
def inverses() -> dict[str, Inverse]:
    """The table verb -> inverse deed. It stands in config, because accounts knows no app above it."""
    table: dict[str, Inverse] = import_string(settings.JOURNAL_INVERSES)
    return table


def undo(entry: JournalEntry, *, by: User) -> JournalEntry:
    """Take back the act to which an entry belongs, and return the entry of that. All of it or nothing.

    Whether `by` may do so is asked at the door (see `permission.require`). Undoing an undo does the act again.
    Raises NotUndoable, AlreadyUndone, ChangedSince, Erased, and what the inverse deed refuses.
    """
    studio = entry.studio
    with transaction.atomic():
        if entry.act is not None:
            hold_act(entry.act, shared=False)
        first = first_of(entry)
        root = root_of(first)
        inverse = inverses().get(root.verb)
        if root.forgotten_at is not None:
            raise Erased
        if inverse is None or root.changes is None:
            raise NotUndoable
        # Written before anything is touched: a second undo waits at the unique key and then finds this one.
        undoing = _entry(first, root, by)
        if not insert(undoing, unless_there=True):
            raise AlreadyUndone
        _copy_subjects(undoing, root)
        inverse.deed(Undoing(studio, root, _changes(root, again=undoing.detail["again"]), by))
    return undoing


def first_of(entry: JournalEntry) -> JournalEntry:
    """The entry that stands for the whole act."""
    if entry.is_first or entry.act is None:
        return entry
    first = JournalEntry.objects.for_studio(entry.studio_id).get(act=entry.act, is_first=True)
    first.studio = entry.studio
    return first


def root_of(entry: JournalEntry) -> JournalEntry:
    """The act that an undo (or the undo of an undo) is about; any other entry is its own."""
    if entry.undoes_id is None:
        return entry
    return JournalEntry.objects.for_studio(entry.studio_id).get(pk=UUID(entry.detail["of"]))


def _entry(first: JournalEntry, root: JournalEntry, by: User) -> JournalEntry:
    """again: the act is done once more, because its undo is taken back."""
    again = first.undoes_id is not None and not first.detail["again"]
    detail: dict[str, Any] = {"of": str(root.pk), "again": again}
    return JournalEntry(
        studio=first.studio,
        actor=by,
        verb=UNDONE,
        subject_kind=root.subject_kind,
        subject_id=root.subject_id,
        albums=root.albums,
        count=first.count,
        detail=detail,
        undoes=first,
    )


def _changes(root: JournalEntry, *, again: bool) -> Changes:
    """What to write: the act's changes backwards, or forwards to do it again."""
    if root.act is None:
        many = [root.changes or {}]
    else:
        slices = JournalEntry.objects.for_studio(root.studio_id).filter(act=root.act, changes__isnull=False)
        many = list(slices.order_by("id").values_list("changes", flat=True))
    changes = Changes.from_json(many)
    return changes if again else changes.reversed()


def _copy_subjects(undoing: JournalEntry, root: JournalEntry) -> None:
    """What the act touched is touched by its undo too, so it stands in the same histories."""
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into accounts_journalsubject (id, studio_id, entry_id, thing)
               select gen_random_uuid(), %(studio)s, %(undo)s, s.thing
               from (select distinct s.thing from accounts_journalsubject s
                     join accounts_journalentry e on e.studio_id = s.studio_id and e.id = s.entry_id
                     where s.studio_id = %(studio)s and (e.id = %(root)s or e.act = %(act)s)) s""",
            {"studio": undoing.studio_id, "undo": undoing.pk, "root": root.pk, "act": root.act},
        )
