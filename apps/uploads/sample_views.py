"""The button that makes the sample gallery."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import QuotaExceeded, Role
from apps.uploads import sample
from apps.web import htmx
from apps.web.answers import SeeOther


@require_POST
@studio_page(Role.OWNER)
def make(request: StudioRequest) -> HttpResponse:
    """Make the sample gallery and go there."""
    try:
        album = sample.make(request.studio, by=request.user)
    except QuotaExceeded as full:
        return htmx.tell_next(request, SeeOther(request.studio), str(full))
    return SeeOther(album)
