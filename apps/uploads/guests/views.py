"""The page on which a guest adds photos, with what became of them; nothing of others stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.albums.models import PhotoState
from apps.media.formats import EXTENSIONS, VIDEO_EXTENSIONS
from apps.media.mime import disposition
from apps.sharing.access import Grant
from apps.sharing.guests import visitors
from apps.sharing.guests.identify import ask, needs_person
from apps.sharing.guests.pages import dress, guest_page
from apps.sharing.models import TakesUploads, Visitor
from apps.uploads.guests import holding
from apps.uploads.guests.waiting import own
from apps.uploads.models import ReceivedFile, ReceivedState
from apps.web import htmx, tables
from apps.web.answers import SeeOther

#: A guest's newest files on the page.
LISTED = 200
MOST_EXPORTED = 10_000

_STATES: Final = {
    "waiting": gettext_lazy("Waiting for approval"),
    "received": gettext_lazy("Received"),
    "shown": gettext_lazy("In the gallery"),
    "approved": gettext_lazy("Approved"),
    "declined": gettext_lazy("Not added"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "refused": gettext_lazy("This file can’t be read as a photo or a video."),
}


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A line of the list: one file that the guest sent. state: a key of `_STATES`."""

    file: ReceivedFile
    state: str

    @property
    def words(self) -> str:
        return str(_STATES[self.state])

    @property
    def may_withdraw(self) -> bool:
        return self.state in ("waiting", "received")


def _line(file: Any, grant: Grant) -> OwnFile:
    return OwnFile(file, _state(file, grant))


def _state(file: Any, grant: Grant) -> str:
    """What the guest is told. file: a row of `waiting.own`. Bytes that the studio had already look like any others."""
    if file.withdrawn_at is not None:
        return "withdrawn"
    if file.state == ReceivedState.REFUSED or (file.photo and file.photo.state == PhotoState.FAILED):
        return "refused"
    if file.state == ReceivedState.DUPLICATE:
        return "waiting" if grant.rights.uploads_wait else "received"
    if file.is_shown:
        return "approved" if grant.rights.is_drop else "shown"
    return "waiting" if file.is_there else "declined"


def _context(grant: Grant, token: str, visitor: Visitor | None) -> dict[str, Any]:
    files = own(grant.studio, grant.shown.pk, visitor)[:LISTED] if visitor is not None else []
    return {
        "studio": grant.studio,
        "album": grant.shown.album,
        "token": token,
        "me": visitor,
        "is_drop": grant.rights.is_drop,
        "waits": grant.rights.uploads_wait,
        "files": [_line(file, grant) for file in files],
        "gallery_url": "" if grant.rights.is_drop else reverse("sharing:gallery", args=[token]),
    }


def _require(grant: Grant) -> None:
    """Raises Http404 for a link that takes no photos."""
    if grant.rights.upload == TakesUploads.OFF:
        raise Http404


@guest_page(takes_drops=True)
def uploads(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """Add photos, and see what became of one's own. Who is there is asked first."""
    _require(grant)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    if visitor is None and not grant.is_preview:
        if htmx.wants(request):
            return needs_person(request, token)
        return ask(request, grant.studio, token, next=request.path, is_for_uploads=True)
    context = _context(grant, token, visitor)
    if htmx.wants(request):
        return render(request, "uploads/guests/_own.html", context)
    context |= {
        "parts_url": reverse("uploads:guest_parts", args=[token]),
        "extensions": ",".join(sorted(EXTENSIONS)),
        "video_extensions": ",".join(sorted(VIDEO_EXTENSIONS)),
        "max_bytes": settings.MAX_PHOTO_BYTES,
        "max_video_bytes": settings.MAX_VIDEO_BYTES,
    }
    return render(request, "uploads/guests/upload.html", {**context, **dress(grant)})


@guest_page(locked_status=403, takes_drops=True)
def receipt_csv(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """All files that the guest sent, with checksums, as a table."""
    _require(grant)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    if visitor is None:
        return needs_person(request, token)
    file_name = _("receipt")
    columns = [_("File name"), _("Bytes"), "SHA-256", _("State"), _("Time")]
    lines = [tables.UTF8_MARK + tables.line(columns)]
    for file in own(grant.studio, grant.shown.pk, visitor).order_by("pk")[:MOST_EXPORTED]:
        at = f"{file.at.astimezone(grant.studio.zone):%Y-%m-%d %H:%M:%S}"
        lines.append(tables.line([file.name, file.size, file.sha256, _line(file, grant).words, at]))
    return HttpResponse(
        "".join(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition(f"{file_name}.csv"), "Cache-Control": "private, no-store"},
    )


@require_POST
@guest_page(locked_status=403, takes_posts=True, takes_drops=True)
def withdraw(request: HttpRequest, grant: Grant, token: str, file_id: UUID) -> HttpResponseBase:
    """Take one of one's own files back, as long as the studio has not approved it."""
    _require(grant)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    if visitor is None:
        return needs_person(request, token)
    file: ReceivedFile = get_object_or_404(own(grant.studio, grant.shown.pk, visitor), pk=file_id)
    album = grant.shown.album
    album.studio = grant.studio
    if not holding.withdraw(file, album):
        return render(
            request,
            "uploads/guests/_own.html",
            {
                **_context(grant, token, visitor),
                "problem": _("This photo has been approved, so it can’t be withdrawn."),
            },
            status=409,
        )
    if htmx.wants(request):
        return render(request, "uploads/guests/_own.html", _context(grant, token, visitor))
    return SeeOther("uploads:guest", token)
