"""The studio's side of proofing: who picked what, one list with its rounds, and what other programs take of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.albums.request_params import shared_of, uuids
from apps.media.mime import disposition
from apps.sharing.favourites import prepared_lists, studio
from apps.sharing.models import Label, Selection, SelectionPreset, Verdict, Work
from apps.sharing.review import answers, exports
from apps.sharing.review import grid as review_grid
from apps.sharing.review.answers import Question
from apps.sharing.review.forms import ExtraForm, PreparedListForm
from apps.web import htmx, tables
from apps.web.answers import SeeOther
from apps.web.refusal import Unsuitable

STARS = (1, 2, 3, 4, 5)
# How many photos one click allows whoever asks for more.
MORE = 5
OWN, MERGED = "studio", "merged"


def _with(query: QueryDict, **changes: str) -> str:
    """The query with other values; empty ones are left out."""
    query = query.copy()
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return query.urlencode()


# -- pages ---------------------------------------------------------------------------------------------------


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def selections(request: StudioRequest) -> HttpResponse:
    """Lists that were sent, over all albums, the newest first; those that wait, unless all are asked for."""
    show_all = request.GET.get("show") == "all"
    rows, following = answers.sent_lists(request.entered, only_waiting=not show_all, after=request.GET.get("after", ""))
    asking = answers.asking_lists(request.entered) if not (show_all or request.GET.get("after")) else []
    for row in (*rows, *asking):
        row.selection.album.studio = request.studio
    next_url = f"?{_with(request.GET, after=following)}" if following else ""
    context = {"rows": rows, "asking": asking, "show_all": show_all, "next_url": next_url, "more": MORE}
    return render(request, "sharing/review/selections.html", context)


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def album_proofing(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """All lists of an album, and the photos that a question about them gives."""
    return _overview(request, shared_of(request, album_id), PreparedListForm())


def _overview(request: StudioRequest, album: Album, form: PreparedListForm, *, bad: UUID | None = None) -> HttpResponse:
    question = Question.of(request.GET)
    grid = review_grid.grid(album, answers.photo_ids(album, question), request.GET.get("after", ""))
    people = answers.people_of(album)
    presets = [
        {
            "row": preset,
            "form": form if preset.pk == bad else PreparedListForm(preset=preset),
            "is_bad": preset.pk == bad,
        }
        for preset in prepared_lists.of(album).order_by("rank", "pk")
    ]
    context = {
        "album": album,
        "lists": answers.lists_of(album),
        "more": MORE,
        "people": people,
        "chosen": set(question.people),
        "question": question,
        "grid": grid,
        "query": _with(request.GET, after=""),
        "next_url": f"?{_with(request.GET, after=grid.next)}" if grid.next else "",
        "verdicts": Verdict.choices,
        "labels": Label.choices,
        "stars": STARS,
        "presets": presets,
        "preset_form": PreparedListForm() if bad else form,
        "unread_comments": answers.unread_comments(request.entered).filter(shown_id=album.pk).count(),
    }
    return render(request, "sharing/review/answers.html", context, status=422 if form.is_bound else 200)


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def selection(request: StudioRequest, album_id: UUID, selection_id: UUID) -> HttpResponse:
    """One list: its photos, the note, and how far the studio is with each."""
    return _selection(request, _row(request, album_id, selection_id))


def _selection(request: StudioRequest, row: Selection, *, problem: str = "") -> HttpResponse:
    question = Question(selection=row.pk)
    ids = answers.photo_ids(row.album, question)
    grid = review_grid.grid(row.album, ids, request.GET.get("after", ""), selection=row)
    context = {
        "album": row.album,
        "listed": answers.list_row(row),
        "row": row,
        "grid": grid,
        "query": f"selection={row.pk}",
        "next_url": f"?{_with(request.GET, after=grid.next)}" if grid.next else "",
        "works": Work.choices,
        "more": MORE,
        "problem": problem,
    }
    return render(request, "sharing/review/selection.html", context, status=422 if problem else 200)


def _row(request: StudioRequest, album_id: UUID, selection_id: UUID) -> Selection:
    album = shared_of(request, album_id)
    rows = Selection.objects.for_studio(request.studio).select_related("visitor", "preset")
    row = get_object_or_404(rows, pk=selection_id, shown_id=album.pk)
    row.album, row.studio = album, request.studio
    return row


def _back(request: StudioRequest, row: Selection, text: str) -> HttpResponse:
    here = reverse("sharing:selection", args=[request.studio.slug, row.album_id, row.pk])
    after = request.GET.get("after", "")
    return htmx.tell(request, SeeOther(f"{here}?{urlencode({'after': after})}" if after else here), text)


# -- deeds on one list ---------------------------------------------------------------------------------------


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def selection_work(request: StudioRequest, album_id: UUID, selection_id: UUID) -> HttpResponse:
    """Say how far the studio is with some photos of a list (`photo`), or with all of them (`all`)."""
    row = _row(request, album_id, selection_id)
    wanted = request.POST.get("work", "")
    if wanted not in Work.values:
        raise BadRequest("Photos are selected, editing, ready or delivered.")
    photos = None if "all" in request.POST else uuids(request.POST.getlist("photo"))
    if photos == []:
        return _selection(request, row, problem="Choose the photos first.")
    changed, is_emailed = studio.set_work(row, photos, Work(wanted), by=request.user)
    words = "1 photo is" if changed == 1 else f"{changed:,} photos are"
    told = f" All photos of the list are ready: {row.visitor.name} gets an email." if is_emailed else ""
    return _back(request, row, f"{words} {Work(wanted).label.lower()}.{told}")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def selection_reopen(request: StudioRequest, album_id: UUID, selection_id: UUID) -> HttpResponse:
    """Let the visitor change a sent list."""
    row = _row(request, album_id, selection_id)
    row.reopen(by=request.user)
    return _back(request, row, f"{row.visitor.name} can change the list again; this is round {row.round}.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def selection_extra(request: StudioRequest, album_id: UUID, selection_id: UUID) -> HttpResponse:
    """Grant photos beyond the limit."""
    row = _row(request, album_id, selection_id)
    form = ExtraForm(request.POST)
    if not form.is_valid():
        return _selection(request, row, problem=f"Grant between 0 and {Selection.MOST_EXTRA:,} photos.")
    row.grant(form.cleaned_data["extra"], by=request.user)
    return _back(request, row, f"{row.visitor.name} can choose up to {row.maximum or row.extra} photos now.")


# -- lists that the studio prepares --------------------------------------------------------------------------


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def preset_create(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """A new list for every visitor."""
    album = shared_of(request, album_id)
    form = PreparedListForm(request.POST)
    if form.is_valid():
        try:
            prepared_lists.create(album, by=request.user, **form.terms())
            return _to_album(request, album, "List added for all clients.")
        except Unsuitable as bad:
            form.add_error(bad.field, str(bad))
    return _overview(request, album, form)


def _preset(request: StudioRequest, album_id: UUID, preset_id: UUID) -> tuple[Album, SelectionPreset]:
    album = shared_of(request, album_id)
    preset = get_object_or_404(prepared_lists.of(album), pk=preset_id)
    preset.album, preset.studio = album, request.studio
    return album, preset


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def preset_change(request: StudioRequest, album_id: UUID, preset_id: UUID) -> HttpResponse:
    """Title and limits of a prepared list."""
    album, preset = _preset(request, album_id, preset_id)
    form = PreparedListForm(request.POST, preset=preset)
    if form.is_valid():
        try:
            preset.change(by=request.user, **form.terms())
            return _to_album(request, album, "List saved.")
        except Unsuitable as bad:
            form.add_error(bad.field, str(bad))
    return _overview(request, album, form, bad=preset.pk)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def preset_delete(request: StudioRequest, album_id: UUID, preset_id: UUID) -> HttpResponse:
    """No longer prepare a list."""
    album, preset = _preset(request, album_id, preset_id)
    preset.remove(by=request.user)
    return _to_album(request, album, "List removed. Clients keep what they picked.")


def _to_album(request: StudioRequest, album: Album, text: str) -> HttpResponse:
    return htmx.tell(request, SeeOther("sharing:proofing", request.studio.slug, album.pk), text)


# -- for other programs --------------------------------------------------------------------------------------


def _asked(request: StudioRequest, album: Album) -> list[exports.Named]:
    return exports.photos(album, answers.photo_ids(album, Question.of(request.GET)))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def names(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """File names of the photos, to be copied into the search of another program."""
    album = shared_of(request, album_id)
    form = request.GET.get("form", "")
    form = form if form in exports.FORMS else "lightroom"
    photos = _asked(request, album)
    text = exports.names(photos, form)
    if request.GET.get("as") == "text":
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
    query = _with(request.GET, form="", whose="")
    context: dict[str, Any] = {
        "album": album,
        "text": text,
        "count": len(photos),
        "form": form,
        "forms": exports.FORMS,
        "query": query,
        "question": Question.of(request.GET),
        "people": answers.people_of(album),
    }
    return htmx.vary(render(request, "sharing/review/names.html", context))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, visits=False)
def table(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """All marks of the photos as CSV."""
    album = shared_of(request, album_id)
    photos = _asked(request, album)
    sayings = answers.said_of(album, [photo.id for photo in photos])
    text = "".join([tables.UTF8_MARK, *exports.table(photos, sayings)])
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition(f"{album.slug}-marks.csv"), "Cache-Control": "no-store"},
    )


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, visits=False)
def sidecars(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """XMP files of the photos as a ZIP, with the marks of one visitor, of all merged, or the studio's own (`whose`)."""
    album = shared_of(request, album_id)
    whose = request.GET.get("whose", MERGED)
    photos = _asked(request, album)
    marked = []
    if whose == OWN:
        marked = [(photo, exports.own_marks(photo)) for photo in photos]
    else:
        sayings = answers.said_of(album, [photo.id for photo in photos])
        for photo in photos:
            said = sayings.get(photo.id, [])
            if whose != MERGED:
                said = [one for one in said if str(one.visitor_id) == whose]
            one = answers.merged(said)
            if one is not None:
                marked.append((photo, one))
    if not marked:
        raise Http404
    return HttpResponse(
        exports.sidecars(marked),
        content_type="application/zip",
        headers={"Content-Disposition": disposition(f"{album.slug}-xmp.zip"), "Cache-Control": "no-store"},
    )
