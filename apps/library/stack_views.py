"""Looking for the bursts of a gallery on demand."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.request_params import album_of
from apps.jobs.pages import goes_on
from apps.library.stacks import analyze
from apps.web.answers import SeeOther


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def find_bursts(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Find the bursts of a gallery, in the background. What people decided about stacks stays."""
    album = album_of(request, album_id)
    begin = partial(analyze.begin, request.studio, by=request.user, album=album)
    return goes_on(request, begin, SeeOther(album))
