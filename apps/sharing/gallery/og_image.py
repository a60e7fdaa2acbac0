"""What messengers and mail programs show of a pasted link: title, studio and cover, or of a locked one only the studio.

They send no cookies, so they are let in like any stranger: a link that needs a password, or to know who comes, tells
no title and has no picture.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from apps.media import serving
from apps.sharing.access import Grant
from apps.sharing.branding import watermarks
from apps.sharing.guests.pages import guest_page


# A messenger that looks is nobody who opened the gallery.
@guest_page(locked_status=403, welcomes=False)
def picture(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """The cover of an open gallery in a small size, under the link's watermark if it has one."""
    mark = watermarks.digest_for(grant.studio, grant.shown.album, is_watermarked=grant.rights.is_watermarked)
    stream = grant.stream()
    rows = stream.of([grant.shown.cover_id]) if grant.shown.cover_id else []
    rows = rows or stream.open().rows[:1]
    location = watermarks.shown(grant.studio.pk, rows[0][0], "thumb", mark) if rows else None
    if location is None:
        raise Http404
    return serving.as_response(serving.picture_answer(location))
