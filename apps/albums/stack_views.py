"""Stacks in the grid of a gallery: put together, parted, another frame on top."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import JournalEntry, Role
from apps.albums import stacks
from apps.albums.models import Album, Photo
from apps.albums.request_params import album_of, photos_of, uuids
from apps.jobs.pages import refused
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def create(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Make one stack of photos; the first in the gallery's order lies on top."""
    album = album_of(request, album_id)
    photos = _chosen(request, album)

    def stack() -> JournalEntry:
        return stacks.put_together(request.studio, photos, by=request.user)[1]

    return _done(request, album, stack, "{photos} stacked.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def part(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Take the stacks of photos apart."""
    album = album_of(request, album_id)
    inside = Photo.objects.for_studio(request.studio).filter(pk__in=_chosen(request, album), stack__isnull=False)
    parted = set(inside.values_list("stack_id", flat=True))
    deed = partial(stacks.unstack, request.studio, parted, by=request.user)
    return _done(request, album, deed, "{photos} unstacked.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def take_out(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Let photos leave their stacks."""
    album = album_of(request, album_id)
    deed = partial(stacks.take_out, request.studio, _chosen(request, album), by=request.user)
    return _done(request, album, deed, "{photos} taken out of the stack.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def top(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Let one photo lie on top of its stack."""
    album = album_of(request, album_id)
    photos = _chosen(request, album)
    if len(photos) > 1:
        raise BadRequest("Choose one photo.")
    photo = photos[0] if photos else None
    deed = partial(stacks.choose_top, request.studio, photo, by=request.user)
    return _done(request, album, deed, "Top photo changed.")


def _chosen(request: StudioRequest, album: Album) -> list[UUID]:
    """Photos of the album in its order; those whose stack reaches beyond the member's galleries are left out."""
    asked = uuids(request.POST.getlist("photo"))
    mine = stacks.within_reach(request.entered, photos_of(album).filter(pk__any=asked))
    lying = album.placements.live().filter(photo_id__in=mine.values("pk"))
    return list(lying.in_order().values_list("photo_id", flat=True))


def _done(request: StudioRequest, album: Album, deed: Callable[[], JournalEntry], words: str) -> HttpResponse:
    """words: what was done, as "{photos} stacked."."""
    try:
        entry = deed()
    except Refusal as refusal:
        return refused(request, refusal, SeeOther(album))
    answer = HttpResponse(status=204) if htmx.wants(request) else SeeOther(album)
    text = words.format(photos=photos_word(entry.count))
    return htmx.tell(request, answer, text, undo=undo_url(request, entry))
