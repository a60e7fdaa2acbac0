"""Sections of an album: made, renamed, reordered, removed."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import JournalEntry, Role
from apps.albums import counts, page_context, sections
from apps.albums.models import Album
from apps.albums.request_params import album_of, section_of, uuids
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.api import error_body
from apps.web.refusal import Refusal

NO_TITLE = f"Give the section a title of at most {sections.TITLE_LENGTH} characters."


def _done(request: StudioRequest, album: Album, text: str, entry: JournalEntry | None) -> HttpResponse:
    """The list of sections anew and, if anything changed, what did; the album's page without htmx."""
    answer = _answer(request, album)
    return htmx.tell(request, answer, text, undo=undo_url(request, entry)) if entry else answer


def _answer(request: StudioRequest, album: Album, error: str = "") -> HttpResponse:
    """The list of sections anew, with what went wrong; the album's page without htmx."""
    if not htmx.wants(request):
        return htmx.tell(request, SeeOther(album), error, level="error") if error else SeeOther(album)
    context = page_context.section_list(album, counts.live(album), request.entered) | {"section_error": error}
    response = render(request, "albums/_section_editor.html", context, status=422 if error else 200)
    return htmx.vary(response)


def _title(request: StudioRequest) -> str:
    title = _plain(request.POST.get("title", ""))
    return title if len(title) <= sections.TITLE_LENGTH else ""


def _plain(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def create(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """A new section at the end."""
    album, title = album_of(request, album_id), _title(request)
    if not title:
        return _answer(request, album, NO_TITLE)
    try:
        entry = sections.add(album, title, by=request.user)
    except Refusal as refusal:
        return _answer(request, album, str(refusal))
    return _done(request, album, f"Section “{title}” made.", entry)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def for_upload(request: StudioRequest, album_id: UUID) -> JsonResponse:
    """The sections that an upload of folders goes into: {"sections": {title as sent: id}}.

    They are made before the first file is sent, in the order in which the folders were dropped: files arrive in any.
    """
    album, titles = album_of(request, album_id), request.POST.getlist("title")
    if len(titles) > sections.SECTIONS_MOST:
        raise BadRequest(sections.TooManySections.sentence)
    plain = {title: _plain(title)[: sections.TITLE_LENGTH].strip() for title in titles}
    try:
        ids = sections.all_named(album, filter(None, plain.values()), by=request.user)
    except Refusal as refusal:
        return JsonResponse(error_body(refusal.code, str(refusal)), status=refusal.status)
    return JsonResponse({"sections": {title: str(ids[name]) for title, name in plain.items() if name}})


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def rename(request: StudioRequest, album_id: UUID, section_id: UUID) -> HttpResponse:
    """Another title."""
    album, title = album_of(request, album_id), _title(request)
    section = get_object_or_404(album.sections, pk=section_id)
    section.album = album
    if not title:
        return _answer(request, album, NO_TITLE)
    try:
        entry = sections.rename(section, title, by=request.user)
    except Refusal as refusal:
        return _answer(request, album, str(refusal))
    return _done(request, album, f"The section is called “{title}” now.", entry)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def delete(request: StudioRequest, album_id: UUID, section_id: UUID) -> HttpResponse:
    """Remove the heading; its photos stay, without a section."""
    album = album_of(request, album_id)
    section = section_of(album, section_id)
    if section is None:
        raise Http404
    entry = sections.delete(section, by=request.user)
    return _done(request, album, f"Section “{section.title}” removed.", entry)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def order(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Sections in the order of the ids sent; those of another album are passed over."""
    album = album_of(request, album_id)
    entry = sections.reorder(album, uuids(request.POST.getlist("section")), by=request.user)
    return _done(request, album, "Section order saved.", entry)
