"""The studio's own stars, labels and flags on photos of an album."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.marks import BadOwnMark, set_own
from apps.albums.request_params import album_of, photos_of, uuids
from apps.web import htmx
from apps.web.answers import SeeOther


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def photos_mark(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Give photos stars (`rating`), a label or a flag; empty or 0 takes it away."""
    album = album_of(request, album_id)
    photos = uuids(request.POST.getlist("photo"))
    if not photos_of(album).filter(pk__in=photos).exists():
        raise Http404
    rating = request.POST.get("rating")
    if rating is not None and rating not in ("", "0", "1", "2", "3", "4", "5"):
        raise BadRequest("Choose 0 to 5 stars.")
    try:
        marked = set_own(
            album,
            photos,
            by=request.user,
            rating=None if rating is None else int(rating or 0),
            label=request.POST.get("label"),
            flag=request.POST.get("flag"),
        )
    except BadOwnMark as bad:
        raise BadRequest(str(bad)) from bad
    answer = HttpResponse(status=204) if htmx.wants(request) else SeeOther(album)
    if marked is None:
        return answer
    return htmx.tell(request, answer, f"{photos_word(marked.count)} marked.", undo=undo_url(request, marked))
