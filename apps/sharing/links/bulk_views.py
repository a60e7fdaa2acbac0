"""The buttons below the list of galleries."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.albums.request_params import uuids
from apps.sharing.links import bulk
from apps.web import htmx
from apps.web.answers import SeeOther

MOST = 100


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def albums(request: StudioRequest) -> HttpResponse:
    """Archive the chosen galleries, extend their links, or move them to the trash. Those of others are passed over."""
    if request.POST.get("act") not in bulk.ACTS:
        raise BadRequest("There is no such act.")
    deed, words = bulk.ACTS[request.POST["act"]]
    wanted = uuids(request.POST.getlist("album"), most=MOST)
    chosen = list(Album.objects.visible_to(request.entered).filter(pk__in=wanted, trashed_at=None).order_by("pk"))
    for album in chosen:
        album.studio = request.studio
    count = deed(chosen, by=request.user)
    galleries = "1 gallery" if count == 1 else f"{count} galleries"
    text = f"{galleries} {words}." if count else "Nothing to change in these galleries."
    return htmx.tell(request, SeeOther("albums:list", request.studio.slug), text)
