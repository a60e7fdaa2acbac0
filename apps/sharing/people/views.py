"""Pictures of people for guests. Whoever may not see the photo of a face does not see the face."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from apps.media.serving import safety_headers
from apps.sharing.access import Grant
from apps.sharing.guests.pages import guest_page
from apps.sharing.people import strip

#: A browser keeps a face no longer than members' browsers do; nobody else keeps it at all.
_SECONDS: Final = 300


@guest_page(locked_status=403, welcomes=False)
def person_picture(request: HttpRequest, grant: Grant, token: str, person_id: UUID) -> HttpResponse:
    """The face of a person, cut from a photo that the link shows; 404 for whom it does not show."""
    webp = strip.picture(grant, person_id)
    if webp is None:
        raise Http404
    return HttpResponse(webp, headers={**safety_headers("image/webp"), "Cache-Control": f"private, max-age={_SECONDS}"})
