"""What waits for the studio's approval in a gallery: photos of guests, answered in bulk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.models import Album, PhotoState
from apps.albums.placements import taken_out_words
from apps.albums.request_params import album_of, uuids
from apps.albums.tiles import colour_class
from apps.media.serving import picture_url
from apps.uploads.guests import approval
from apps.uploads.guests.waiting import waiting
from apps.uploads.models import ReceivedFile
from apps.web import htmx
from apps.web.answers import SeeOther

LISTED = 120


def _tile(file: ReceivedFile, album: Album) -> dict[str, Any]:
    photo = file.photo
    assert photo is not None
    is_ready = photo.state == PhotoState.READY
    return {
        "id": photo.pk,
        "name": photo.camera_name,
        "who": file.visitor.name if file.visitor else "A guest",
        "at": file.at,
        "src": picture_url(album.studio_id, album.pk, photo.pk, "tile") if is_ready else "",
        "problem": photo.problem,
        "width": photo.width or 3,
        "height": photo.height or 2,
        "colour": colour_class(photo.color),
    }


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def from_guests(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The photos that wait, the earliest first."""
    album = album_of(request, album_id)
    rows = waiting(album)
    files = rows.select_related("photo", "visitor")[:LISTED]
    context = {"album": album, "count": rows.count(), "tiles": [_tile(file, album) for file in files]}
    return render(request, "uploads/guests/from_guests.html", context)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def answer(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Approve or reject the photos named by `photo`, or with `all` every one that waits; the message can undo it."""
    album = album_of(request, album_id)
    says = request.POST.get("answer", "")
    if says not in ("approve", "reject"):
        raise BadRequest("The answer is approve or reject.")
    if request.POST.get("all"):
        photos = list(waiting(album).values_list("photo_id", flat=True)[: approval.MOST])
    else:
        photos = uuids(request.POST.getlist("photo"))
    act = approval.approve if says == "approve" else approval.reject
    entry = act(album, photos, by=request.user)
    to = SeeOther("uploads:from_guests", request.studio.slug, album.pk)
    if entry is None:
        return htmx.tell_next(request, to, "Choose photos first.", level="error")
    if says == "approve":
        words = f"{photos_word(entry.count)} approved."
    else:
        words = taken_out_words(entry.count, entry.detail["elsewhere"])
    return htmx.tell_next(request, to, words, undo=undo_url(request, entry))
