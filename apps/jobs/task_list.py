"""What pages show of tasks. Run in the studio's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.access import Entered
from apps.accounts.long_tasks import ACTIVE, Task
from apps.accounts.models import Studio, User
from apps.web import keyset
from apps.web.compiled_queries import Asked, Compiled, together

PAGE: Final = 50
ORDER: Final = ("-created_at", "-id")
# The chip is small: what was begun earlier stands in the list.
IN_CHIP: Final = 3
# Whoever comes back later than that looks into the list.
NEWS_FOR: Final = timedelta(days=1)


def page(member: Entered, after: str) -> dict[str, Any]:
    """Context of jobs/_tasks.html: a page of tasks, the newest first. A cursor that is none leads to the first page."""
    rows = Task.objects.visible_to(member).select_related("who")
    scope = f"tasks {member.studio.pk}"
    try:
        found = keyset.page(rows, ORDER, limit=PAGE, cursor=after, scope=scope)
    except keyset.BadCursor:
        found = keyset.page(rows, ORDER, limit=PAGE, scope=scope)
    return {"tasks": found.rows, "next_url": f"?after={found.next}" if found.next else ""}


@dataclass(frozen=True, slots=True)
class _Mine:
    """Whose tasks are asked for. since: those that ended before are no news."""

    studio: UUID
    user: UUID
    since: datetime


def _news(of: _Mine) -> QuerySet[Task]:
    mine = Task.objects.for_studio(of.studio).filter(who_id=of.user, seen_at__isnull=True)
    return mine.filter(Q(state__in=ACTIVE) | Q(ended_at__gt=of.since)).order_by(*ORDER)[:IN_CHIP]


# Every page of the studio asks this.
_NEWS: Final = Compiled(_news, is_planned_once=True)


def unseen(studio: Studio, user: User) -> list[Task]:
    """What a member began and has not been told the end of, the newest first. One query."""
    [tasks] = together(asking_unseen(studio, user))
    return tasks


def asking_unseen(studio: Studio, user: User) -> Asked:
    """The same as a question for `together`."""
    return _NEWS.asked(_Mine(studio.pk, user.pk, timezone.now() - NEWS_FOR))
