"""The page of a watermark: the studio's below its settings, an album's below the album."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import LogoForm
from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import across_studios
from apps.albums.models import Album
from apps.albums.request_params import shared_of
from apps.media import jail
from apps.media.serving import safety_headers
from apps.sharing.branding import choice, watermarks
from apps.sharing.branding import logo as branding_logo
from apps.sharing.models import Watermark
from apps.web.answers import SeeOther
from apps.web.refusal import Unsuitable

TEXT, PICTURE = "text", "picture"


class WatermarkForm(forms.Form):
    """Drawn here, decided by `choice`."""

    what = forms.ChoiceField(
        label="Kind", choices=[(TEXT, "Words"), (PICTURE, "Your own PNG")], widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="Words", max_length=80, required=False, help_text="Leave empty to use the studio name."
    )
    picture = forms.FileField(
        label="PNG",
        required=False,
        help_text="With a transparent background, up to 5 MB.",
        widget=forms.FileInput(attrs={"accept": "image/png"}),
    )
    opacity = forms.IntegerField(
        label="Opacity in percent", min_value=5, max_value=100, widget=forms.NumberInput(attrs={"step": 5})
    )
    scale = forms.IntegerField(
        label="Width in percent of the photo's long side",
        min_value=5,
        max_value=100,
        widget=forms.NumberInput(attrs={"step": 5}),
    )

    @classmethod
    def showing(cls, mark: Watermark) -> WatermarkForm:
        """The form as the mark stands."""
        kind = PICTURE if mark.picture else TEXT
        return cls(initial={"what": kind, "text": mark.text, "opacity": mark.opacity, "scale": mark.scale})


@require_http_methods(["GET", "POST"])
@studio_page(Role.OWNER)
def watermark(request: StudioRequest) -> HttpResponse:
    """The watermark of the whole studio."""
    return _page(request, None)


@require_http_methods(["GET", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def album_watermark(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The watermark of one album; until it is saved the studio's."""
    return _page(request, shared_of(request, album_id))


def _page(request: StudioRequest, album: Album | None) -> HttpResponse:
    form = WatermarkForm.showing(watermarks.of(request.studio, album))
    if request.method == "POST":
        form = WatermarkForm(request.POST, request.FILES)
        if form.is_valid() and _chosen(request, album, form):
            messages.success(request, "Watermark saved. Previews are updated within minutes.")
            return SeeOther(_address(request, album))
    context: dict[str, Any] = {
        "form": form,
        "album": album,
        "is_own": watermarks.own(request.studio, album) is not None,
        "example_url": f"{_address(request, album, 'example')}?v={_look(request, album)}",
    }
    return render(request, "sharing/branding/watermark.html", context, status=422 if form.is_bound else 200)


def _look(request: StudioRequest, album: Album | None) -> str:
    return watermarks.digest_of(request.studio, watermarks.of(request.studio, album))


def _address(request: StudioRequest, album: Album | None, part: str = "") -> str:
    name = "watermark" + (f"_{part}" if part else "")
    if album is None:
        return reverse(f"sharing:{name}", args=[request.studio.slug])
    return reverse(f"sharing:album_{name}", args=[request.studio.slug, album.pk])


def _chosen(request: StudioRequest, album: Album | None, form: WatermarkForm) -> bool:
    data = form.cleaned_data
    try:
        choice.choose(
            request.studio,
            album,
            by=request.user,
            text=data["text"],
            picture=data["picture"],
            is_picture=data["what"] == PICTURE,
            opacity=data["opacity"],
            scale=data["scale"],
        )
    except Unsuitable as reason:
        form.add_error(reason.field, str(reason))
        return False
    return True


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def album_watermark_drop(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Use the studio's watermark again."""
    album = shared_of(request, album_id)
    choice.drop(request.studio, album, by=request.user)
    messages.success(request, "This gallery uses the studio’s watermark.")
    return SeeOther(_address(request, album))


@require_GET
@studio_page(Role.OWNER)
def watermark_example(request: StudioRequest) -> HttpResponse:
    """The newest photo under the studio's watermark."""
    return _example(request, None)


@require_GET
@studio_page(Role.EDITOR, album_scoped=True)
def album_watermark_example(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The album's newest photo under its watermark."""
    return _example(request, shared_of(request, album_id))


def _example(request: StudioRequest, album: Album | None) -> HttpResponse:
    try:
        data = watermarks.example(request.studio, album)
    except (jail.Rejected, jail.Crashed, FileNotFoundError):
        data = None
    if data is None:
        raise Http404
    return HttpResponse(data, headers={**safety_headers("image/webp"), "Cache-Control": "private, max-age=300"})


@require_POST
@studio_page(Role.OWNER)
def logo(request: StudioRequest) -> HttpResponse:
    """Take a new logo, or with `remove_logo` show the name again."""
    form = LogoForm(request.POST, request.FILES)
    _change_logo(request, form, request.studio, request.user)
    return SeeOther("accounts:settings", request.studio.slug)


def _change_logo(request: HttpRequest, form: LogoForm, studio: Studio, by: User) -> None:
    if form.is_valid() and form.cleaned_data["remove_logo"]:
        branding_logo.remove_logo(studio, by=by)
        messages.success(request, "Logo removed.")
        return
    file = form.cleaned_data.get("logo")
    if file is None:
        messages.error(request, "Choose a picture for the logo.")
        return
    try:
        branding_logo.set_logo(studio, file, by=by)
    except branding_logo.BadLogo as bad:
        messages.error(request, str(bad))
        return
    messages.success(request, "Logo saved.")


@require_GET
def logo_image(request: HttpRequest, slug: str) -> HttpResponse:
    """The logo as PNG. Public, as on the studio's own website; its address changes with it."""
    with across_studios():
        data = Studio.objects.filter(slug=slug).values_list("logo", flat=True).first()
    if data is None:
        raise Http404
    return logo_answer(request, bytes(data))


def logo_answer(request: HttpRequest, data: bytes) -> HttpResponse:
    """A logo. An address with its version never shows another one."""
    return HttpResponse(
        data,
        content_type="image/png",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable" if "v" in request.GET else "public, max-age=300",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
