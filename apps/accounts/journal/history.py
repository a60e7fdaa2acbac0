"""Reading the journal: one line per act, newest first, each as a sentence. A fixed number of queries per page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils.module_loading import import_string

from apps.accounts.journal.models import JournalEntry
from apps.accounts.journal.permission import beyond, readable
from apps.accounts.journal.sentences import Phrase, sentence, undo_sentence
from apps.accounts.journal.undo import inverses
from apps.web.ids import first_uuid7

if TYPE_CHECKING:
    from apps.accounts.access import Entered
    from apps.accounts.models import User

# Ids are ordered by time.
NEWEST = ("-id",)
# An entry's id is made a moment before or after its time is read.
_SLACK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One act. entry: for a photo's history the slice of a long act that touched it.

    sentence: what follows the name.  count: things that the whole act touched.  undo_id: what to undo; None if it
    cannot be undone, or was.  undone_by: the entry that took it back.
    """

    entry: JournalEntry
    by: User | None
    sentence: str
    count: int
    undo_id: UUID | None
    undone_by: UUID | None


def entries(
    entered: Entered, *, album: UUID | None = None, photo: UUID | None = None, since: datetime | None = None
) -> QuerySet[JournalEntry]:
    """The entries that a member may read, to be paged by `NEWEST`; of a long act only the first, or the photo's.

    Ask for a page `in_index_order`: what row-level security adds makes the planner expect one row of a join.
    """
    rows = JournalEntry.objects.for_studio(entered.studio).filter(readable(entered))
    if since is not None:
        rows = rows.filter(at__gte=since, id__gte=first_uuid7(since - _SLACK))
    if photo is not None:
        rows = rows.filter(subjects__thing=photo)
        if album is not None:
            rows = rows.filter(albums__contains=[album])
    else:
        rows = rows.filter(is_first=True)
        if album is not None:
            rows = rows.filter(subjects__thing=album)
    return rows.defer("changes").annotate(can_change=Q(changes__isnull=False)).select_related("actor")


def lines(entered: Entered, page: Sequence[JournalEntry]) -> list[Line]:
    """What a page of `entries` says. At most six queries, however long it is."""
    told = _Told(entered, page)
    return [told.line(entry) for entry in page]


@cache
def phrases() -> dict[str, Phrase]:
    """The table verb -> phrase."""
    table: dict[str, Phrase] = import_string(settings.JOURNAL_PHRASES)
    return table


class _Told:
    """What has to be known beside the entries of a page."""

    def __init__(self, entered: Entered, page: Sequence[JournalEntry]) -> None:
        self.entered = entered
        self.rows = JournalEntry.objects.for_studio(entered.studio)
        known = {entry.pk: entry for entry in page}
        roots = {UUID(entry.detail["of"]) for entry in page if entry.undoes_id is not None}
        self.known = known | self._more(Q(pk__in=roots.difference(known))) if roots.difference(known) else known
        acts = {entry.act for entry in self.known.values() if entry.act is not None}
        self.firsts = {row.act: row for row in self._more(Q(act__in=acts, is_first=True)).values()} if acts else {}
        totals = self.rows.filter(act__in=acts).order_by().values("act").annotate(total=Sum("count")) if acts else []
        self.totals = {row["act"]: row["total"] for row in totals}
        self.closed = beyond(entered, acts)
        heads = {self.first(entry).pk for entry in page}
        self.undone = dict(self.rows.filter(undoes__in=heads).values_list("undoes", "pk")) if heads else {}

    def _more(self, wanted: Q) -> dict[UUID, JournalEntry]:
        rows = self.rows.filter(wanted).defer("changes").annotate(can_change=Q(changes__isnull=False))
        return {row.pk: row for row in rows}

    def first(self, entry: JournalEntry) -> JournalEntry:
        return self.firsts.get(entry.act, entry) if entry.act is not None else entry

    def line(self, entry: JournalEntry) -> Line:
        first = self.first(entry)
        root = self.known[UUID(entry.detail["of"])] if entry.undoes_id is not None else first
        count = self.totals.get(root.act, root.count) if root.act is not None else root.count
        text = sentence(phrases(), root, count)
        if entry.undoes_id is not None:
            text = undo_sentence(text, again=bool(entry.detail["again"]))
        undone_by = self.undone.get(first.pk)
        can = undone_by is None and self._may_undo(root)
        return Line(entry, entry.actor, text, count, first.pk if can else None, undone_by)

    def _may_undo(self, root: JournalEntry) -> bool:
        inverse = inverses().get(root.verb)
        can_change: bool = root.can_change  # type: ignore[attr-defined]
        if inverse is None or not can_change or root.act in self.closed:
            return False
        return self.entered.role.reaches(inverse.role)
