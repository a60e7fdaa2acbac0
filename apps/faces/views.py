"""The studio's pages of people: the wall, one person, what is doubtful, and why."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts import layout
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.request_params import uuid_or_none
from apps.faces import cards, consent, erasing, listing, passport_list
from apps.faces.models import Crop, Face, Kinship, Person
from apps.media.serving import picture_url, safety_headers

_SECONDS: Final = 300


def person_of(request: StudioRequest, person_id: UUID) -> Person:
    """A person of the studio, or Http404."""
    person = listing.person(request.studio.pk, person_id)
    if person is None:
        raise Http404
    person.studio = request.studio
    return person


def face_of(request: StudioRequest, face_id: UUID) -> Face:
    """A face of the studio, or Http404."""
    rows = Face.objects.for_studio(request.studio).select_related("photo", "person")
    face = get_object_or_404(rows, pk=face_id)
    face.studio = request.studio
    return face


def _page(request: StudioRequest) -> int:
    text = request.GET.get("page", "1")
    return min(1_000, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 and int(text) else 1


def _following(found: list[Any], page: int, most: int) -> str:
    return f"page={page + 1}" if len(found) > most else ""


@require_safe
@studio_page(Role.VIEWER)
def wall(request: StudioRequest) -> HttpResponse:
    """Everybody in the studio's photos; before faces are switched on, what that means."""
    layout.ahead(request)
    settings = consent.settings_of(request.studio)
    context: dict[str, Any] = {"faces": settings, "text": consent.TEXT, "left": erasing.left(settings)}
    if not settings.is_on:
        return render(request, "faces/off.html", context)
    page, ignored = _page(request), request.GET.get("show") == "ignored"
    query = request.GET.get("q", "")[:120]
    found = listing.wall(
        request.studio.pk,
        ignored=ignored,
        query=query,
        limit=listing.WALL + 1,
        offset=(page - 1) * listing.WALL,
    )
    context |= {
        "people": cards.people(
            request.studio,
            found.people[: listing.WALL],
            csrf_token=get_token(request),
            may_edit=request.entered.may_edit,
        ),
        "names": cards.names(found.names),
        "doubts": found.doubts,
        "ignored": ignored,
        "query": query,
        "following": _following(found.people, page, listing.WALL),
    }
    return render(request, "faces/wall.html", context)


@require_safe
@studio_page(Role.VIEWER)
def person(request: StudioRequest, person_id: UUID) -> HttpResponse:
    """One person: their photos by date, and what is known of them."""
    layout.ahead(request)
    page = _page(request)
    found = listing.page_of_person(
        request.studio.pk, person_id, limit=listing.PHOTOS + 1, offset=(page - 1) * listing.PHOTOS
    )
    if found is None:
        raise Http404
    same = uuid_or_none(request.GET.get("same"))
    context = {
        "person": found.person,
        "photos": cards.photos(
            request.studio,
            found.seen[: listing.PHOTOS],
            birthday=found.person.birthday,
            may_edit=request.entered.may_edit,
        ),
        "following": _following(found.seen, page, listing.PHOTOS),
        "relationships": found.relationships,
        "kinships": Kinship.choices,
        "names": cards.names(found.names),
        "same": Person.objects.for_studio(request.studio).filter(pk=same).first() if same else None,
    }
    return render(request, "faces/person.html", context)


@require_safe
@studio_page(Role.VIEWER)
def passports(request: StudioRequest) -> HttpResponse:
    """Who may be shown and who may not, to be printed."""
    context = {"groups": passport_list.groups(request.studio), "today": timezone.localdate()}
    return render(request, "faces/passports.html", context)


@require_safe
@studio_page(Role.EDITOR)
def doubtful(request: StudioRequest) -> HttpResponse:
    """One question at a time, the most useful first."""
    doubt = listing.next_doubt(request.studio.pk)
    context: dict[str, Any] = {"doubt": doubt, "left": listing.doubts(request.studio.pk)}
    if doubt is not None:
        context["likeness"] = listing.likeness(doubt.distance)
        context["sides"] = _sides(request, [doubt.face, doubt.evidence])
    return render(request, "faces/doubtful.html", context)


@require_safe
@studio_page(Role.VIEWER)
def why(request: StudioRequest, face_id: UUID) -> HttpResponse:
    """Why a face is said to be somebody: both photos, how near they are, and what humans decided."""
    face = face_of(request, face_id)
    who = face.person or face.suggested
    found = listing.evidence(face, who) if who is not None else None
    context: dict[str, Any] = {"face": face, "person": who}
    if found is not None:
        context |= {"distance": found[1], "likeness": listing.likeness(found[1]), "evidence": found[0]}
    context["sides"] = _sides(request, [face, *([found[0]] if found else [])])
    return render(request, "faces/why.html", context)


@require_safe
@studio_page(Role.VIEWER)
def context(request: StudioRequest, face_id: UUID) -> HttpResponse:
    """The photo around a face, as a piece of a page: a head alone is often not enough to tell who it is."""
    (side,) = _sides(request, [face_of(request, face_id)])
    return render(request, "faces/_side.html", {"side": side})


def _sides(request: StudioRequest, faces: list[Face]) -> list[dict[str, Any]]:
    albums = listing.where(faces)
    sides = [listing.outlined(face, albums) for face in faces]
    for side in sides:
        album_id, photo_id = side["album_id"], side["face"].photo_id
        side["url"] = picture_url(request.studio.pk, album_id, photo_id, "thumb") if album_id else ""
    return sides


@require_safe
@studio_page(Role.VIEWER)
def crop(request: StudioRequest, face_id: UUID) -> HttpResponse:
    """The picture of a face. Nobody keeps it beyond a few minutes, no proxy at all."""
    row = get_object_or_404(Crop.objects.for_studio(request.studio), face_id=face_id)
    headers = {**safety_headers("image/webp"), "Cache-Control": f"private, max-age={_SECONDS}"}
    return HttpResponse(bytes(row.webp), headers=headers)
