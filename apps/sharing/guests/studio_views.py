"""The studio's side of visitors: who came, a table of them, forgetting one, looking as one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.albums.request_params import shared_of, uuid_or_none
from apps.media.mime import disposition
from apps.sharing.guests import view_as as guests_view_as
from apps.sharing.guests import visitor_list
from apps.sharing.links.request_params import link_of
from apps.sharing.links.terms import Standing, Terms
from apps.sharing.models import Visitor
from apps.web import htmx, tables
from apps.web.answers import SeeOther


def _visitor(request: StudioRequest, album: Album, visitor_id: UUID | None) -> Visitor:
    visitor: Visitor = get_object_or_404(Visitor.objects.for_studio(request.studio), pk=visitor_id, shown_id=album.pk)
    visitor.studio = request.studio
    return visitor


def _context(request: StudioRequest, album: Album) -> dict[str, Any]:
    page = visitor_list.page(album, request.GET.get("after", ""))
    return {
        "album": album,
        "visitors": page.rows,
        "next_url": f"?after={page.next}" if page.next else "",
        "first_url": reverse("sharing:visitors", args=[request.studio.slug, album.pk]) if page.previous else "",
    }


@require_GET
@studio_page(Role.VIEWER, album_scoped=True)
def visitors(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The people who said who they are in an album."""
    return render(request, "sharing/guests/visitor_list.html", _context(request, shared_of(request, album_id)))


@require_GET
@studio_page(Role.EDITOR, album_scoped=True)
def visitors_csv(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The same people as a table."""
    album = shared_of(request, album_id)
    return HttpResponse(
        tables.UTF8_MARK + visitor_list.table(album),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": disposition(f"visitors-{album.slug}.csv"),
            "Cache-Control": "private, no-store",
        },
    )


def _answer(request: StudioRequest, album: Album, text: str) -> HttpResponse:
    if not htmx.wants(request):
        return htmx.tell(request, SeeOther("sharing:visitors", request.studio.slug, album.pk), text)
    return htmx.vary(htmx.toast(render(request, "sharing/guests/_visitor_list.html", _context(request, album)), text))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def visitor_erase(request: StudioRequest, album_id: UUID, visitor_id: UUID) -> HttpResponse:
    """Forget a person and everything they said."""
    album = shared_of(request, album_id)
    visitor_list.erase(_visitor(request, album, visitor_id), by=request.user)
    return _answer(request, album, "Visitor erased.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def visitor_sign_out(request: StudioRequest, album_id: UUID, visitor_id: UUID) -> HttpResponse:
    """Every browser of a person forgets who it belongs to."""
    album = shared_of(request, album_id)
    _visitor(request, album, visitor_id).sign_out()
    return _answer(request, album, "Signed out. They’ll need an emailed code to sign in again.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def view_as(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """Look at the gallery as the holder of a link does, or with `visitor` as that person."""
    link = link_of(request, album_id, link_id)
    wanted = request.POST.get("visitor", "")
    visitor = _visitor(request, link.album, uuid_or_none(wanted)) if wanted else None
    token = link.token
    standing = Terms.of(link, link.album).standing(timezone.now())
    if not token or standing not in (Standing.OPEN, Standing.DRAFT):
        messages.error(request, "Nobody can open this link, so there is nothing to look at.")
        return SeeOther("sharing:links", request.studio.slug, album_id)
    response = SeeOther(reverse("sharing:gallery", args=[token]))
    guests_view_as.begin(response, request.user, link, visitor, now=timezone.now())
    return response


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def preview(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Look at the gallery as the client does: by the client's own link, else by the newest that opens."""
    album = shared_of(request, album_id)
    now = timezone.now()
    for link in album.share_links.order_by("-is_main", "-created_at", "-id"):
        link.album, link.studio = album, request.studio
        token = link.token
        if token and Terms.of(link, album).standing(now) in (Standing.OPEN, Standing.DRAFT):
            response = SeeOther(reverse("sharing:gallery", args=[token]))
            guests_view_as.begin(response, request.user, link, None, now=now)
            return response
    messages.info(request, "Create a link first. The preview shows what people see through it.")
    return SeeOther("sharing:links", request.studio.slug, album_id)


@require_POST
@studio_page(Role.VIEWER, album_scoped=True)
def view_as_end(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """Back from the guest's place."""
    link = link_of(request, album_id, link_id)
    response = SeeOther("sharing:links", request.studio.slug, link.album_id)
    guests_view_as.end(response)
    return response
