"""What is done to photos of the library: few in the request, many as a task, each act with one undo."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import JournalEntry, Role
from apps.albums import bulk, marks, placements, relocate, reprocess
from apps.albums.models import Album, Photo
from apps.albums.request_params import album_of, uuids
from apps.jobs.pages import goes_on
from apps.library import page_context
from apps.library.find import Library
from apps.library.pages import act, chosen, done, onward, said
from apps.library.tiles import plain_tiles
from apps.web import htmx
from apps.web.answers import SeeOther

MOST_TILES = 100
LONGEST_TITLE = 120


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def tiles_by_id(request: StudioRequest) -> HttpResponse:
    """The tiles of some photos, without headings; unknown ids are left out."""
    ids = uuids(request.GET.get("ids", "").split(","), most=MOST_TILES)
    found = Library(request.entered).tiles(ids)
    return HttpResponse(plain_tiles(found, request.entered, may_edit=page_context.may_edit(request.entered)))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def mark(request: StudioRequest) -> HttpResponse:
    """Give photos stars (`rating`), a label or a flag; empty or 0 takes it away."""
    ids, mine = chosen(request), request.entered.album_ids
    rating = request.POST.get("rating")
    if rating is not None and rating not in ("", "0", "1", "2", "3", "4", "5"):
        raise BadRequest("Choose 0 to 5 stars.")
    values: dict[str, Any] = {
        "rating": None if rating is None else int(rating or 0),
        "label": request.POST.get("label"),
        "flag": request.POST.get("flag"),
    }
    try:
        marks.check_own(values)
    except marks.BadOwnMark as bad:
        raise BadRequest(str(bad)) from bad
    by = request.user
    return act(
        request,
        ids,
        partial(bulk.begin_mark, request.studio, ids, by=by, mine=mine, **values),
        partial(marks.set_own_anywhere, request.studio, ids, by=by, albums=mine or (), **values),
        "{photos} marked.",
    )


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def tag(request: StudioRequest) -> HttpResponse:
    """Give photos the `keywords` (commas between them), or with `how=remove` take them away."""
    ids, mine, by = chosen(request), request.entered.album_ids, request.user
    try:
        words = marks.keywords_of(request.POST.get("keywords", ""))
    except marks.BadKeywords as bad:
        return said(request, str(bad))
    changes: dict[str, Any] = {"remove" if request.POST.get("how") == "remove" else "add": words}
    return act(
        request,
        ids,
        partial(bulk.begin_tag, request.studio, ids, by=by, mine=mine, **changes),
        partial(marks.tag, request.studio, ids, by=by, albums=mine or (), **changes),
        "Keywords of {photos} changed.",
    )


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def gather(request: StudioRequest) -> HttpResponse:
    """Put photos into the gallery `album` too, or with `how=move` into it alone."""
    ids, mine, by = chosen(request), request.entered.album_ids, request.user
    target = uuids([request.POST.get("album", "")])
    if not target:
        raise BadRequest("Choose a gallery.")
    album, leaves = album_of(request, target[0]), request.POST.get("how") == "move"
    deed = relocate.move_into if leaves else relocate.copy_into
    return act(
        request,
        ids,
        partial(bulk.begin_relocate, album, ids, by=by, mine=mine, leaves=leaves),
        partial(deed, album, ids, by=by, mine=mine),
        f"{{photos}} {'moved' if leaves else 'added'} to “{_braced(album.title)}”.",
    )


@require_POST
@studio_page(Role.EDITOR)
def make_gallery(request: StudioRequest) -> HttpResponse:
    """Make a gallery with the name `title` of photos, and go there."""
    ids, by = chosen(request), request.user
    title = " ".join(request.POST.get("title", "").replace("\x00", "").split())[:LONGEST_TITLE]
    if not title:
        raise BadRequest("Give the gallery a name.")
    if len(ids) > bulk.AT_ONCE:
        return goes_on(
            request, partial(bulk.begin_gallery, request.studio, title, ids, by=by, mine=None), onward(request)
        )
    album, entry = relocate.make_gallery(request.studio, title, ids, by=by)
    return _made(request, album, entry)


def _made(request: StudioRequest, album: Album, entry: JournalEntry) -> HttpResponse:
    text = f"“{album.title}” made of {photos_word(entry.count)}."
    answer = HttpResponseClientRedirect(album.get_absolute_url()) if htmx.wants(request) else SeeOther(album)
    return htmx.tell_next(request, answer, text, undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def throw_away(request: StudioRequest) -> HttpResponse:
    """Move photos to the trash, out of every gallery of the member."""
    ids, mine, by = chosen(request), request.entered.album_ids, request.user
    if len(ids) > bulk.AT_ONCE:
        begin = partial(bulk.begin_throw_away, request.studio, ids, by=by, mine=mine)
        return goes_on(request, begin, onward(request))
    entry = relocate.throw_away(request.studio, ids, by=by, mine=mine)
    if entry is None:
        raise Http404
    return done(request, entry, placements.taken_out_words(entry.count, entry.detail["elsewhere"]))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def process_again(request: StudioRequest) -> HttpResponse:
    """Make the renditions of photos anew."""
    ids = chosen(request)
    if len(ids) > bulk.AT_ONCE:
        begin = partial(bulk.begin_reprocess, request.studio, ids, by=request.user)
        return goes_on(request, begin, onward(request))
    for photo in Photo.objects.for_studio(request.studio).filter(pk__in=ids, trashed_at__isnull=True):
        reprocess.again(photo)
    return done(request, None, f"{photos_word(len(ids))} will be processed again.")


def _braced(title: str) -> str:
    return title.replace("{", "{{").replace("}", "}}")
