"""What messengers and email readers show of a pasted link: title, studio and cover, or of a locked one only the studio.

They send no cookies, so they are let in like any stranger: a link that needs a password, or to know who comes, tells
no title and has no picture. The picture is a JPEG, which all of them can show, large enough for their wide cards.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from apps.media import on_demand, serving
from apps.media.models import Blob
from apps.sharing.access import Grant
from apps.sharing.gallery.og_size import EDGE
from apps.sharing.guests import cover_picture
from apps.sharing.guests.pages import guest_page


# A messenger that looks is nobody who opened the gallery.
@guest_page(locked_status=403, welcomes=False)
def picture(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """The cover of an open gallery as a JPEG, under the link's watermark if it has one."""
    location = cover_picture.location_of(grant, "web")
    if location is None:
        raise Http404
    source = Blob.objects.for_studio(grant.studio).get(pk=location.blob_id)
    try:
        made = on_demand.ensure(source, f"fit.{EDGE}")
    except on_demand.NotMade:
        raise Http404 from None
    return serving.as_response(serving.picture_answer(serving.location_of(made)))
