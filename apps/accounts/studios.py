"""A studio's own settings."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.access import Entered
from apps.accounts.journal import note
from apps.accounts.models import Studio
from apps.web.refusal import Refusal

CHANGEABLE = ("name", "slug", "time_zone", "accent")


class SlugTaken(Refusal):
    """Another studio has this slug."""

    status = 409
    code = "slug_taken"
    sentence = "Another studio has this address."


def change(entered: Entered, **wanted: Any) -> Studio:
    """Change name, slug, time zone or accent; returns the studio as it is now. Raises SlugTaken; then nothing changed.

    Call it in the studio's transaction.
    """
    studio = entered.studio
    changed = {name: value for name, value in wanted.items() if name in CHANGEABLE and getattr(studio, name) != value}
    if changed:
        try:
            with transaction.atomic():
                Studio.objects.filter(pk=studio.pk).update(**changed)
        except IntegrityError:
            raise SlugTaken from None
        note(studio, entered.user, "studio.settings_changed", studio, **changed)
    return Studio.objects.defer("logo").get(pk=studio.pk)
