"""A link stays open longer: the studio's one click after a client asked for more time."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.sharing.links import LONGEST_RUN, Unsuitable
from apps.sharing.models import ShareLink
from apps.sharing.terms import end_of_day

DAYS = 30


def extend(link: ShareLink, days: int = DAYS, *, by: User) -> date:
    """Open a link for `days` more days, counted from its end or from today if that is over. Returns its last day.

    Guests keep their sessions. Raises links.Unsuitable for a link without an end, or beyond what a link may run.
    """
    today = timezone.localdate(timezone=link.studio.zone)
    mine = ShareLink.objects.for_studio(link.studio_id).select_for_update(of=("self",))
    link.refresh_from_db(fields=["expires_on", "expires_at"], from_queryset=mine)
    if link.expires_on is None:
        raise Unsuitable("expires_on", "This link has no end.")
    if not 1 <= days <= LONGEST_RUN.days:
        raise Unsuitable("days", "Choose between one day and ten years.")
    last_day = max(today, link.expires_on) + timedelta(days=days)
    if last_day > today + LONGEST_RUN:
        raise Unsuitable("expires_on", "A link can stay open for ten years at most.")
    link.expires_on, link.expires_at = last_day, end_of_day(last_day, link.studio.zone)
    link.save(update_fields=["expires_on", "expires_at"])
    note(link.studio, by, "link.extended", link, days=days, expires_on=last_day.isoformat())
    return last_day
