"""The studio answers guests who asked to be hidden. Run in `acting_in(studio)`."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import audiences
from apps.sharing.models import HideAnswer, HideRequest
from apps.web.refusal import Refusal

#: Requests on one page, the oldest first.
MOST_LISTED = 50


class AlreadyAnswered(Refusal):
    """Somebody was faster."""

    status = 409
    code = "already_answered"
    sentence = "This request was answered already."


def waiting(studio: Studio) -> QuerySet[HideRequest]:
    """Requests that nobody has answered, the oldest first."""
    rows = HideRequest.objects.for_studio(studio).filter(answer="", shown__album__trashed_at__isnull=True)
    return rows.select_related("shown__album", "link").order_by("created_at", "pk")


def answer(studio: Studio, request_id: UUID, says: HideAnswer, *, by: User) -> JournalEntry | None:
    """Hide the photos from every client, or leave them; the request keeps no photo then. Which photos were hidden can
    be taken back.

    Raises HideRequest.DoesNotExist, AlreadyAnswered.
    """
    rows = HideRequest.objects.for_studio(studio).select_for_update(no_key=True, of=("self",))
    asked = rows.select_related("shown__album").get(pk=request_id)
    if asked.answer:
        raise AlreadyAnswered
    photos, album = asked.photos, asked.album
    album.studio = studio
    asked.answer, asked.answered_by, asked.answered_at, asked.photos = says, by, timezone.now(), []
    asked.save(update_fields=["answer", "answered_by", "answered_at", "photos"])
    journal.note(studio, by, "hide_request.answered", album, answer=says.value)
    return audiences.hide(album, photos, hidden=True, by=by) if says == HideAnswer.HIDE else None
