"""Faces of one photo, for the lightbox of the studio: outlines and names, drawn, named and taken away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.albums.request_params import album_of, photo_of
from apps.faces import consent, drawing, people
from apps.faces.findings import MOST_FACES
from apps.faces.models import Face, Person
from apps.web.refusal import Refusal

#: Names offered while somebody types.
_NAMES = 500


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.VIEWER, album_scoped=True)
def faces(request: StudioRequest, album_id: UUID, photo_id: UUID) -> JsonResponse:
    """The faces of a photo of the gallery, from left to right: boxes as fractions of the upright photo, and names.

    POST outlines one that was missed, an editor's deed: `x`, `y`, `width`, `height`, and the `name` if it is known.
    """
    album = album_of(request, album_id)
    if request.method == "POST":
        request.entered.require(Role.EDITOR)
        return _drawn(request, album, photo_id)
    found = list(_faces(album, photo_id).order_by("x", "pk")[:MOST_FACES])
    if not found:
        get_object_or_404(album.placements, photo_id=photo_id, trashed_at=None)
    is_on = consent.settings_of(request.studio).is_on
    if not is_on:
        found = []
    may_edit = is_on and request.entered.may_edit
    names = Person.objects.for_studio(request.studio).exclude(name="").order_by("name").values_list("name", flat=True)
    return JsonResponse(
        {
            "faces": [_told(request, album, face) for face in found],
            "names": list(dict.fromkeys(names[:_NAMES])) if may_edit else [],
            "draw_url": request.path if may_edit else "",
        }
    )


def _drawn(request: StudioRequest, album: Album, photo_id: UUID) -> JsonResponse:
    photo = photo_of(album, photo_id)
    try:
        box = drawing.box_of(*(_number(request, side) for side in ("x", "y", "width", "height")))
        face, entry = drawing.draw(photo, box, None, by=request.user, name=request.POST.get("name", "")[:120])
    except Refusal as refusal:
        return _refused(refusal)
    return JsonResponse({"face": _told(request, album, face), "undo": undo_url(request, entry)}, status=201)


def _number(request: StudioRequest, side: str) -> float:
    try:
        return float(request.POST.get(side, ""))
    except ValueError:
        raise drawing.BadBox from None


def _refused(refusal: Refusal) -> JsonResponse:
    return JsonResponse({"code": refusal.code, "error": str(refusal)}, status=refusal.status)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def remove(request: StudioRequest, album_id: UUID, photo_id: UUID, face_id: UUID) -> JsonResponse:
    """Take an outline away that shows no face, or one that nobody wants to hear of; looking again leaves it away."""
    album = album_of(request, album_id)
    face = get_object_or_404(_faces(album, photo_id), pk=face_id)
    try:
        entry = people.ignore(request.studio, [face], True, by=request.user)
    except Refusal as refusal:
        return _refused(refusal)
    return JsonResponse({"undo": undo_url(request, entry)})


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def name(request: StudioRequest, album_id: UUID, photo_id: UUID, face_id: UUID) -> JsonResponse:
    """Say who a face is: whoever is called `name`, or somebody new. Of an unnamed group the whole group is."""
    album = album_of(request, album_id)
    face = get_object_or_404(_faces(album, photo_id), pk=face_id)
    face.studio = request.studio
    called = " ".join(request.POST.get("name", "").split())[:120]
    if not called:
        return JsonResponse({"code": "no_name", "error": "Type a name first."}, status=422)
    try:
        entry = people.call(face, called, by=request.user)
    except Refusal as refusal:
        return _refused(refusal)
    face = _faces(album, photo_id).get(pk=face_id)
    return JsonResponse({"face": _told(request, album, face), "undo": undo_url(request, entry)})


def _faces(album: Album, photo_id: UUID) -> Any:
    lying = album.placements.filter(trashed_at=None).values("photo_id")
    faces = Face.objects.for_studio(album.studio_id).filter(photo_id=photo_id, photo_id__in=lying, is_ignored=False)
    return faces.select_related("person", "suggested").defer("embedding")


def _told(request: StudioRequest, album: Album, face: Face) -> dict[str, Any]:
    slug, who = request.studio.slug, face.person
    place = [slug, album.pk, face.photo_id, face.pk]
    return {
        "id": str(face.pk),
        "box": {"x": face.x, "y": face.y, "width": face.width, "height": face.height},
        "name": who.name if who else "",
        "maybe": face.suggested.name if face.suggested and not (who and who.name) else "",
        "person_url": reverse("faces:person", args=[slug, who.pk]) if who else "",
        "name_url": reverse("faces:name_face", args=place) if request.entered.may_edit else "",
        "remove_url": reverse("faces:remove_face", args=place) if request.entered.may_edit else "",
    }
