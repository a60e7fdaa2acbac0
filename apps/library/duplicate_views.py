"""The page on which duplicates are looked at side by side, and what is decided there."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.request_params import uuids
from apps.jobs.pages import goes_on, refused
from apps.library.duplicate_models import DuplicateGroup, DuplicateKind
from apps.library.duplicates import keep, review, scan
from apps.web import htmx, keyset
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

GROUPS = 12
ORDER = ("-score", "id")


@require_safe
@studio_page(Role.VIEWER)
def duplicates(request: StudioRequest) -> HttpResponse:
    """Groups of duplicates, the most alike first; `kind` shows only those that are exact or near."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in DuplicateKind.values else ""
    rows = review.groups_of(request.entered, kind)
    scope = f"duplicates {request.studio.pk} {kind}".rstrip()
    page = keyset.page_or_first(rows, ORDER, limit=GROUPS, cursor=request.GET.get("after", ""), scope=scope)
    query = request.GET.copy()
    query["after"] = page.next or ""
    context = {
        "groups": review.reviewed(request.entered, page.rows),
        "kind": kind,
        "kinds": DuplicateKind.choices,
        "total": rows.count(),
        "next_url": f"?{query.urlencode()}" if page.next else "",
    }
    return render(request, "library/duplicates.html", context)


@require_POST
@studio_page(Role.EDITOR)
def find(request: StudioRequest) -> HttpResponse:
    """Look for duplicates in the whole library, in the background."""
    onward = SeeOther("library:duplicates", request.studio.slug)
    return goes_on(request, partial(scan.begin, request.studio, by=request.user), onward)


@require_POST
@studio_page(Role.EDITOR)
def decide(request: StudioRequest, group_id: UUID) -> HttpResponse:
    """`how=keep` with the photos that stay (`photo`), `how=different` or `how=stack`."""
    rows = DuplicateGroup.objects.for_studio(request.studio)
    group: DuplicateGroup = get_object_or_404(rows, pk=group_id)
    group.studio = request.studio
    how = request.POST.get("how") or request.GET.get("how", "")
    chosen, by = uuids(request.POST.getlist("photo")), request.user
    onward = SeeOther("library:duplicates", request.studio.slug)
    try:
        if how == "keep":
            entry = keep.keep(group, chosen, by=by)
            text = f"{photos_word(entry.detail['gone'])} moved to the trash."
        elif how == "different":
            entry = keep.call_different(group, by=by)
            text = "These are not offered as duplicates again."
        elif how == "stack":
            entry = keep.put_in_stack(group, by=by, top=chosen[0] if chosen else None)
            text = f"{photos_word(entry.count)} stacked."
        else:
            raise BadRequest("Keep some, call them different, or stack them.")
    except Refusal as refusal:
        return refused(request, refusal, onward)
    return htmx.tell_next(request, onward, text, undo=undo_url(request, entry))
