"""What pages and the API show of suggestions: pages of them, with the picture and the gallery in which it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from apps.accounts.access import Entered
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Placement
from apps.tagging.models import Suggestion, SuggestionState

PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class ShownSuggestion:
    """album_id: a gallery of the member's in which the photo lies."""

    row: Suggestion
    album_id: UUID


def open_ones(entered: Entered, *, purpose: str = "", photo_id: UUID | None = None) -> StudioQuerySet[Suggestion]:
    """Those to be reviewed that the member sees, in no order."""
    rows: StudioQuerySet[Suggestion] = Suggestion.objects.visible_to(entered)
    rows = rows.filter(state=SuggestionState.OPEN, photo__trashed_at__isnull=True)
    if purpose:
        rows = rows.filter(purpose=purpose)
    return rows if photo_id is None else rows.filter(photo_id=photo_id)


def shown(entered: Entered, rows: Sequence[Suggestion]) -> list[ShownSuggestion]:
    """With where each is seen; what lies in no gallery is left out. One query."""
    lies = Placement.objects.visible_to(entered).filter(
        photo_id__in={row.photo_id for row in rows}, trashed_at__isnull=True, album__trashed_at__isnull=True
    )
    albums = dict(lies.order_by("-pk").values_list("photo_id", "album_id"))
    return [ShownSuggestion(row, albums[row.photo_id]) for row in rows if row.photo_id in albums]
