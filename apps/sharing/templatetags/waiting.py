"""How many lists and comments of clients wait for the studio, for the sidebar."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from django import template
from django.db.models import CharField, QuerySet, Value

from apps.accounts.access import Entered
from apps.sharing.review import answers
from apps.web.compiled_queries import Compiled

register = template.Library()

MOST: Final = 99


@dataclass(frozen=True, slots=True)
class Waiting:
    """Each "", "3", or "99+". lists: sent and not taken in hand, or their visitors ask for more.  comments: unread."""

    lists: str
    comments: str


@register.simple_tag
def waiting_for(member: Entered) -> Waiting:
    """What waits in galleries of the member. One query, for contributors none; needs the studio's transaction."""
    if member.is_contributor:
        return Waiting("", "")
    whole = _Whole(member.studio.pk)
    rows = _kinds(member) if member.is_restricted else _KINDS(whole)
    found = Counter(kind for (kind,) in rows)
    return Waiting(_words(found["list"]), _words(found["comment"]))


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
