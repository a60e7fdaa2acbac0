"""How much of a studio's plan is used, and who is told before it is full or a trial ends.

Owners get one email at 80 and one at 95 percent of storage, photos and galleries, a week and a day before a trial ends,
and when it did. The outbox keeps an email for a month by its key, so whoever stays above is reminded each month.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.models import Role, Studio
from apps.accounts.tenancy import across_studios, acting_in

log = logging.getLogger(__name__)

LEVELS: Final = (95, 80)
# Before the end of a trial.
NOTICES: Final = (timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class PlanUse:
    """One limit of a plan. name: storage (in bytes), photos or galleries.  limit: None for no limit."""

    name: str
    used: int
    limit: int | None

    @property
    def percent(self) -> int:
        """Rounded down, at most 100: 100 is full."""
        if self.limit is None:
            return 0
        return min(100, 100 * self.used // self.limit) if self.limit else 100

    @property
    def level(self) -> int:
        """The highest of `LEVELS` that was reached; 0 for none."""
        return next((level for level in LEVELS if self.percent >= level), 0)


def uses_of(studio: Studio) -> list[PlanUse]:
    """What the plan holds and how much of it is used. Run in the studio."""
    galleries = studio.albums.filter(kind="gallery", trashed_at__isnull=True).count()
    return [
        PlanUse("storage", studio.bytes_used, studio.quota_bytes),
        PlanUse("photos", studio.files_used, studio.quota_files),
        PlanUse("galleries", galleries, studio.quota_albums),
    ]


def warn(now: datetime | None = None) -> int:
    """Tell the owners of all studios what is nearly used up, and of trials that end; how many studios were looked at.

    Trouble with one does not stop the others.
    """
    now = now or timezone.now()
    near = Q(bytes_used__gte=F("quota_bytes") * 0.8) | Q(files_used__gte=F("quota_files") * 0.8)
    trial = Q(trial_ends_at__lte=now + max(NOTICES), trial_ends_at__gt=now - timedelta(days=30))
    with across_studios():
        open_ones = Studio.objects.filter(closing_since=None).defer("logo")
        studios = list(open_ones.filter(near | trial | Q(quota_albums__isnull=False)).order_by("id"))
    for studio in studios:
        try:
            with acting_in(studio):
                _warn_of_limits(studio)
                _warn_of_trial(studio, now)
        except Exception:
            log.exception("the owners of studio %s could not be told about their plan", studio.pk)
    return len(studios)


def _warn_of_limits(studio: Studio) -> None:
    for use in uses_of(studio):
        if use.level:
            words = outbox.rendered(
                f"Your plan is {use.percent}% full ({use.name})",
                "accounts/emails/plan_limit.txt",
                studio=studio.name, use=use, url=_url(studio),
            )  # fmt: skip
            outbox.tell(studio, [Role.OWNER], f"plan:{studio.pk}:{use.name}:{use.level}:{use.limit}", words)


def _warn_of_trial(studio: Studio, now: datetime) -> None:
    ends = studio.trial_ends_at
    if ends is None or ends > now + max(NOTICES):
        return
    is_over = ends <= now
    notice = 0 if is_over else next(before.days for before in NOTICES if ends <= now + before)
    words = outbox.rendered(
        f"The trial of {studio.name} {'has ended' if is_over else 'ends soon'}",
        "accounts/emails/trial.txt",
        studio=studio.name, ends=timezone.localtime(ends, studio.zone), is_over=is_over, url=_url(studio),
    )  # fmt: skip
    outbox.tell(studio, [Role.OWNER], f"trial:{studio.pk}:{notice}:{int(ends.timestamp())}", words)


def _url(studio: Studio) -> str:
    return settings.PUBLIC_URL + reverse("accounts:settings", args=[studio.slug])
