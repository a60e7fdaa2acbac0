"""The studio's presets, and an album that starts with one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.design import Design
from apps.albums.forms import AlbumForm
from apps.albums.request_params import one_uuid
from apps.sharing.links import presets
from apps.sharing.models import Preset, PresetKind
from apps.sharing.presets import start, starters
from apps.sharing.presets.forms import AlbumPresetForm, LinkPresetForm, PresetForm
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@require_safe
@studio_page(Role.EDITOR)
def preset_list(request: StudioRequest) -> HttpResponse:
    """All presets of the studio."""
    kinds = [
        {"kind": kind.value, "title": title, "presets": presets.of_kind(request.studio, kind)}
        for kind, title in ((PresetKind.LINK, "Links"), (PresetKind.ALBUM, "Galleries"))
    ]
    has_galleries = any(one["kind"] == PresetKind.ALBUM and one["presets"] for one in kinds)
    return render(request, "sharing/presets/presets.html", {"kinds": kinds, "may_start": not has_galleries})


@require_POST
@studio_page(Role.EDITOR)
def preset_starters(request: StudioRequest) -> HttpResponse:
    """Presets for weddings, portraits and events, to begin with."""
    back = SeeOther("sharing:presets", request.studio.slug)
    try:
        with transaction.atomic():
            count = starters.add(request.studio, by=request.user)
    except Refusal as refusal:
        return htmx.tell(request, back, str(refusal), level="error")
    text = f"{count} presets added. Change them as you like." if count else "You have presets of these names already."
    return htmx.tell(request, back, text)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def preset_new(request: StudioRequest, kind: str) -> HttpResponse:
    """A new preset of a kind."""
    if kind not in PresetKind.values:
        raise Http404
    return _edit(request, Preset(studio=request.studio, kind=kind), is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def preset(request: StudioRequest, choice_id: UUID) -> HttpResponse:
    """Change a preset."""
    return _edit(request, _preset(request, choice_id), is_new=False)


def _preset(request: StudioRequest, choice_id: UUID) -> Preset:
    row = get_object_or_404(Preset.objects.for_studio(request.studio), pk=choice_id)
    row.studio = request.studio
    return row


def _edit(request: StudioRequest, row: Preset, *, is_new: bool) -> HttpResponse:
    form = _form(request, row, is_new=is_new)
    if form.is_bound and form.is_valid():
        name, is_default = form.cleaned_data["name"], form.cleaned_data["is_default"]
        try:
            presets.save(row, name=name, is_default=is_default, values=form.values(), by=request.user)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            answer = SeeOther("sharing:presets", request.studio.slug)
            return htmx.tell(request, answer, f"The preset “{row.name}” saved.")
    context = {"form": form, "preset": None if is_new else row, "kind": row.kind}
    return render(request, "sharing/presets/preset.html", context, status=422 if form.is_bound else 200)


def _form(request: StudioRequest, row: Preset, *, is_new: bool) -> PresetForm:
    initial: dict[str, Any] = {} if is_new else {**row.values, "name": row.name, "is_default": row.is_default}
    data = request.POST if request.method == "POST" else None
    if row.kind == PresetKind.LINK:
        return LinkPresetForm(data, initial=initial)
    return AlbumPresetForm(
        data,
        initial=AlbumPresetForm.initial_of(initial),
        links=presets.of_kind(request.studio, PresetKind.LINK),
        inherited=Design.of(request.studio.design),
    )


@require_POST
@studio_page(Role.EDITOR)
def preset_delete(request: StudioRequest, choice_id: UUID) -> HttpResponse:
    """Forget a preset."""
    row = _preset(request, choice_id)
    row.remove(by=request.user)
    return htmx.tell(request, SeeOther("sharing:presets", request.studio.slug), f"The preset “{row.name}” deleted.")


@require_POST
@studio_page(Role.EDITOR)
def album_start(request: StudioRequest) -> HttpResponse:
    """A new album, as one of the studio's presets wants it."""
    wanted = one_uuid(request.POST.get("preset"))
    row = presets.find(request.studio, PresetKind.ALBUM, wanted) if wanted else None
    if wanted and row is None:
        raise Http404
    form = AlbumForm(request.POST)
    if not form.is_valid():
        template = "albums/_form.html" if htmx.wants(request) else "albums/form.html"
        every = presets.of_kind(request.studio, PresetKind.ALBUM)
        context = {"form": form, "album": None, "presets": every, "chosen": wanted}
        return htmx.vary(render(request, template, context, status=422))
    today = timezone.localdate(timezone=request.studio.zone)
    album = start.start_album(request.studio, row, by=request.user, today=today, **form.cleaned_data)
    if htmx.wants(request):
        return HttpResponseClientRedirect(album.get_absolute_url())
    return SeeOther(album)
