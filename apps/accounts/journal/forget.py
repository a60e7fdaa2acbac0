"""Erasing a person reaches what the journal says about them. That something was done, when and by whom, stays.

A studio itself cannot rewrite its journal: these two go round it, and may change nothing but the words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection

from apps.accounts.tenancy import across_studios

if TYPE_CHECKING:
    from apps.accounts.models import Studio


def forget(studio: Studio, things: Iterable[UUID]) -> int:
    """Empty the entries that tell of these things (a visitor, their lists and comments). Returns how many.

    What such an entry changed is gone with its words, so it cannot be undone any more.
    """
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_FORGET, {"studio": studio.pk, "things": list(things)})
        return int(cursor.rowcount)


def forget_address(studio: Studio, email: str) -> int:
    """Take an email address out of the entries that name it. Returns how many."""
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_FORGET_ADDRESS, [studio.pk, email.strip().lower()])
        return int(cursor.rowcount)


# The entry that an undo is about is found by its `of`, which is no word of anybody.
_FORGET: Final = """
    update accounts_journalentry e
    set detail = case when e.undoes_id is null then '{}'::jsonb else e.detail end, changes = null, forgotten_at = now()
    where e.studio_id = %(studio)s and e.forgotten_at is null and exists (
        select from accounts_journalsubject s
        where s.studio_id = e.studio_id and s.entry_id = e.id and s.thing = any(%(things)s)
    )
"""
_FORGET_ADDRESS: Final = """
    update accounts_journalentry set detail = detail - 'email'
    where studio_id = %s and verb like 'member.%%' and lower(detail->>'email') = %s
"""
