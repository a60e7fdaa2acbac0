"""The studio's activity pages: what guests did, in all albums or in one, by time, person or photo, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.albums.request_params import shared_of, uuid_or_none
from apps.media.mime import disposition
from apps.media.serving import picture_url
from apps.sharing.activity import history, sentences
from apps.sharing.models import Activity, ActivityKind
from apps.web import htmx, tables

VIEWS = {"": "Newest", "person": "By person", "photo": "By photo"}
FILTERS = ("kind", "person", "link", "photo", "from", "to")


@dataclass(frozen=True, slots=True)
class ShownActivity:
    """One sentence of the feed. quote: what the guest wrote.  pictures: of the first photos it is about."""

    MOST_PICTURES = 5

    id: UUID
    who: str
    what: str
    quote: str
    kind: str
    album: Album
    link: str
    link_id: UUID | None
    pictures: list[str]
    more: int
    device: str
    at: Any

    @classmethod
    def of(cls, told: sentences.ActivitySentence) -> ShownActivity:
        row = told.newest
        photos = {one.photo_id: one.photo for one in told.rows if one.photo and one.photo.is_ready}
        shown = list(photos.values())[: cls.MOST_PICTURES]
        return cls(
            id=row.pk,
            who=told.who,
            what=told.sentence,
            quote=told.quote,
            kind=row.kind,
            album=row.album,
            link=row.link.label if row.link else "",
            link_id=row.link_id,
            pictures=[picture_url(row.studio_id, row.album_id, photo.pk, "tile") for photo in shown],
            more=len(photos) - len(shown),
            device=row.device,
            at=row.at,
        )


def _told(request: StudioRequest, rows: Sequence[Activity]) -> list[ShownActivity]:
    return [ShownActivity.of(one) for one in sentences.tell(request.studio, rows)]


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def studio_activity(request: StudioRequest) -> HttpResponse:
    """Everything that guests did in this studio."""
    return _activity(request, None)


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def album_activity(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """What guests did in one album."""
    return _activity(request, shared_of(request, album_id))


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def studio_activity_file(request: StudioRequest) -> HttpResponse:
    return _file(request, None, request.studio.slug)


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def album_activity_file(request: StudioRequest, album_id: UUID) -> HttpResponse:
    album = shared_of(request, album_id)
    return _file(request, album, album.slug)


def _activity(request: StudioRequest, album: Album | None) -> HttpResponse:
    asked = _asked(request)
    view = request.GET.get("by", "")
    view = view if view in VIEWS else ""
    if htmx.wants(request, "fresh"):
        return _fresh(request, album, asked)
    context = _frame(request, album, view)
    if view == "person":
        context["people_rows"] = history.by_person(request.entered, album, asked)
    elif view == "photo":
        context["photos"] = _with_pictures(request, history.by_photo(request.entered, album, asked))
    else:
        page = history.feed(request.entered, album, asked, after=request.GET.get("after", ""))
        context |= {
            "rows": _told(request, page.rows),
            "next_url": _with(request, after=page.next) if page.next else "",
            "newest": page.rows[0].pk if page.rows else "",
        }
    template = "sharing/activity/_rows.html" if htmx.wants(request, "more") else "sharing/activity/activity.html"
    return htmx.vary(render(request, template, context))


def _frame(request: StudioRequest, album: Album | None, view: str) -> dict[str, Any]:
    """Context of the page around each view."""
    slug = request.studio.slug
    where = reverse("sharing:album_activity_file", args=[slug, album.pk]) if album else reverse(
        "sharing:studio_activity_file", args=[slug]
    )  # fmt: skip
    asked = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    return {
        "album": album,
        "view": view,
        "views": [(name, label, _with(request, by=name, after="")) for name, label in VIEWS.items()],
        "kinds": ActivityKind.choices,
        **history.choices(request.entered, album),
        "asked": asked,
        "is_filtered": bool(asked),
        "file_url": f"{where}?{urlencode(asked)}" if asked else where,
        "poll_url": _with(request, after="", by=""),
    }


def _fresh(request: StudioRequest, album: Album | None, asked: history.Filter) -> HttpResponse:
    """The rows since the last poll; 204 if there are none."""
    rows = history.since(request.entered, album, asked, uuid_or_none(request.GET.get("newest")))
    if not rows:
        return htmx.vary(HttpResponse(status=204))
    context = {
        "rows": _told(request, rows),
        "newest": rows[0].pk,
        "poll_url": _with(request, newest="", after="", by=""),
        "album": album,
    }
    return htmx.vary(render(request, "sharing/activity/_fresh.html", context))


def _with_pictures(request: StudioRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in rows:
        row["picture"] = picture_url(request.studio.pk, row["shown_id"], row["photo_id"], "tile")
    return rows


def _asked(request: StudioRequest) -> history.Filter:
    """The filter of the query string; values that cannot be read are left out."""
    get = request.GET
    kind = get.get("kind", "")
    return history.Filter(
        kind=kind if kind in ActivityKind.values else "",
        visitor_id=uuid_or_none(get.get("person")),
        link_id=uuid_or_none(get.get("link")),
        photo_id=uuid_or_none(get.get("photo")),
        first=_day(get.get("from")),
        last=_day(get.get("to")),
    )


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def _with(request: StudioRequest, **changes: str) -> str:
    """This page's URL with other values in the query string; empty ones are left out."""
    names = (*FILTERS, "by", "after")
    query = {name: request.GET.get(name, "") for name in names} | changes
    found = {name: value for name, value in query.items() if value}
    return f"{request.path}?{urlencode(found)}" if found else request.path


def _file(request: StudioRequest, album: Album | None, name: str) -> HttpResponse:
    """The rows as CSV. Built whole: its rows are read in the transaction of the request."""
    lines = map(tables.line, history.lines(request.entered, album, _asked(request)))
    response = HttpResponse("".join([tables.UTF8_MARK, *lines]), content_type="text/csv; charset=utf-8")
    day = timezone.localdate(timezone=request.studio.zone).isoformat()
    response["Content-Disposition"] = disposition(f"activity-{name}-{day}.csv")
    response["Cache-Control"] = "private, no-store"
    return response
