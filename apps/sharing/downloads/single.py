"""One photo to take home, at a size that the link grants."""

from __future__ import annotations

import logging
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.context import brand_css
from apps.media import on_demand, serving
from apps.media.formats import is_film
from apps.media.models import Blob
from apps.media.serving import Answer
from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.downloads import naming, pin_code, quota
from apps.sharing.downloads.sizes import is_offered, rendition_of
from apps.sharing.guests import visitors
from apps.sharing.models import ActivityKind, Visitor
from apps.web import ranges
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)


def find(grant: Grant, photo_id: UUID, size: str | None) -> tuple[serving.Location, str]:
    """The file and its name (see `naming`). size: as in `sizes`, or None for the largest allowed one.

    Run it in `acting_in(grant.studio)`. Raises Http404 for what is not there, not shown, or not granted.
    """
    wanted = size or grant.rights.download_size
    if wanted is None or not is_offered(grant, wanted):
        raise Http404
    grant.require(photo_id)
    location = _file(grant, photo_id, rendition_of(wanted, grant.rights.metadata))
    if location is None:
        raise Http404
    return location, naming.of_one(grant, photo_id, location.mime)


def _file(grant: Grant, photo_id: UUID, kind: str) -> serving.Location | None:
    """The file of a kind; "" for the original as it is. What leaves less metadata or fewer pixels is made if need be.

    A file that cannot be made is as if it were not there, and stands in the log: never is more given in its place.
    """
    if not kind:
        return serving.original_location(grant.studio.pk, photo_id)
    original = Blob.objects.for_studio(grant.studio).filter(photos=photo_id).first()
    if original is None:
        return None
    if kind == "web" or kind.startswith("fit."):
        if is_film(original.mime):
            # Never made while somebody waits: that takes as long as the video lasts.
            return serving.locate(grant.studio.pk, photo_id, on_demand.VIDEO)
        if kind == "web":
            return serving.locate(grant.studio.pk, photo_id, kind)
    try:
        return serving.location_of(on_demand.ensure(original, kind))
    except on_demand.NotMade:
        log.exception("photo %s of studio %s cannot be served as %s", photo_id, grant.studio.pk, kind)
        return None


def ask_pin(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponse | None:
    """The way to the page that asks for the PIN, if the link has one and this browser did not give it."""
    try:
        if not grant.is_preview:
            pin_code.require(grant, request.COOKIES, now=timezone.now())
    except pin_code.Needed:
        query = {"photo": str(photo_id), "size": request.GET.get("size", "")}
        return SeeOther(f"{reverse('sharing:downloads', args=[token])}?{urlencode(query)}")
    return None


def take(request: HttpRequest, grant: Grant, token: str, photo_id: UUID, answer: Answer) -> HttpResponse | None:
    """Count and log a photo that is about to be sent; the page with the reason, if the quota is used up."""
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    size = request.GET.get("size") or grant.rights.download_size or ""
    try:
        count(request, grant, photo_id, answer, size=size, visitor=visitor)
    except quota.UsedUp as reason:
        return refused(request, grant, token, reason)
    return None


def count(
    request: HttpRequest, grant: Grant, photo_id: UUID, answer: Answer, *, size: str, visitor: Visitor | None
) -> None:
    """Count and log a photo that is about to be sent. Raises quota.UsedUp.

    A further range of the same file is not written down again, nor anything in a preview.
    """
    if grant.is_preview or answer.status not in (200, 302):
        return
    if request.method == "HEAD":
        quota.check(grant, [photo_id])
        return
    quota.reserve(grant, [photo_id])
    if _begins(request):
        length = int(answer.headers.get("Content-Length", 0))
        agent = request.headers.get("User-Agent", "")
        record.record(
            grant, ActivityKind.DOWNLOADED, visitor=visitor, photo_id=photo_id, user_agent=agent, size=size,
            what="photo", photos=1, bytes=length,
        )  # fmt: skip


def refused(request: HttpRequest, grant: Grant, token: str, reason: Refusal, onward: str = "") -> HttpResponse:
    """The reason on a page, with the way on."""
    context = {
        "album": grant.shown.album,
        "studio": grant.studio,
        "brand_css": brand_css(grant.studio),
        "gallery_url": reverse("sharing:gallery", args=[token]),
        "sentence": _(str(reason)),
        "code": reason.code,
        "onward": onward,
    }
    return render(request, "sharing/downloads/refused.html", context, status=reason.status)


def _begins(request: HttpRequest) -> bool:
    try:
        part = ranges.asked(request.headers.get("Range", ""), size=1 << 62)
    except ranges.Unsatisfiable:
        return False
    return part is None or part.start == 0
