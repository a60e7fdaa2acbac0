"""Pages of albums: the list, one album, and what is done to it as a whole."""

from __future__ import annotations

from collections.abc import Container
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from apps.accounts import brands, layout
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums import by_people, counts, editing, page_context, trash
from apps.albums.forms import AlbumForm
from apps.albums.models import Album, AlbumState, Ordering
from apps.albums.request_params import album_of, one_uuid, section_of, uuid_or_none
from apps.albums.status import AlbumStanding
from apps.albums.versions import version_of
from apps.web import htmx
from apps.web.answers import SeeOther

SEARCH_LENGTH = 120


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def album_list(request: StudioRequest) -> HttpResponse:
    """All albums; `q` looks into titles, `state` filters, `sort` orders them, newest first unless said otherwise."""
    layout.ahead(request)
    search = request.GET.get("q", "").replace("\x00", "").strip()[:SEARCH_LENGTH]
    state = request.GET.get("state", "")
    # How links stand is not told to who knows nothing of them.
    states: Container[str] = AlbumState.values if request.entered.is_contributor else list(AlbumStanding)
    state = state if state in states else ""
    sort = request.GET.get("sort", "")
    sort = sort if sort in page_context.SORTS else ""
    albums, following = page_context.cards(
        request.entered, search=search, state=state, after=request.GET.get("after", ""), sort=sort
    )
    query = request.GET.copy()
    query["after"] = following
    context = {
        "albums": albums,
        "page": {"next_url": f"{request.path}?{query.urlencode()}" if following else ""},
        "q": search,
        "state": state,
        "sort": sort,
        "sorts": [(name, words) for name, (words, _) in page_context.SORTS.items()],
    }
    if htmx.wants(request, "more"):
        template = "albums/_cards.html"
    else:
        template = "albums/_list.html" if htmx.wants(request, "list") else "albums/list.html"
    return htmx.vary(render(request, template, context))


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def create(request: StudioRequest) -> HttpResponse:
    """A new album."""
    form = AlbumForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        album = editing.create(request.studio, by=request.user, **form.cleaned_data)
        return _go(request, album.get_absolute_url())
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def edit(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Title, date and text of an album."""
    album = album_of(request, album_id)
    offered = list(brands.all_of(request.studio))
    for one in offered:
        one.studio = request.studio
    if request.method != "POST":
        return _form(request, AlbumForm.of(album, offered), album)
    form = AlbumForm(request.POST, brands=offered)
    if not form.is_valid():
        return _form(request, form, album)
    entry = editing.change(album, by=request.user, **form.cleaned_data)
    answer = _go(request, album.get_absolute_url())
    return htmx.tell_next(request, answer, "Saved.", undo=undo_url(request, entry)) if entry else answer


def _form(request: StudioRequest, form: AlbumForm, album: Album | None) -> HttpResponse:
    template = "albums/_form.html" if htmx.wants(request) else "albums/form.html"
    status = 422 if request.method == "POST" else 200
    context: dict[str, object] = {"form": form, "album": album}
    if album is None:
        context["presets"] = list(request.studio.presets.filter(kind="album").order_by("-is_default", "name", "id"))
    return htmx.vary(render(request, template, context, status=status))


def _go(request: StudioRequest, url: str) -> HttpResponse:
    """To another page, for htmx and without it."""
    if htmx.wants(request):
        return HttpResponseClientRedirect(url)
    return SeeOther(url)


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def detail(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """One album: its head, its sections and a page of its photos. htmx gets the part it asks for."""
    layout.ahead(request)
    album, entered = album_of(request, album_id), request.entered
    asked = _asked(request, album)
    stream = page_context.stream_of(album, asked, folds=True)
    every = counts.live(album)
    if htmx.wants(request, "summary"):
        return _part(request, "albums/_summary.html", page_context.summary(album, every, entered))
    if htmx.wants(request, "sections"):
        listed = page_context.section_list(album, every, entered, asked)
        listed |= {"shown_count": stream.total, "photo_total": stream.photo_total}
        return _part(request, "albums/_sections.html", listed)
    if entered.may_edit and htmx.wants(request, "section-editor"):
        return _part(request, "albums/_section_editor.html", page_context.section_list(album, every, entered, asked))
    is_part = htmx.wants(request, "more", "stream")
    # Read before the photos: what changes meanwhile makes the number that the socket tells a higher one.
    version = 0 if is_part else version_of(album)
    photo = one_uuid(request.GET.get("photo"))
    sections, section_list = page_context.sections_of(album, every)
    page = stream.open(request.GET.get("after", ""), photo=photo)
    tiles = page_context.page_of_tiles(stream, page, sections, entered, asked)
    if is_part:
        return _part(request, "albums/_tiles.html", tiles)
    context = page_context.summary(album, every, entered) | tiles
    context |= {
        "sections": section_list,
        "section": asked.section,
        "kept": asked.kept,
        "mark": asked.mark,
        "also": asked.beside_sections,
        "by_people": asked.by_people,
        "beside_people": f"{asked.beside_people}&" if asked.beside_people else "",
        "shown_count": stream.total,
        "photo_total": stream.photo_total,
        "mark_filters": [(name, words) for name, (words, _) in page_context.MARKED.items()],
        "kept_filters": page_context.kept_filters(album, entered, asked.kept),
        "sort": album.ordering,
        "is_sample": album.is_sample,
        "cover_url": page_context.cover_url(stream, page),
        "upload": page_context.upload_of(album, request.studio),
        "socket_url": page_context.socket_of(album, request.studio),
        "version": version,
    }
    return htmx.vary(render(request, "albums/detail.html", context))


def _asked(request: StudioRequest, album: Album) -> page_context.PageFilters:
    """The filters of the address; what is none is passed over, but a section must be the album's (Http404)."""
    section = section_of(album, request.GET.get("section"))
    kept, mark = request.GET.get("kept", ""), request.GET.get("mark", "")
    return page_context.PageFilters(
        section,
        kept if kept in page_context.KEPT and not request.entered.is_contributor else "",
        mark if mark in page_context.MARKED else "",
        by_people.read(album, request.entered, request.GET.dict()),
        uuid_or_none(request.GET.get("stack")),
    )


def _part(request: StudioRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return htmx.vary(render(request, template, context))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def state(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Draft, live or archived."""
    album = album_of(request, album_id)
    wanted = request.POST.get("state", "")
    if wanted not in AlbumState.values:
        raise BadRequest("The state is draft, live or archived.")
    entry = editing.set_state(album, AlbumState(wanted), by=request.user)
    text = f"The gallery is now {AlbumState(wanted).label.lower()}."
    return htmx.tell_next(request, _go(request, album.get_absolute_url()), text, undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def delete(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Move the album to the trash."""
    album = album_of(request, album_id)
    text = f"“{album.title}” is in the trash."
    undo = undo_url(request, trash.trash_album(album, by=request.user))
    if htmx.wants(request, "list"):
        albums, _ = page_context.cards(request.entered, search="", state="", after="")
        answer = render(
            request, "albums/_list.html", {"albums": albums, "page": {"next_url": ""}, "q": "", "state": ""}
        )
        return htmx.toast(answer, text, undo=undo)
    return htmx.tell_next(request, _go(request, request.studio.get_absolute_url()), text, undo=undo)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def sort(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Order the photos by hand, time or name."""
    album = album_of(request, album_id)
    wanted = request.POST.get("sort", "")
    if wanted not in Ordering.values:
        raise BadRequest("Photos are sorted by manual, time or name.")
    entry = editing.sort(album, Ordering(wanted), by=request.user)
    answer = HttpResponseClientRefresh() if htmx.wants(request) else SeeOther(album)
    if entry is None:
        return answer
    text = f"The photos are ordered {Ordering(wanted).label.lower()}."
    return htmx.tell_next(request, answer, text, undo=undo_url(request, entry))


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def cover(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Choose the cover and its focal point (in percent from left and top); GET shows the point of the present one."""
    album = album_of(request, album_id)
    if request.method != "POST":
        return _focus(request, album)
    photo_id = one_uuid(request.POST.get("photo"))
    if photo_id is None:
        raise BadRequest("Choose a photo for the cover.")
    focal_x, focal_y = _percent(request, "focal_x", 50), _percent(request, "focal_y", 40)
    entry = editing.set_cover(album, photo_id, by=request.user, focal_x=focal_x, focal_y=focal_y)
    if entry is None:
        raise Http404
    answer = HttpResponse(status=204) if htmx.wants(request) else SeeOther(album)
    if "focal_x" not in request.POST:
        return htmx.tell(request, answer, "Cover changed.", undo=undo_url(request, entry))
    if htmx.wants(request):
        htmx.trigger(answer, dialog_close="")
    return htmx.tell(request, answer, "Cover focus saved.", undo=undo_url(request, entry))


def _focus(request: StudioRequest, album: Album) -> HttpResponse:
    context = page_context.focus(album)
    if context is None:
        raise Http404
    template = "albums/_focus.html" if htmx.wants(request, "dialog-body") else "albums/focus.html"
    return htmx.vary(render(request, template, context))


def _percent(request: StudioRequest, name: str, default: float) -> float:
    """0..100 as sent, as a share 0..1."""
    try:
        value = float(request.POST.get(name) or default)
    except ValueError:
        raise BadRequest(f"{name} is a number from 0 to 100.") from None
    if not 0 <= value <= 100:
        raise BadRequest(f"{name} is a number from 0 to 100.")
    return value / 100
