"""What was done in the studio, in a gallery or with a photo, in sentences; each with its *Undo*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateformat import format as written
from django.views.decorators.http import require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal import history
from apps.accounts.models import Role
from apps.albums import photo_versions
from apps.albums.models import Album
from apps.albums.request_params import album_of, photo_of
from apps.media.serving import picture_url
from apps.web import htmx, keyset
from apps.web.index_order import in_index_order

PAGE = 50
# Who acts when nobody does: the trash is emptied by the clock.
NOBODY = "Glassine"


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One act. day: as a heading.  albums: the galleries in which it happened, where the page does not say so."""

    id: UUID
    day: str
    at: datetime
    who: str
    what: str
    albums: Sequence[Album]
    undo_id: UUID | None
    is_undone: bool


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def of_studio(request: StudioRequest) -> HttpResponse:
    """Everything that the studio's members did."""
    return _history(request, {"heading": "History"})


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def of_album(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """What was done in one gallery."""
    album = album_of(request, album_id)
    return _history(request, {"heading": f"History of {album.title}", "album": album}, album=album)


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def of_photo(request: StudioRequest, album_id: UUID, photo_id: UUID) -> HttpResponse:
    """What was done with one photo, in whichever gallery."""
    album = album_of(request, album_id)
    photo = photo_of(album, photo_id)
    tile_url = picture_url(request.studio.pk, album.pk, photo.pk, "tile") if photo.is_ready else ""
    context = {
        "heading": f"History of {photo.camera_name}",
        "album": album,
        "photo": photo,
        "tile_url": tile_url,
        "versions": photo_versions.of_photo(photo),
    }
    return _history(request, context, photo=photo.pk)


def _history(
    request: StudioRequest, context: dict[str, Any], *, album: Album | None = None, photo: UUID | None = None
) -> HttpResponse:
    rows = history.entries(request.entered, album=album.pk if album else None, photo=photo)
    scope = f"history {request.studio.pk} {album.pk if album else ''} {photo or ''}"
    with in_index_order():
        page = keyset.page_or_first(rows, history.NEWEST, limit=PAGE, cursor=request.GET.get("after", ""), scope=scope)
    lines = history.lines(request.entered, page.rows)
    known = {} if album else _albums(request, lines)
    context |= {
        "lines": [_shown(line, known) for line in lines],
        "next_url": f"{request.path}?after={page.next}" if page.next else "",
    }
    template = "albums/_history.html" if htmx.wants(request, "more") else "albums/history.html"
    return htmx.vary(render(request, template, context))


def _albums(request: StudioRequest, lines: Sequence[history.Line]) -> dict[UUID, Album]:
    """Titles of the galleries that the lines name; those in the trash have no page to lead to."""
    wanted = {pk for line in lines for pk in line.entry.albums}
    found = Album.objects.visible_to(request.entered).filter(pk__in=wanted, trashed_at__isnull=True).only("id", "title")
    return {album.pk: album for album in found}


def _shown(line: history.Line, known: dict[UUID, Album]) -> ShownEntry:
    entry = line.entry
    return ShownEntry(
        id=entry.pk,
        day=_day(entry.at),
        at=entry.at,
        who=str(line.by) if line.by else NOBODY,
        what=line.sentence,
        albums=[known[pk] for pk in entry.albums if pk in known],
        undo_id=line.undo_id,
        is_undone=line.undone_by is not None,
    )


def _day(at: datetime) -> str:
    day, today = timezone.localtime(at).date(), timezone.localdate()
    if day == today:
        return "Today"
    return "Yesterday" if day == today - timedelta(days=1) else written(day, "l, j F Y")
