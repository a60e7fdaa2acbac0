"""How a studio's watched folder stands: for its page and for programs. Run in `acting_in(studio)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from apps.accounts.models import Studio
from apps.uploads import inbox
from apps.uploads.models import Inbox, InboxFile, InboxState

LISTED: Final = 100
OFF, NO_FOLDER, ON = STATES = ("off", "no_folder", "on")


@dataclass(frozen=True, slots=True)
class InboxStanding:
    """state: one of STATES.  inbox: None until something came.  waiting_files, rejected_files: at most LISTED."""

    state: str
    inbox: Inbox | None
    waiting_files: list[InboxFile]
    waiting_count: int
    rejected_files: list[InboxFile]
    rejected_count: int


def state_of(studio: Studio) -> str:
    """Whether there is a folder: off for all studios, none for this one, or on."""
    if not (settings.INBOX or settings.INBOX_BUCKET):
        return OFF
    return ON if inbox.folder_of(studio) is not None else NO_FOLDER


def read(studio: Studio) -> InboxStanding:
    """Five queries."""
    files = InboxFile.objects.for_studio(studio)
    waiting = files.filter(state=InboxState.WAITING)
    rejected = files.filter(state=InboxState.REJECTED).exclude(aside="")
    return InboxStanding(
        state=state_of(studio),
        inbox=Inbox.objects.for_studio(studio).first(),
        waiting_files=list(waiting.order_by("id")[:LISTED]),
        waiting_count=waiting.count(),
        rejected_files=list(rejected.order_by("-id")[:LISTED]),
        rejected_count=rejected.count(),
    )


def keep_duplicates(studio: Studio, *, keeps: bool) -> None:
    """Move files that the gallery has already to `_duplicates` from now on, or remove them."""
    Inbox.objects.for_studio(studio).update_or_create(studio=studio, defaults={"keeps_duplicates": keeps})
