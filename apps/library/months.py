"""How many photos each month has: from counters for who sees the whole studio, counted for who does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, DateField, QuerySet, Sum
from django.db.models.functions import Cast, TruncMonth

from apps.accounts.access import Entered
from apps.accounts.tenancy import across_studios
from apps.library.models import LibraryPhoto, MonthCount
from apps.web.compiled_queries import Asked, Compiled, once, together

# Rows that one run adds up.
BATCH = 20_000
# One statement, so that whoever reads meanwhile sees a change either as a row of its own or in the sum.
_FOLD = """
    with many as (
        select studio_id, month from library_monthcount group by studio_id, month having count(*) > 1
    ), gone as (
        delete from library_monthcount where ctid = any (array(
            select c.ctid from library_monthcount c join many using (studio_id, month) limit %(most)s
            for update of c skip locked
        )) returning studio_id, month, photos
    ), kept as (
        insert into library_monthcount (id, studio_id, month, photos)
        select gen_random_uuid(), studio_id, month, sum(photos) from gone group by studio_id, month
        having sum(photos) <> 0
    )
    select count(*) from gone
"""


@dataclass(frozen=True, slots=True)
class Month:
    """A month with photos. first: its first day."""

    first: date
    photos: int

    @property
    def key(self) -> str:
        """As in addresses: "2024-05"."""
        return self.first.isoformat()[:7]


def of_member(entered: Entered) -> list[Month]:
    """The months of the photos that the member sees, newest first. One query."""
    [rows] = together(asking(entered))
    return read(rows)


def asking(entered: Entered) -> Asked:
    """The same as a question for `together`; its rows are for `read`."""
    if not entered.is_restricted:
        return _COUNTED.asked(_Whole(entered.studio.pk))
    rows = LibraryPhoto.objects.visible_to(entered).order_by()
    month = Cast(TruncMonth("wall", tzinfo=UTC), DateField())
    return once(rows.annotate(month=month).values_list("month").annotate(n=Count("pk")))


def read(rows: Iterable[tuple[date, int]]) -> list[Month]:
    """What `asking` found, newest first."""
    return sorted((Month(first, n) for first, n in rows if n), key=lambda one: one.first, reverse=True)


@dataclass(frozen=True)
class _Whole:
    """All photos of a studio."""

    studio: UUID


def _counted(whole: _Whole) -> QuerySet[Any, tuple[Any, ...]]:
    return MonthCount.objects.for_studio(whole.studio).order_by().values_list("month").annotate(n=Sum("photos"))


_COUNTED: Final = Compiled(_counted, is_planned_once=True)


def fold() -> int:
    """Add the changes up, so that reading them stays cheap. No count changes by it. Returns how many rows there were.

    A month whose rows are held by another transaction is left for the next time.
    """
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_FOLD, {"most": BATCH})
        return int(cursor.fetchone()[0])
