"""The counter of free downloads: which photos went out through a link. Run in `acting_in(grant.studio)`.

A photo is counted once for each link, before its first byte leaves; taking it again is free.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.tenancy import StudioQuerySet
from apps.sharing.access import Grant
from apps.sharing.models import ShareLink, TakenPhoto
from apps.web.compiled_queries import Compiled
from apps.web.refusal import Refusal


class UsedUp(Refusal):
    """More photos are asked for than the link has left."""

    status = 403
    code = "used_up"

    def __init__(self, tally: DownloadTally, asked: int) -> None:
        self.tally, self.asked = tally, asked
        super().__init__(self._words())

    def _words(self) -> str:
        limit, left = self.tally.limit, self.tally.left or 0
        if left == 0:
            return _("All %(limit)s free downloads have been used.") % {"limit": limit}
        text = ngettext(
            "You have %(left)s free download left, but this needs %(asked)s.",
            "You have %(left)s free downloads left, but this needs %(asked)s.",
            left,
        )
        return text % {"left": left, "asked": self.asked}


@dataclass(frozen=True, slots=True)
class DownloadTally:
    """How many photos went out through a link. limit: how many may; None for any number."""

    used: int
    limit: int | None

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


def tally(grant: Grant) -> DownloadTally:
    """The counter as it stands."""
    limit = grant.rights.download_limit
    return DownloadTally(0 if limit is None else _taken(grant).count(), limit)


def untaken(grant: Grant, photo_ids: Collection[UUID]) -> list[UUID]:
    """Those of the photos that the counter does not know yet."""
    known = set(_KNOWN(_Asked(grant.studio.pk, grant.link_id, list(photo_ids))))
    return [photo_id for photo_id in photo_ids if photo_id not in known]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which photos are asked for that went out through a link."""

    studio_id: UUID
    link_id: UUID
    photo_ids: list[UUID]


def _known(asked: _Asked) -> QuerySet[Any, UUID]:
    taken = TakenPhoto.objects.for_studio(asked.studio_id).filter(link_id=asked.link_id)
    return taken.filter(photo_id__any=asked.photo_ids).values_list("photo_id", flat=True)


_KNOWN: Final = Compiled(_known)


def check(grant: Grant, photo_ids: Collection[UUID]) -> None:
    """Raises UsedUp if the photos are more than the link has left."""
    limit = grant.rights.download_limit
    if limit is None:
        return
    _check(grant, untaken(grant, photo_ids), limit)


def reserve(grant: Grant, photo_ids: Collection[UUID]) -> None:
    """Count these photos. Raises UsedUp when the link has fewer left; then none is counted.

    The link's row is held, so that two at once cannot both take the last one.
    """
    if not untaken(grant, photo_ids):
        return
    held = ShareLink.objects.for_studio(grant.studio).select_for_update(no_key=True).filter(pk=grant.link_id)
    limit = held.values_list("download_limit", flat=True).get()
    new = untaken(grant, photo_ids)
    if limit is not None:
        _check(grant, new, limit)
    rows = [TakenPhoto(studio=grant.studio, link_id=grant.link_id, photo_id=photo_id) for photo_id in new]
    TakenPhoto.objects.for_studio(grant.studio).bulk_create(rows, ignore_conflicts=True)


def _check(grant: Grant, new: list[UUID], limit: int) -> None:
    counted = DownloadTally(_taken(grant).count(), limit)
    if new and len(new) > (counted.left or 0):
        raise UsedUp(counted, len(new))


def _taken(grant: Grant) -> StudioQuerySet[TakenPhoto]:
    return TakenPhoto.objects.for_studio(grant.studio).filter(link_id=grant.link_id)
