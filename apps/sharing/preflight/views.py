"""The page that looks at a delivery before it is sent."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.albums.request_params import shared_of, uuid_or_none
from apps.sharing.models import ShareLink
from apps.sharing.preflight import checks
from apps.web import htmx


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def preflight(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The checks of one link (`link`), else of the client's own, else of the newest."""
    album = shared_of(request, album_id)
    links = _links(request, album)
    wanted = uuid_or_none(request.GET.get("link"))
    link = next((one for one in links if one.pk == wanted), next(iter(links), None))
    found = checks.look(link, now=timezone.now()) if link else []
    context = {
        "album": album,
        "links": links,
        "link": link,
        "checks": found,
        "red": sum(one.light == checks.Light.RED for one in found),
        "amber": sum(one.light == checks.Light.AMBER for one in found),
        "green": sum(one.light == checks.Light.GREEN for one in found),
    }
    template = "sharing/preflight/_beside_email.html" if htmx.wants(request) else "sharing/preflight/preflight.html"
    return htmx.vary(render(request, template, context))


def _links(request: StudioRequest, album: Album) -> list[ShareLink]:
    """The client's own first."""
    rows = list(album.share_links.filter(revoked_at__isnull=True).order_by("-is_main", "-created_at", "-id")[:50])
    for link in rows:
        link.album, link.studio = album, request.studio
    return rows
