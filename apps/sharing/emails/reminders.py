"""Reminders before a link closes, on the days that the studio wants and at an hour at which people read email."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import AlbumState
from apps.sharing.emails import writing
from apps.sharing.models import ShareLink

MOST_DAYS = 60
# In the studio's zone. A reminder that nobody wrote on its day, because the machine was off, is written on the next.
FIRST_HOUR, LAST_HOUR = 9, 20
GRACE = 1


def write_all(now: datetime | None = None) -> int:
    """Write the reminders that are due in all studios; returns how many are new."""
    now = now or timezone.now()
    with across_studios():
        closing = ShareLink.objects.filter(
            has_reminders=True,
            revoked_at__isnull=True,
            expires_at__gt=now,
            expires_at__lte=now + timedelta(days=MOST_DAYS + 2),
            album__state=AlbumState.LIVE,
            album__trashed_at__isnull=True,
            studio__reminder_days__len__gt=0,
            studio__closing_since=None,
        )
        found = list(closing.order_by("studio_id").values_list("studio_id", "pk"))
    return sum(_write(studio_id, link_id, now) for studio_id, link_id in found)


def _write(studio_id: UUID, link_id: UUID, now: datetime) -> int:
    with acting_in(studio_id):
        rows = ShareLink.objects.for_studio(studio_id).select_related("studio", "album").defer("studio__logo")
        link = rows.filter(pk=link_id).first()
        if link is None:
            return 0
        link.album.studio = link.studio
        days = due_days(link, now)
        return writing.remind(link, days, due_at=now) if days is not None else 0


def due_days(link: ShareLink, now: datetime) -> int | None:
    """For which of the studio's days a reminder is due at this moment; None for none."""
    local = now.astimezone(link.studio.zone)
    if link.expires_on is None or not FIRST_HOUR <= local.hour < LAST_HOUR:
        return None
    left = (link.expires_on - local.date()).days
    made_on = link.created_at.astimezone(link.studio.zone).date()
    for days in sorted(link.studio.reminder_days):
        # Whoever got a link for three days need not be reminded of its seventh.
        was_there = made_on < link.expires_on - timedelta(days=days)
        if max(0, days - GRACE) <= left <= days and was_there:
            return days
    return None


def set_days(studio: Studio, days: list[int], *, by: User) -> None:
    """On which days before the end clients are reminded; none for never."""
    studio.reminder_days = sorted(set(days), reverse=True)
    studio.save(update_fields=["reminder_days"])
    note(studio, by, "studio.reminders", studio, days=studio.reminder_days)


def switch(link: ShareLink, on: bool, *, by: User) -> None:
    """Reminders of one link on or off."""
    link.has_reminders = on
    link.save(update_fields=["has_reminders"])
    note(link.studio, by, "link.reminders", link, on=on)
