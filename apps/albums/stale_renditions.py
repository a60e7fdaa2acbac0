"""Renditions that an older recipe made are made anew, and files that it refused are tried again (see `stale`).

A photo that is shown stays as it is until its new renditions are there, and for good if the new recipe refuses it.
"""

from __future__ import annotations

from django.db.models import Q

from apps.albums import stale
from apps.albums.models import PhotoState
from apps.media import presets

# A job of this kind does what the first one of a photo does (see `config.tasks`).
STEP = "rerender"
# About half a minute of one worker: what is uploaded a moment after them waits no longer.
SHARE = 25


def put_share() -> int:
    """Put jobs for up to `SHARE` stale photos of each studio whose images are all done. Returns how many jobs."""
    is_stale = Q(recipe__lt=presets.RECIPE, state__in=[PhotoState.READY, PhotoState.FAILED], trashed_at__isnull=True)
    return stale.put_share(is_stale, f"{STEP}.{presets.RECIPE}", share=SHARE)
