"""The ends of links, which derive from the studio's zone. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from apps.accounts.models import Studio
from apps.sharing.models import ShareLink

_READ_AT_ONCE = 2_000


def ids_with_end(studio: Studio) -> Iterable[UUID]:
    """The links that close at the end of a day."""
    mine = ShareLink.objects.for_studio(studio).filter(expires_on__isnull=False)
    return mine.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=_READ_AT_ONCE)


def end_again(studio: Studio, link_ids: Sequence[UUID]) -> int:
    """Let these links close at the end of their day in the zone that the studio has now. Returns how many moved."""
    zone = studio.hold_zone()
    rows = ShareLink.objects.for_studio(studio).filter(pk__in=link_ids, expires_on__isnull=False)
    moved = []
    for link in rows.select_for_update(no_key=True).order_by("pk").only("studio_id", "expires_on", "expires_at"):
        before = link.expires_at
        link.set_end(link.expires_on, zone)
        if link.expires_at != before:
            moved.append(link)
    ShareLink.objects.for_studio(studio).bulk_update(moved, ["expires_at"])
    return len(moved)
