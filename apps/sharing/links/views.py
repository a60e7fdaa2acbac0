"""The studio's pages of an album's links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role, Studio
from apps.albums import editing
from apps.albums.models import Album, AlbumState
from apps.albums.request_params import album_of, one_uuid, shared_of
from apps.media.mime import disposition
from apps.sharing.links import file_names, lifecycle, presets, public_page, usage
from apps.sharing.links.forms import LinkForm
from apps.sharing.links.request_params import link_of
from apps.sharing.links.terms import Standing, Terms, day_words, draft_terms
from apps.sharing.models import EXTENSION_DAYS, Preset, PresetKind, ShareLink
from apps.smart_collections.asked import photos_of
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Unsuitable

Deed = Callable[..., None]


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link as the share dialog shows it. url and pin are "" for those who may only look.

    used: who opened it, in words.  audience: how many photos it shows.
    """

    id: UUID
    label: str
    sentence: str
    url: str
    is_revoked: bool
    is_expired: bool
    expires_at: datetime | None
    expires_text: str
    has_password: bool
    has_reminders: bool
    pin: str
    used: str
    audience: int

    @classmethod
    def of(cls, link: ShareLink, *, with_url: bool, used: str, audience: int) -> ShownLink:
        return cls(
            id=link.pk,
            label=link.label,
            sentence=Terms.of(link, link.album).sentence(timezone.now()),
            url=link.url if with_url else "",
            is_revoked=link.is_revoked,
            is_expired=link.is_expired,
            expires_at=link.expires_at,
            expires_text=f"{day_words(link.expires_on)}, end of day" if link.expires_on else "",
            has_password=link.is_password_protected,
            has_reminders=link.has_reminders,
            pin=link.pin if with_url else "",
            used=used,
            audience=audience,
        )


def _share(
    request: StudioRequest, album: Album, form: LinkForm | None = None, *, new: object = None, password: str = ""
) -> dict[str, Any]:
    """Context of the share dialog. new: the id of the link to point at.  password: of that, as it was just typed."""
    chosen = _preset(request) if form is None else None
    today = timezone.localdate(timezone=request.studio.zone)
    form = form or LinkForm(studio=request.studio, album=album, preset=presets.link_form_of(chosen, today))
    rows = list(album.share_links.order_by("-created_at", "-id"))
    used, photos = usage.of_links(rows), usage.photos_shown(album, rows)
    shown = []
    for link in rows:
        link.album, link.studio = album, request.studio
        words = used[link.pk].words(request.studio.zone, timezone.now())
        shown.append(ShownLink.of(link, with_url=request.entered.may_edit, used=words, audience=photos[link.pk]))
    sentence = draft_terms(album, request.studio, **form.draft()).sentence(timezone.now())
    return {
        "album": album,
        "links": shown,
        "form": form,
        "sentence": sentence,
        "file_examples": _file_examples(album, str(form["file_names"].value() or "")),
        "new_link_id": new,
        "new_password": password,
        "presets": presets.of_kind(request.studio, PresetKind.LINK) if request.entered.may_edit else [],
        "chosen": chosen,
        "is_chosen": "preset" in request.GET,
        "public": _public_place(request.studio, album),
    }


def _public_place(studio: Studio, album: Album) -> public_page.Place | None:
    """How the album stands to the studio's public page, if there is one and the album could stand on it."""
    if not (studio.index_is_public and album.is_gallery) or album.state == AlbumState.ARCHIVED:
        return None
    return public_page.place_of(album, now=timezone.now())


def _preset(request: StudioRequest) -> Preset | None:
    """The preset that a new link's form begins with: the one asked for, or the default."""
    return presets.find(request.studio, PresetKind.LINK, one_uuid(request.GET.get("preset")))


def _answer(
    request: StudioRequest, album: Album, text: str, *, new: UUID | None = None, password: str = ""
) -> HttpResponse:
    """After a deed: the dialog anew, or for browsers without scripts the page."""
    if not htmx.wants(request):
        return htmx.tell(request, SeeOther("sharing:links", request.studio.slug, album.pk), text)
    shown = _share(request, album, new=new, password=password)
    return htmx.toast(render(request, "sharing/links/_links.html", shown), text)


