"""What is asked of and done to photos of an album."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.long_tasks import Task
from apps.accounts.models import Role
from apps.albums import (
    bulk,
    by_people,
    counts,
    editing,
    information,
    page_context,
    pairs,
    photo_versions,
    placements,
    reprocess,
    stacks,
)
from apps.albums.models import Album, PlacementQuerySet
from apps.albums.request_params import album_of, one_uuid, photo_of, photos_of, section_of, uuids
from apps.albums.tiles import studio_tiles
from apps.jobs.pages import goes_on
from apps.media import serving
from apps.media.serving import picture_url
from apps.web import htmx
from apps.web.answers import SeeOther

MOST_TILES = 100
MOST_STATES = 200
MOST_PROBLEMS = 1000


def _ids(request: StudioRequest, most: int) -> list[UUID]:
    return uuids(request.GET.get("ids", "").split(","), most=most)


def _chosen(request: StudioRequest, album: Album) -> PlacementQuerySet:
    """What a form of the album's page is about.

    `photo`: single ids; or `all` that the page's filters let by: `within` (a section), `kept`, `mark` and those of
    people.
    """
    if "all" not in request.POST:
        return album.placements.live().filter(photo_id__any=uuids(request.POST.getlist("photo")))
    kept, mark = request.POST.get("kept", ""), request.POST.get("mark", "")
    if kept not in ("", *page_context.KEPT) or mark not in ("", *page_context.MARKED):
        raise BadRequest("There is no such filter.")
    people = by_people.read(album, request.entered, request.POST.dict())
    asked = page_context.PageFilters(section_of(album, request.POST.get("within")), kept, mark, people)
    return page_context.stream_of(album, asked).visible()


def _photo_ids(chosen: PlacementQuerySet) -> list[UUID]:
    return list(chosen.values_list("photo_id", flat=True))


def _back(request: StudioRequest, album: Album) -> HttpResponse:
    """Nothing to show for htmx; the album's page without it."""
    return HttpResponse(status=204) if htmx.wants(request) else SeeOther(album)


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def tiles_by_id(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The tiles of some photos, without headings; unknown ids are left out."""
    album = album_of(request, album_id)
    rows = page_context.stream_of(album).of(_ids(request, MOST_TILES))
    place = page_context.place_of(album, request.entered, rows)
    return HttpResponse(studio_tiles(rows, {}, place, first_page=False, bare=True))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def status(request: StudioRequest, album_id: UUID) -> JsonResponse:
    """How far some photos are, and how many of the album are not ready."""
    album = album_of(request, album_id)
    rows = photos_of(album).filter(pk__in=_ids(request, MOST_STATES)).values_list("pk", "state", "problem")
    unready = counts.unready(album)
    photos = [{"id": str(pk), "state": state, "reason": problem} for pk, state, problem in rows]
    return JsonResponse({"photos": photos, "processing": unready.processing, "failed": unready.failed})


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def order(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Put photos before another one, or at the end of a section."""
    album = album_of(request, album_id)
    section = section_of(album, request.POST.get("section"))
    moved = editing.move(
        album,
        stacks.with_frames(album, uuids(request.POST.getlist("photo"))),
        before=one_uuid(request.POST.get("before")),
        section_id=section.pk if section else None,
        by=request.user,
    )
    if moved is None:
        raise Http404
    where = f"{photos_word(moved.count)} moved."
    return htmx.tell(request, _back(request, album), where, undo=undo_url(request, moved))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def move(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Move photos under a heading; they keep the order they have."""
    album = album_of(request, album_id)
    section = section_of(album, request.POST.get("section"))
    chosen = _chosen(request, album)
    if bulk.are_many(chosen):
        begin = partial(bulk.begin_move, album, chosen, section, by=request.user)
        return goes_on(request, begin, SeeOther(album))
    photos = _photo_ids(chosen.in_order())
    # All of a section's photos come with their frames already.
    photos = photos if "all" in request.POST else stacks.with_frames(album, photos)
    moved = placements.move_to_section(album, photos, section, by=request.user)
    if moved is None:
        raise Http404
    where = f"to “{section.title}”" if section else "out of their sections"
    text = f"{photos_word(moved.count)} moved {where}."
    return htmx.tell(request, _back(request, album), text, undo=undo_url(request, moved))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def delete(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Move photos to the trash; the message can take it back. A contributor's own only."""
    album = album_of(request, album_id)
    chosen = _chosen(request, album)
    if bulk.are_many(chosen) and not request.entered.is_contributor:
        return goes_on(request, partial(bulk.begin_trash, album, chosen, by=request.user), SeeOther(album))
    photos = placements.touchable(request.entered, _photo_ids(chosen))
    out = placements.take_out(album, photos, by=request.user)
    if out is None:
        raise Http404
    text = placements.taken_out_words(out.count, out.detail["elsewhere"])
    return htmx.tell(request, _back(request, album), text, undo=undo_url(request, out))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def problems(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Photos that could not be processed or whose file is damaged, and why."""
    return _problems(request, album_of(request, album_id))


def _problems(request: StudioRequest, album: Album) -> HttpResponse:
    rows = list(reprocess.failed_of(album)[:MOST_PROBLEMS])
    touchable = set(placements.touchable(request.entered, [photo.pk for photo in rows]))
    failed = [
        {
            "id": row.pk,
            "name": row.camera_name,
            "reason": row.problem,
            "may_retry": not row.is_refused and row.pk in touchable,
        }
        for row in rows
    ]
    shown: dict[str, Any] = {
        "album": album,
        "problems": failed,
        "may_retry_all": any(one["may_retry"] for one in failed),
    }
    template = "albums/_problems.html" if htmx.wants(request) else "albums/problems.html"
    shown["damaged"] = reprocess.damaged_of(album)[:MOST_PROBLEMS]
    return htmx.vary(render(request, template, shown))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def facts(request: StudioRequest, album_id: UUID, photo_id: UUID) -> HttpResponse:
    """What is known of one photo; asked by a script the panel alone, else a page of its own."""
    album = album_of(request, album_id)
    photo = photo_of(album, photo_id)
    shown = {
        "album": album,
        "photo": photo,
        "facts": information.of(photo, request.studio.zone, place=information.place_of(photo)),
        "tile_url": picture_url(request.studio.pk, album.pk, photo.pk, "thumb") if photo.is_ready else "",
    }
    template = "albums/_information.html" if htmx.wants(request) else "albums/information.html"
    return htmx.vary(render(request, template, shown))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def retry(request: StudioRequest, album_id: UUID, photo_id: UUID) -> HttpResponse:
    """Process one failed photo again. Answers with its tile."""
    album = album_of(request, album_id)
    photo = photo_of(album, photo_id)
    if not placements.touchable(request.entered, [photo.pk]):
        raise Http404
    if not photo.is_ready:
        photo.reprocess()
    if not htmx.wants(request):
        return SeeOther("albums:problems", request.studio.slug, album.pk)
    rows = page_context.stream_of(album).of([photo.pk])
    return HttpResponse(
        studio_tiles(rows, {}, page_context.place_of(album, request.entered, rows), first_page=False, bare=True)
    )


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def retry_all(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Process every failed photo of the album again."""
    album = album_of(request, album_id)
    page = SeeOther("albums:problems", request.studio.slug, album.pk)
    failed = list(reprocess.retriable_of(album)[: bulk.AT_ONCE + 1])
    if len(failed) > bulk.AT_ONCE:
        ids = reprocess.retriable_of(album).values_list("pk", flat=True)[: Task.MOST]
        begin = partial(bulk.begin_reprocess, request.studio, ids, by=request.user, album=album)
        return goes_on(request, begin, page)
    for photo in failed:
        photo.reprocess()
    if not htmx.wants(request):
        return page
    return htmx.toast(_problems(request, album), f"{photos_word(len(failed))} will be tried again.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def show_version(request: StudioRequest, album_id: UUID, photo_id: UUID, version_id: UUID) -> HttpResponse:
    """Show another file of the photo: go back, or forth again."""
    album = album_of(request, album_id)
    photo = photo_of(album, photo_id)
    version = get_object_or_404(photo.versions.select_related("studio"), pk=version_id)
    onward = SeeOther("albums:photo_history", request.studio.slug, album.pk, photo.pk)
    try:
        entry = photo_versions.choose(version, by=request.entered.user)
    except photo_versions.VersionNotReady as reason:
        return htmx.tell(request, onward, str(reason), level="error")
    undo = undo_url(request, entry)
    return htmx.tell(request, onward, f"{photo.camera_name} now shows {version.name or photo.camera_name}.", undo=undo)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def split_version(request: StudioRequest, album_id: UUID, photo_id: UUID, version_id: UUID) -> HttpResponse:
    """Make a file of the photo a photo of its own."""
    album = album_of(request, album_id)
    photo = photo_of(album, photo_id)
    version = get_object_or_404(photo.versions.select_related("studio"), pk=version_id)
    onward = SeeOther("albums:detail", request.studio.slug, album.pk)
    try:
        entry = pairs.split(version, by=request.entered.user)
    except pairs.Single as reason:
        return htmx.tell(request, onward, str(reason), level="error")
    name = version.name or photo.camera_name
    return htmx.tell(request, onward, f"{name} is now a separate photo.", undo=undo_url(request, entry))


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True, visits=False)
def download(request: StudioRequest, album_id: UUID, photo_id: UUID) -> HttpResponse:
    """The file that the photo shows, under its camera name; `file`: another of its files, by the version's id."""
    album = album_of(request, album_id)
    photo = photo_of(album, photo_id)
    version_id = one_uuid(request.GET.get("file"))
    if version_id is not None:
        version = get_object_or_404(photo.versions.select_related("blob"), pk=version_id)
        name = version.name or photo.camera_name
        return cast(HttpResponse, serving.file_response(serving.location_of(version.blob), filename=name))
    location = serving.original_location(request.studio.pk, photo.pk)
    if location is None:
        raise Http404
    return cast(HttpResponse, serving.file_response(location, filename=photo.camera_name))
