"""What waits for the member at the screen, for the layout: lists and comments of clients, and tasks of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from django import template
from django.db.models import CharField, QuerySet, Value

from apps.accounts.access import Entered
from apps.accounts.models import Task
from apps.jobs.task_list import asking_unseen
from apps.sharing.review import answers
from apps.web.compiled_queries import Compiled, together

register = template.Library()

MOST: Final = 99


@dataclass(frozen=True, slots=True)
class Waiting:
    """Each "", "3", or "99+". lists: sent and not taken in hand, or their visitors ask for more.  comments: unread.

    tasks: of the member, who has not been told their end.
    """

    lists: str
    comments: str
    tasks: list[Task]


@register.simple_tag
def waiting_for(member: Entered) -> Waiting:
    """What waits in galleries of the member. Needs the studio's transaction.

    One exchange; one query more for a member of some galleries, and none for contributors.
    """
    asked = []
    if member.may_edit:
        asked.append(asking_unseen(member.studio, member.user))
    if not member.is_contributor and not member.is_restricted:
        asked.append(_KINDS.asked(_Whole(member.studio.pk)))
    found = together(*asked)
    tasks = found.pop(0) if member.may_edit else []
    rows = found.pop() if found else [] if member.is_contributor else list(_kinds(member))
    kinds = Counter(kind for (kind,) in rows)
    return Waiting(_words(kinds["list"]), _words(kinds["comment"]), tasks)


def _words(count: int) -> str:
    return f"{MOST}+" if count > MOST else str(count or "")


@dataclass(frozen=True)
class _Whole:
    """A member of all galleries of a studio."""

    studio: UUID
    album_ids = None


def _kinds(member: Entered | _Whole) -> QuerySet[Any, tuple[str]]:
    """("list",) and ("comment",) for each that waits, of both as many as can be told."""
    entered = cast("Entered", member)
    lists = answers.waiting(entered) | answers.asking(entered)
    return _each("list", lists).union(_each("comment", answers.unread_comments(entered)), all=True)


def _each(kind: str, rows: QuerySet[Any]) -> QuerySet[Any, tuple[str]]:
    return rows.order_by().values_list(Value(kind, output_field=CharField()))[: MOST + 1]


_KINDS: Final = Compiled(_kinds)