@require_http_methods(["GET", "POST"])
@studio_page(Role.VIEWER, album_scoped=True)
def album_links(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The links of an album; POST makes one."""
    album = shared_of(request, album_id)
    form: LinkForm | None = None
    if request.method == "POST":
        request.entered.require(Role.EDITOR)
        form = LinkForm(request.POST, studio=request.studio, album=album)
        made = _apply(form, lambda **terms: lifecycle.create(album, by=request.user, **terms)[0])
        if made is not None:
            return _answer(request, album, "Link created.", new=made.pk, password=form.cleaned_data["password"])
    template = "sharing/links/_links.html" if htmx.wants(request) else "sharing/links/links.html"
    status = 422 if form else 200
    return render(request, template, _share(request, album, form), status=status)


def _apply(form: LinkForm, deed: Callable[..., ShareLink]) -> ShareLink | None:
    """Do the deed with the form's terms; None if they are not suitable, which the form then says."""
    if not form.is_valid():
        return None
    try:
        return deed(**form.terms())
    except Unsuitable as unsuitable:
        form.add_error(unsuitable.field, str(unsuitable))
        return None


@require_http_methods(["GET", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def link(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """Change the terms of one link."""
    row = link_of(request, album_id, link_id)
    form = LinkForm(request.POST or None, link=row, studio=request.studio, album=row.album)
    if request.method == "POST":

        def change(**terms: Any) -> ShareLink:
            lifecycle.change(row, by=request.user, **terms)
            return row

        if _apply(form, change) is not None:
            return _answer(request, row.album, "Link saved.", new=row.pk, password=form.cleaned_data["password"])
    context = {"album": row.album, "link": row, "form": form}
    context["sentence"] = draft_terms(row.album, request.studio, **form.draft()).sentence(timezone.now())
    status = 422 if form.is_bound else 200
    if not htmx.wants(request):
        return render(request, "sharing/links/link.html", context, status=status)
    response = render(request, "sharing/links/_form.html", context, status=status)
    # A good answer replaces the whole dialog, a bad form only itself.
    return reswap(retarget(response, "#link-form"), "outerHTML") if form.is_bound else response


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def publish(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Let the album's links open, from where they are shared."""
    album = album_of(request, album_id)
    entry = editing.set_state(album, AlbumState.LIVE, by=request.user)
    text, undo = "The gallery is live. Its links open now.", undo_url(request, entry)
    if not htmx.wants(request):
        answer = SeeOther("sharing:links", request.studio.slug, album.pk)
        return htmx.tell(request, answer, text, undo=undo)
    response = htmx.toast(render(request, "sharing/links/_published.html", _share(request, album)), text, undo=undo)
    return htmx.trigger(response, glassine_album="")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def link_revoke(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    row = link_of(request, album_id, link_id)
    row.revoke(by=request.user)
    return _answer(request, row.album, "Link turned off. Everyone is signed out.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def link_end(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """End all sessions: the link stays open, whoever was in comes in anew."""
    row = link_of(request, album_id, link_id)
    row.end_sessions(by=request.user)
    return _answer(request, row.album, "Everyone is signed out of this link.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def link_pin(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """A new download PIN."""
    row = link_of(request, album_id, link_id)
    row.renew_pin(by=request.user)
    return _answer(request, row.album, "New PIN created.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def link_restore(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    row = link_of(request, album_id, link_id)
    row.restore(by=request.user)
    return _answer(request, row.album, "Link turned on.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def link_delete(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    row = link_of(request, album_id, link_id)
    row.remove(by=request.user)
    return _answer(request, row.album, "Link deleted.")


@require_GET
@studio_page(Role.EDITOR, album_scoped=True)
def link_qr(request: StudioRequest, album_id: UUID, link_id: UUID, format: str) -> HttpResponse:
    """The link's address as a QR code, for prints and cards."""
    address = link_of(request, album_id, link_id).url
    if not address or format not in ("svg", "png"):
        raise Http404
    picture = BytesIO()
    segno.make_qr(address, error="m").save(picture, kind=format, scale=8 if format == "svg" else 16, border=4)
    kind = "image/svg+xml" if format == "svg" else "image/png"
    return HttpResponse(
        picture.getvalue(),
        content_type=kind,
        headers={
            "Content-Disposition": disposition(f"gallery-link.{format}", attachment=False),
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def sentence(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """What a link with the terms of an unsaved form could do."""
    album = shared_of(request, album_id)
    form = LinkForm(request.POST)
    terms = draft_terms(album, request.studio, **form.draft())
    pattern = form.cleaned_data.get("file_names", "")
    context = {"sentence": terms.sentence(timezone.now()), "file_examples": _file_examples(album, pattern)}
    return render(request, "sharing/links/_sentence.html", context)


def _file_examples(album: Album, pattern: str) -> list[str]:
    """How the first two photos would be called; nothing without a pattern, and for an empty gallery."""
    if not pattern:
        return []
    placements = photos_of(album).shown()
    rows = placements.in_order().select_related("photo", "section")[:2]
    total = placements.count()
    zone = album.studio.zone
    photos = [
        file_names.NamedPhoto(
            camera_name=row.photo.camera_name,
            number=number,
            total=total,
            section=row.section.title if row.section else "",
            taken_on=(row.photo.wall_time(zone) or row.photo.created_at.astimezone(zone)).date(),
            gallery=album.title,
            studio=album.studio.name,
        )
        for number, row in enumerate(rows, 1)
    ]
    return file_names.examples(pattern, photos)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def link_extend(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """Keep a link open for 30 more days. The email about a client's wish leads here: reading it changes nothing."""
    link = link_of(request, album_id, link_id)
    album = link.album
    if request.method != "POST":
        context = {"album": album, "link": link, "days": EXTENSION_DAYS, "is_open": _is_open(link)}
        return render(request, "sharing/links/extend.html", context)
    back = SeeOther(reverse("sharing:links", args=[request.studio.slug, album.pk]))
    try:
        last_day = link.extend(by=request.user)
    except Unsuitable as unsuitable:
        return htmx.tell(request, back, str(unsuitable), level="error")
    return htmx.tell(request, back, f"“{link.label}” is open until {day_words(last_day)}.")


def _is_open(link: ShareLink) -> bool:
    return Terms.of(link, link.album).standing(timezone.now()) == Standing.OPEN
