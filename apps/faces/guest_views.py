"""Who is missing: a studio's page that compares a guest list with the people in a gallery."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.request_params import album_of
from apps.faces import consent, guest_list
from apps.faces.guest_list import Seat
from apps.media.mime import disposition
from apps.web.refusal import Refusal
from apps.web.tables import UTF8_MARK, line


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def missing(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """A box for names (`names`, or the file `list`); a POST shows who is in how many photos, `export` gives a CSV."""
    album = album_of(request, album_id)
    file = request.FILES.get("list")
    text = file.read(guest_list.LONGEST).decode("utf-8-sig", "replace") if file else request.POST.get("names", "")
    context: dict[str, Any] = {"album": album, "text": text, "is_on": consent.settings_of(request.studio).is_on}
    if request.method != "POST":
        return render(request, "faces/missing.html", context)
    try:
        seats = guest_list.seats(album, guest_list.read(text))
    except Refusal as refusal:
        return render(request, "faces/missing.html", {**context, "problem": str(refusal)}, status=refusal.status)
    if request.POST.get("export"):
        return _export(album.slug, seats)
    # Who is in no photo comes first: they are looked for before the gallery goes out.
    seats.sort(key=lambda seat: seat.photos)
    context |= {"seats": seats, "groups": guest_list.groups(seats), "absent": sum(not seat.photos for seat in seats)}
    return render(request, "faces/missing.html", context)


def _export(name: str, seats: list[Seat]) -> HttpResponse:
    rows = [["Guest", "Group", "Person", "Photos"]]
    rows += [[seat.guest.name, seat.guest.group, seat.person, seat.photos] for seat in seats]  # type: ignore[list-item]
    headers = {"Content-Disposition": disposition(f"guests-{name}.csv"), "Cache-Control": "private, no-store"}
    text = UTF8_MARK + "".join(map(line, rows))
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
