"""The client's own link hides photos from all other links, and shows them again."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.albums import audiences
from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.guests import visitors
from apps.sharing.guests.pages import guest_page
from apps.sharing.models import ActivityKind
from apps.web import htmx
from apps.web.answers import SeeOther


@require_POST
@guest_page(locked_status=403, takes_posts=True)
def withhold(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponse:
    """Hide a photo from the other links (`on=1`) or show it again (`on=0`). Twice is once."""
    if not grant.rights.is_main:
        raise Http404
    grant.require(photo_id)
    withheld = request.POST.get("on") != "0"
    if audiences.withhold(grant.shown.album, photo_id, withheld=withheld):
        record.record(
            grant,
            ActivityKind.HID if withheld else ActivityKind.SHOWED,
            visitor=visitors.of(grant, request.COOKIES, now=timezone.now()),
            photo_id=photo_id,
            user_agent=request.headers.get("User-Agent", ""),
        )
    if htmx.is_scripted(request):
        return JsonResponse({"photo": str(photo_id), "withheld": withheld})
    return SeeOther(reverse("sharing:photo", args=[token, photo_id]))


@guest_page(locked_status=403)
def withheld(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """What is hidden from the other links, for the scripts of the client's own gallery."""
    if not grant.rights.is_main:
        raise Http404
    photos = grant.photos().filter(is_withheld=True).order_by().values_list("photo_id", flat=True)
    return JsonResponse({"photos": [str(pk) for pk in photos]})
