"""The button *Undo*, for every page of a studio."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts import journal
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal import permission
from apps.accounts.journal.models import JournalEntry
from apps.accounts.models import Role
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.api import error_body
from apps.web.refusal import Refusal


def undo_url(request: StudioRequest, entry: JournalEntry | None) -> str:
    """The address that takes an act back, or "" if there is nothing to take back."""
    if entry is None or entry.undo_id is None:
        return ""
    return reverse("accounts:undo", args=[request.studio.slug, entry.undo_id])


@require_POST
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def undo(request: StudioRequest, entry_id: UUID) -> HttpResponse:
    """Take an act back. `back`: the page to show afterwards without htmx."""
    rows = JournalEntry.objects.for_studio(request.studio).filter(permission.readable(request.entered))
    entry: JournalEntry = get_object_or_404(rows, pk=entry_id)
    entry.studio = request.studio
    permission.require(request.entered, entry)
    try:
        undone = journal.undo(entry, by=request.user)
    except Refusal as refusal:
        return _refused(request, refusal)
    text, label = ("Done again.", "Undo") if undone.detail["again"] else ("Undone.", "Redo")
    way_back = undo_url(request, undone)
    root = journal.root_of(entry)
    if htmx.wants(request) and not root.verb.startswith("album."):
        return htmx.toast(HttpResponse(status=204), text, undo=way_back, undo_label=label)
    # What concerns a whole gallery shows in every corner of its page.
    gone = root.subject_id if root.verb == "photos.gallery" and not undone.detail["again"] else None
    answer = HttpResponseClientRefresh() if htmx.wants(request) else SeeOther(_back(request, gone=gone))
    return htmx.tell_next(request, answer, text, undo=way_back, undo_label=label)


def _refused(request: StudioRequest, refusal: Refusal) -> HttpResponse:
    if htmx.wants(request):
        return JsonResponse(error_body(refusal.code, str(refusal), refusal.fields), status=refusal.status)
    return htmx.tell(request, SeeOther(_back(request)), str(refusal), level="error")


def _back(request: StudioRequest, *, gone: UUID | None = None) -> str:
    """The page that asked, but none of the gallery `gone`, which went with the act that made it."""
    wanted = request.POST.get("back", "")
    if gone is not None and str(gone) in wanted:
        return request.studio.get_absolute_url()
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return request.studio.get_absolute_url()
