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
from apps.web.compiled_queries import Asked, Compiled, Later, once, together

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


@register.simple_tag(takes_context=True)
def waiting_for(context: dict[str, Any], member: Entered) -> Waiting:
    """What waits in galleries of the member. Needs the studio's transaction.

    One exchange, or none if the page sent it along (see `accounts.layout`).
    """
    ahead: Later | None = getattr(context.get("request"), "layout", None)
    found = ahead.found() if ahead is not None else together(*asking(member))
    tasks = found[0] if member.may_edit else []
    kinds = Counter(kind for (kind,) in (found[-1] if not member.is_contributor else []))
    return Waiting(_words(kinds["list"]), _words(kinds["comment"]), tasks)


def asking(member: Entered) -> list[Asked]:
    """The questions for that: of tasks, for who may have some, and of what waits, for who learns of it."""
    asked = [asking_unseen(member.studio, member.user)] if member.may_edit else []
    if member.is_contributor:
        return asked
    return [*asked, once(_kinds(member)) if member.is_restricted else _KINDS.asked(_Whole(member.studio.pk))]


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


_KINDS: Final = Compiled(_kinds, is_planned_once=True)
