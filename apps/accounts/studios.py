"""A studio's own settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from apps.accounts.access import Entered
from apps.accounts.journal import note
from apps.accounts.long_tasks import ACTIVE, Task
from apps.accounts.models import Studio
from apps.web.refusal import Refusal

CHANGEABLE = ("name", "slug", "time_zone", "accent")
# The kind of the tasks that recompute what derives from a studio's settings.
DERIVED_KIND = "studio.derived"


class SlugTaken(Refusal):
    """Another studio has this slug."""

    status = 409
    code = "slug_taken"
    sentence = "This address is taken by another studio."


class OwnFactorFirst(Refusal):
    """Whoever asks others for two-step sign-in has it: they would lock themselves out with this act."""

    status = 409
    code = "own_second_factor_first"
    sentence = "Turn on two-step sign-in for yourself first."


def require_second_factor(entered: Entered, on: bool) -> None:
    """Whether members come in only with two-step sign-in; who has it off is led to it. Raises OwnFactorFirst."""
    if entered.studio.second_factor_required == on:
        return
    if on and not entered.user.has_second_factor:
        raise OwnFactorFirst
    entered.studio.second_factor_required = on
    entered.studio.save(update_fields=["second_factor_required"])
    note(entered.studio, entered.user, "studio.second_factor", entered.studio, on=on)


def change(entered: Entered, **wanted: Any) -> tuple[Studio, list[Task]]:
    """Change name, slug, time zone or accent.

    Returns the studio as it is now, and the tasks that recompute what derives from what was changed.
    Raises SlugTaken, TooManyTasks; then nothing changed. Call it in the studio's transaction.
    """
    studio = entered.studio
    if "time_zone" in wanted:
        studio.hold_zone(to_change=True)
    changed = {name: value for name, value in wanted.items() if name in CHANGEABLE and getattr(studio, name) != value}
    if changed:
        try:
            with transaction.atomic():
                Studio.objects.filter(pk=studio.pk).update(**changed)
        except IntegrityError:
            raise SlugTaken from None
        note(studio, entered.user, "studio.settings_changed", studio, **changed)
    now = Studio.objects.defer("logo").get(pk=studio.pk)
    begin: Callable[..., list[Task]] = import_string(settings.STUDIO_DERIVED).begin
    return now, begin(now, changed, by=entered.user)


def recomputing(studio: Studio) -> list[Task]:
    """What is being recomputed because settings were changed, the newest first."""
    mine = Task.objects.for_studio(studio).filter(kind=DERIVED_KIND, state__in=ACTIVE)
    return list(mine.order_by("-created_at", "-id")[:5])
