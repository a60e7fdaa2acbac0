"""How a studio's watched folder stands: for its page and for programs. Run in `acting_in(studio)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Case, When

from apps.accounts.models import Studio
from apps.albums.models import Album
from apps.uploads import inbox
from apps.uploads.models import Inbox, InboxFile, InboxRule, InboxState
from apps.web.refusal import Refusal

LISTED: Final = 100
OFF, NO_FOLDER, ON = STATES = ("off", "no_folder", "on")
#: Galleries among which one is chosen, the newest first.
CHOICES: Final = 500


class NoSuchGallery(Refusal):
    """The gallery that was chosen is none of the studio's, or in the trash."""

    status = 422
    code = "no_gallery"
    sentence = "Choose the gallery that all photos go to."


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


def galleries(studio: Studio, inbox: Inbox | None) -> list[tuple[UUID, str]]:
    """Id and title of those that may be the one gallery of the rule, the one that is in front. One query."""
    rows = Album.objects.for_studio(studio).filter(trashed_at=None)
    is_chosen = Case(When(pk=inbox.album_id if inbox else None, then=0), default=1)
    return list(rows.order_by(is_chosen, "-id").values_list("pk", "title")[:CHOICES])


def choose(
    studio: Studio, *, keeps_duplicates: bool | None = None, rule: InboxRule | None = None, album: UUID | None = None
) -> None:
    """Say how the folder is read from now on; what is None stays. Files that were taken stay where they are.

    keeps_duplicates: move files that the gallery has already to `_duplicates` instead of removing them.
    album: the one gallery of the rule ONE; other rules have none. Raises NoSuchGallery.
    """
    mine = Inbox.objects.for_studio(studio)
    mine.get_or_create(studio=studio)
    # Whoever takes a file holds it too, so each file goes by one rule.
    inbox = mine.select_for_update().get()
    if keeps_duplicates is not None:
        inbox.keeps_duplicates = keeps_duplicates
    if rule is not None:
        inbox.rule = rule
    chosen = album or inbox.album_id
    if inbox.rule != InboxRule.ONE:
        chosen = None
    elif chosen is None or not Album.objects.for_studio(studio).filter(pk=chosen, trashed_at=None).exists():
        raise NoSuchGallery
    inbox.album_id = chosen
    inbox.save(update_fields=["keeps_duplicates", "rule", "album"])
    # What waits because its gallery was gone is looked at again at once.
    waiting = InboxFile.objects.for_studio(studio).filter(state=InboxState.WAITING, not_before__isnull=False)
    waiting.update(not_before=None, reason="")
