"""What messengers and mail programs show of a pasted link: title, studio and cover, or of a locked one only the studio.

They send no cookies, so they are let in like any stranger: a link that needs a password, or to know who comes, tells
no title and has no picture.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from apps.media import serving
from apps.sharing.access import Grant
from apps.sharing.guests import guest_page


# A messenger that looks is nobody who opened the gallery.
@guest_page(locked_status=403, welcomes=False)
def picture(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """The cover of an open gallery in a small size; never the clean picture of a watermarked link."""
    if grant.rights.is_watermarked:
        raise Http404
    stream = grant.stream()
    rows = stream.of([grant.album.cover_id]) if grant.album.cover_id else []
    rows = rows or stream.open().rows[:1]
    location = serving.locate(grant.studio.pk, rows[0][0], "thumb") if rows else None
    if location is None:
        raise Http404
    return serving.as_response(serving.picture_answer(location))
