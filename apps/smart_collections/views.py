"""Pages of smart collections: the list, one with its photos, and the editor of its rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.models import Album, Section
from apps.library.find import Library
from apps.library.questions import language
from apps.library.questions.fields import FIELDS
from apps.library.questions.tree import EVERYTHING, BadRules, Group
from apps.library.tiles import library_tiles
from apps.smart_collections import editor
from apps.smart_collections.models import SmartCollection
from apps.smart_collections.starters import STARTERS
from apps.web import htmx, keyset
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

PAGE = 50
PREVIEW = 24
# Galleries and sections that the editor offers, the newest first.
MOST_PLACES = 300
LONGEST_TITLE = 120


@require_safe
@studio_page(Role.VIEWER)
def collection_list(request: StudioRequest) -> HttpResponse:
    """All smart collections, by title, and the starters."""
    rows = SmartCollection.objects.for_studio(request.studio)
    page = keyset.page_or_first(
        rows, ("title", "id"), limit=PAGE, cursor=request.GET.get("after", ""), scope=f"smart {request.studio.pk}"
    )
    for row in page.rows:
        row.studio = request.studio
    context = {"collections": page.rows, "next": page.next or "", "starters": STARTERS.values()}
    return render(request, "smart_collections/list.html", context)


def _collection(request: StudioRequest, collection_id: UUID) -> SmartCollection:
    row = get_object_or_404(SmartCollection.objects.for_studio(request.studio), pk=collection_id)
    row.studio = request.studio
    return row


@require_safe
@studio_page(Role.VIEWER)
def detail(request: StudioRequest, collection_id: UUID) -> HttpResponse:
    """One smart collection: its rules as a sentence and the photos that they let by now."""
    row = _collection(request, collection_id)
    try:
        library = Library(request.entered, row.tree)
    except BadRules as error:
        return render(request, "smart_collections/broken.html", {"collection": row, "problem": str(error)})
    page = library.page(request.GET.get("after", ""))
    before = request.GET.get("before", "")[:7]
    last = f"{page.tiles[-1].wall:%Y-%m}" if page.tiles else ""
    context = {
        "collection": row,
        "tiles": library_tiles(page.tiles, request.entered, counts={}, before=before, first_page=not before),
        "next_url": f"{request.path}?after={page.next}&before={last}" if page.next else "",
        "size": "m",
    }
    if htmx.wants(request, "more"):
        return htmx.vary(render(request, "library/_tiles.html", context))
    context |= {"sentence": library.sentence, "total": library.total}
    return htmx.vary(render(request, "smart_collections/detail.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def create(request: StudioRequest) -> HttpResponse:
    """A new one; `q` begins with a search, `starter` with one of the starters."""
    if request.method == "POST":
        return _edited(request, None)
    title, tree = _beginning(request)
    return _form(request, None, title, editor.of_tree(tree))


def _beginning(request: StudioRequest) -> tuple[str, Group]:
    today = timezone.localdate()
    starter = STARTERS.get(request.GET.get("starter", ""))
    if starter is not None:
        return starter.title, starter.tree(today)
    text = request.GET.get("q", "").replace("\x00", "").strip()
    search = language.read(text, today=today)
    if search.terms:
        return Library(request.entered, search.tree, today=today).sentence[:LONGEST_TITLE], search.tree
    return "", EVERYTHING


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def edit(request: StudioRequest, collection_id: UUID) -> HttpResponse:
    """Other rules or another title."""
    row = _collection(request, collection_id)
    if request.method == "POST":
        return _edited(request, row)
    try:
        draft = editor.of_tree(row.tree)
    except BadRules:
        # What the table of fields no longer knows cannot be shown in it.
        draft = editor.of_tree(EVERYTHING)
    return _form(request, row, row.title, draft)


@require_POST
@studio_page(Role.EDITOR)
def delete(request: StudioRequest, collection_id: UUID) -> HttpResponse:
    """Forget one; its photos stay where they are."""
    row = _collection(request, collection_id)
    undo = undo_url(request, row.remove(by=request.user))
    answer = SeeOther("smart_collections:list", request.studio.slug)
    return htmx.tell_next(request, answer, f"“{row.title}” deleted.", undo=undo)


def _edited(request: StudioRequest, row: SmartCollection | None) -> HttpResponse:
    """The editor's form was sent: to be kept, or to be shown with one row more or less."""
    title = request.POST.get("title", "").replace("\x00", "").strip()[:LONGEST_TITLE]
    draft = editor.of_form(request.POST)
    if request.POST.get("act", "") != "save":
        return _form(request, row, title, draft)
    tree = editor.understood(draft)
    problem = "" if title else "Give it a title."
    if tree is None or problem:
        return _form(request, row, title, draft, problem=problem, status=422)
    try:
        saved = row or SmartCollection.create(request.studio, title=title, tree=tree, by=request.user)
    except Refusal as refusal:
        return _form(request, row, title, draft, problem=str(refusal), status=422)
    entry = row.change(by=request.user, title=title, tree=tree) if row else None
    saved.studio = request.studio
    # htmx would put the page that follows into the place of the form.
    answer = HttpResponseClientRedirect(saved.get_absolute_url()) if htmx.wants(request) else SeeOther(saved)
    return htmx.tell_next(request, answer, f"“{title}” saved.", undo=undo_url(request, entry) if entry else "")


def _form(
    request: StudioRequest,
    row: SmartCollection | None,
    title: str,
    draft: editor.DraftGroup,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "collection": row,
        "title": title,
        "draft": draft,
        "problem": problem,
        "fields": [(field.name, field.title) for field in FIELDS.values()],
        "matches": (("all", "all of these"), ("any", "any of these"), ("none", "none of these")),
        "here": request.path,
    } | _preview(request, draft)
    if any(rule.control == "place" for rule in _rules(draft)):
        context |= _places(request)
    template = "smart_collections/_editor.html" if htmx.wants(request, "editor") else "smart_collections/form.html"
    return htmx.vary(render(request, template, context, status=status))


def _rules(draft: editor.DraftGroup) -> list[editor.DraftRule]:
    return [rule for one in draft.rules for rule in (_rules(one) if isinstance(one, editor.DraftGroup) else [one])]


def _places(request: StudioRequest) -> dict[str, Any]:
    albums = Album.objects.for_studio(request.studio).filter(trashed_at__isnull=True).order_by("-created_at", "id")
    sections = Section.objects.for_studio(request.studio).filter(album__trashed_at__isnull=True)
    named = sections.order_by("-id").values_list("id", "title", "album__title")[:MOST_PLACES]
    return {
        "albums": [(str(pk), title) for pk, title in albums.values_list("id", "title")[:MOST_PLACES]],
        "sections": [(str(pk), f"{title} ({album})") for pk, title, album in named],
    }


def _preview(request: StudioRequest, draft: editor.DraftGroup) -> dict[str, Any]:
    """How many photos the rules let by, the first of them, and the sentence; nothing while a rule is unfinished."""
    tree = editor.understood(draft)
    if tree is None:
        return {"total": None}
    library = Library(request.entered, tree)
    found = library.page(size=PREVIEW).tiles
    tiles = library_tiles(found, request.entered, counts={}, before=f"{found[0].wall:%Y-%m}" if found else "")
    return {"total": library.total, "sentence": library.sentence, "preview": tiles}
