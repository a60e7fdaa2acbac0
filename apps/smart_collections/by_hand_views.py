"""Pages of collections that are made by hand: the list, one with its photos, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import JournalEntry, Role
from apps.albums.models import CollectedPhoto
from apps.albums.request_params import one_uuid, uuids
from apps.jobs.pages import refused
from apps.library.find import Library
from apps.library.pages import chosen, done, onward, said
from apps.library.questions import language
from apps.library.tiles import plain_tiles
from apps.smart_collections.models import Collection
from apps.web import htmx, keyset
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

PAGE = 50
PHOTOS = 100
LONGEST_TITLE = 120
# Of those that are offered where photos are added.
MOST_OFFERED = 200


@require_safe
@studio_page(Role.VIEWER)
def by_hand_list(request: StudioRequest) -> HttpResponse:
    """All collections that were made by hand, by title."""
    rows = Collection.objects.for_studio(request.studio)
    page = keyset.page_or_first(
        rows, ("title", "id"), limit=PAGE, cursor=request.GET.get("after", ""), scope=f"by hand {request.studio.pk}"
    )
    for row in page.rows:
        row.studio = request.studio
    return render(request, "smart_collections/by_hand_list.html", {"collections": page.rows, "next": page.next or ""})


@require_safe
@studio_page(Role.EDITOR)
def choices(request: StudioRequest) -> HttpResponse:
    """The collections to which selected photos may be added, for the menu of the library."""
    rows = Collection.objects.for_studio(request.studio).order_by("-updated_at", "-id")
    offered = [(str(pk), title) for pk, title in rows.values_list("pk", "title")[:MOST_OFFERED]]
    return render(request, "smart_collections/_choices.html", {"offered": offered})


def _collection(request: StudioRequest, collection_id: UUID) -> Collection:
    row = get_object_or_404(Collection.objects.for_studio(request.studio), pk=collection_id)
    row.studio = request.studio
    return row


@require_safe
@studio_page(Role.VIEWER)
def detail(request: StudioRequest, by_hand_id: UUID) -> HttpResponse:
    """One collection with its photos, in its order."""
    row = _collection(request, by_hand_id)
    cursor = request.GET.get("after", "")
    page = keyset.page_or_first(
        row.shown.only("pk", "sort_key", "studio_id"),
        CollectedPhoto.ORDER,
        limit=PHOTOS,
        cursor=cursor,
        scope=f"collection {row.pk}",
    )
    tiles = Library(request.entered).tiles([one.pk for one in page.rows])
    context: dict[str, Any] = {
        "collection": row,
        "tiles": plain_tiles(tiles, request.entered, may_edit=request.entered.may_edit),
        "next_url": f"{request.path}?after={page.next}" if page.next else "",
    }
    if htmx.wants(request, "more", "stream"):
        return htmx.vary(render(request, "library/_tiles.html", context))
    context["total"] = row.shown.order_by().count()
    return htmx.vary(render(request, "smart_collections/by_hand.html", context))


def _title(request: StudioRequest) -> str:
    return " ".join(request.POST.get("collection_title", "").replace("\x00", "").split())[:LONGEST_TITLE]


@require_POST
@studio_page(Role.EDITOR)
def create(request: StudioRequest) -> HttpResponse:
    """Make one of selected photos or of all that a search finds, and go there; without any it begins empty.

    Without a title it is called as the search is said.
    """
    has_photos = "all" in request.POST or "photo" in request.POST
    title = _title(request)
    if not title and "all" in request.POST:
        search = language.read(request.POST.get("q", ""), today=timezone.localdate())
        title = Library(request.entered, search.tree).sentence[:LONGEST_TITLE] or "All photos"
    if not title:
        return said(request, "Give the collection a name.")
    photos = chosen(request) if has_photos else []
    try:
        made, entry = Collection.create(request.studio, title=title, photos=photos, by=request.user)
    except Refusal as refusal:
        return refused(request, refusal, onward(request))
    made.studio = request.studio
    answer = HttpResponseClientRedirect(made.get_absolute_url()) if htmx.wants(request) else SeeOther(made)
    return htmx.tell_next(request, answer, f"“{made.title}” saved.", undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR)
def add(request: StudioRequest) -> HttpResponse:
    """Add selected photos, or all that a search finds, to the collection `collection`."""
    wanted = one_uuid(request.POST.get("collection"))
    if wanted is None:
        return said(request, "Choose a collection.")
    row, photos = _collection(request, wanted), chosen(request)
    try:
        entry = row.add(photos, by=request.user)
    except Refusal as refusal:
        return refused(request, refusal, onward(request))
    if entry is None:
        return done(request, None, f"All of them are in “{row.title}” already.")
    return done(request, entry, f"{photos_word(entry.count)} added to “{row.title}”.")


@require_POST
@studio_page(Role.EDITOR)
def take_out(request: StudioRequest, by_hand_id: UUID) -> HttpResponse:
    """Remove selected photos from it, or with `all` every one."""
    row = _collection(request, by_hand_id)
    photos = row.photos if "all" in request.POST else uuids(request.POST.getlist("photo"))
    entry = row.take_out(photos, by=request.user)
    if entry is None:
        raise Http404
    return _told(request, row, entry, f"{photos_word(entry.count)} removed from “{row.title}”.")


@require_POST
@studio_page(Role.EDITOR)
def order(request: StudioRequest, by_hand_id: UUID) -> HttpResponse:
    """Put photos of it before the photo `before`, or at its end."""
    row = _collection(request, by_hand_id)
    photos, before = uuids(request.POST.getlist("photo")), one_uuid(request.POST.get("before"))
    return _changed(request, row, lambda: row.move(photos, before=before, by=request.user), "{photos} moved.", photos)


@require_POST
@studio_page(Role.EDITOR)
def rename(request: StudioRequest, by_hand_id: UUID) -> HttpResponse:
    """Give it another title."""
    row, title = _collection(request, by_hand_id), _title(request)
    if not title:
        raise BadRequest("Give the collection a name.")
    return _changed(request, row, lambda: row.rename(title, by=request.user), "Renamed.")


@require_POST
@studio_page(Role.EDITOR)
def delete(request: StudioRequest, by_hand_id: UUID) -> HttpResponse:
    """Forget it; its photos stay where they are."""
    row = _collection(request, by_hand_id)
    undo = undo_url(request, row.remove(by=request.user))
    answer = SeeOther("smart_collections:by_hand_list", request.studio.slug)
    return htmx.tell_next(request, answer, f"“{row.title}” deleted.", undo=undo)


def _changed(
    request: StudioRequest,
    row: Collection,
    deed: Callable[[], JournalEntry | None],
    words: str,
    photos: Sequence[UUID] = (),
) -> HttpResponse:
    try:
        entry = deed()
    except Refusal as refusal:
        return refused(request, refusal, SeeOther(row))
    if entry is None and photos and not set(photos) & set(row.photos):
        raise Http404
    if entry is None:
        return htmx.tell(request, _back(request, row), "Nothing to change: that is so already.")
    return _told(request, row, entry, words.format(photos=photos_word(entry.count)))


def _told(request: StudioRequest, row: Collection, entry: JournalEntry, text: str) -> HttpResponse:
    return htmx.tell(request, _back(request, row), text, undo=undo_url(request, entry))


def _back(request: StudioRequest, row: Collection) -> HttpResponse:
    return HttpResponse(status=204) if htmx.wants(request) else SeeOther(row)
