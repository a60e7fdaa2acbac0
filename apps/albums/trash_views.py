"""The trash of a studio."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import JournalEntry, Role
from apps.albums import trash as deeds
from apps.albums.models import Album, Photo
from apps.media.serving import picture_url
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

WRONG_TITLE = "Type the gallery’s title to delete it forever."
WRONG_WORD = "Type “empty” to delete everything in the trash forever."


def _context(request: StudioRequest, after: str = "") -> dict[str, Any]:
    items, following = deeds.items(request.entered, after)
    shown = [
        {
            "kind": item.kind,
            "id": item.id,
            "title": item.title,
            "detail": item.detail,
            "size": item.size,
            "days_left": item.days_left,
            "tile_url": picture_url(request.studio.pk, item.album_id, item.photo_id, "tile")
            if item.album_id and item.photo_id
            else "",
        }
        for item in items
    ]
    return {"items": shown, "page": {"next_url": f"?after={following}" if following else ""}}


def _answer(
    request: StudioRequest, text: str, *, level: str = "info", entry: JournalEntry | None = None
) -> HttpResponse:
    """The trash anew beside a message. What could not be done is 422 for htmx, a message on the page without it."""
    answer: HttpResponse = SeeOther("albums:trash", request.studio.slug)
    if htmx.wants(request):
        status = 422 if level == "error" else 200
        answer = htmx.vary(render(request, "albums/_trash.html", _context(request), status=status))
    return htmx.tell(request, answer, text, level=level, undo=undo_url(request, entry))


def _row(request: StudioRequest, kind: str, id: UUID) -> Album | Photo:
    """What lies in the trash under this id, or Http404."""
    if kind not in ("album", "photo"):
        raise Http404
    albums, photos = Album.objects.visible_to(request.entered), deeds.trashed_photos(request.entered)
    rows = albums.filter(trashed_at__isnull=False) if kind == "album" else photos
    row: Album | Photo | None = rows.filter(pk=id).first()
    if row is None:
        raise Http404
    row.studio = request.studio
    return row


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def trash(request: StudioRequest) -> HttpResponse:
    """What was deleted in the last 30 days."""
    template = "albums/_trash.html" if htmx.wants(request, "trash") else "albums/trash.html"
    return htmx.vary(render(request, template, _context(request, request.GET.get("after", ""))))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def restore(request: StudioRequest, kind: str, id: UUID) -> HttpResponse:
    """Put an album or a photo back."""
    row = _row(request, kind, id)
    try:
        if isinstance(row, Album):
            entry = deeds.restore_album(row, by=request.user)
        else:
            entry = deeds.restore_photo(row, by=request.user)
    except Refusal as refusal:
        return _answer(request, str(refusal), level="error")
    return _answer(request, f"“{row}” restored.", entry=entry)


@require_POST
@studio_page(Role.OWNER)
def delete(request: StudioRequest, kind: str, id: UUID) -> HttpResponse:
    """Delete an album (its title typed as `confirm`) or a photo for ever, which only owners may."""
    row = _row(request, kind, id)
    if isinstance(row, Album):
        if request.POST.get("confirm", "").strip().casefold() != row.title.strip().casefold():
            return _answer(request, WRONG_TITLE, level="error")
        is_gone = deeds.purge_album(row, by=request.user) is not None
    else:
        is_gone = deeds.purge_photo(row, by=request.user)
    if not is_gone:
        # It was restored at this moment, so it does not lie here.
        raise Http404
    return _answer(request, f"“{row}” deleted forever.")


@require_POST
@studio_page(Role.OWNER)
def empty(request: StudioRequest) -> HttpResponse:
    """Delete everything in the trash for ever; what an editor deleted in anger is the owner's to give up."""
    if request.POST.get("confirm", "").strip().casefold() != "empty":
        return _answer(request, WRONG_WORD, level="error")
    deeds.empty(request.studio, by=request.user)
    return _answer(request, "The trash is empty.")
