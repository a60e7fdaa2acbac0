"""One photo leaves by the rules of an archive: PIN, counter, a line in the log. Run in `acting_in(grant.studio)`."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.context import brand_css
from apps.media.serving import Answer
from apps.sharing import activity, pins, ranges, taking, visitors
from apps.sharing.access import Grant
from apps.sharing.models import ActivityKind
from apps.web.refusal import Refusal


def ask_pin(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponse | None:
    """The way to the page that asks for the PIN, if the link has one and this browser did not give it."""
    try:
        if not grant.is_preview:
            pins.require(grant, request.COOKIES, now=timezone.now())
    except pins.Needed:
        query = {"photo": str(photo_id), "size": request.GET.get("size", "")}
        return HttpResponseRedirect(f"{reverse('sharing:downloads', args=[token])}?{urlencode(query)}", status=303)
    return None


def take(request: HttpRequest, grant: Grant, token: str, photo_id: UUID, answer: Answer) -> HttpResponse | None:
    """Count and write down a photo that is about to leave; the page that says why not, if the counter is used up.

    A further range of the same file is not written down again, nor anything in a preview.
    """
    if grant.is_preview or answer.status not in (200, 302):
        return None
    try:
        if request.method == "HEAD":
            taking.check(grant, [photo_id])
            return None
        taking.reserve(grant, [photo_id])
    except taking.UsedUp as reason:
        return refused(request, grant, token, reason)
    if _begins(request):
        size = request.GET.get("size") or grant.rights.download_size or ""
        visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
        length = int(answer.headers.get("Content-Length", 0))
        agent = request.headers.get("User-Agent", "")
        activity.record(
            grant, ActivityKind.DOWNLOADED, visitor=visitor, photo_id=photo_id, user_agent=agent, size=size,
            what="photo", photos=1, bytes=length,
        )  # fmt: skip
    return None


def refused(request: HttpRequest, grant: Grant, token: str, reason: Refusal, onward: str = "") -> HttpResponse:
    """The reason on a page, with the way on."""
    context = {
        "album": grant.album,
        "studio": grant.studio,
        "brand_css": brand_css(grant.studio),
        "gallery_url": reverse("sharing:gallery", args=[token]),
        "sentence": _(str(reason)),
        "code": reason.code,
        "onward": onward,
    }
    return render(request, "sharing/download_refused.html", context, status=reason.status)


def _begins(request: HttpRequest) -> bool:
    try:
        part = ranges.asked(request.headers.get("Range", ""), size=1 << 62)
    except ranges.Unsatisfiable:
        return False
    return part is None or part.start == 0
