"""The settings of descriptions, for owners: who is asked, consent in words, prompts and a trial."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings as installation
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Photo, PhotoState
from apps.albums.request_params import uuid_or_none
from apps.tagging import configure, consent, prompts, spending, trials
from apps.tagging.forms import AiProviderForm, AiSettingsForm
from apps.tagging.models import Purpose
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def configuration(request: StudioRequest) -> HttpResponse:
    """Servers, purposes, language and the limit."""
    settings, providers = consent.settings_of(request.studio), consent.providers_of(request.studio)
    data = request.POST if request.method == "POST" else None
    form = AiSettingsForm(data, initial=AiSettingsForm.values_of(settings))
    known = {provider.position: provider for provider in providers}
    servers = [
        AiProviderForm(data, prefix=f"server{number}", initial=AiProviderForm.values_of(known.get(number)))
        for number in range(1, configure.MOST_PROVIDERS + 1)
    ]
    # Each is looked at, so that all faults are shown at once.
    are_valid = [form.is_valid(), *(server.is_valid() for server in servers)]
    if all(are_valid):
        wanted = [server.values for server in servers if server.cleaned_data["url"]]
        configure.change(request.studio, by=request.user, providers=wanted, **form.values)
        return htmx.tell_next(request, SeeOther("tagging:configuration", request.studio.slug), "Saved.")
    has_errors = bool(form.errors or any(server.errors for server in servers))
    context: dict[str, Any] = {
        "form": form,
        "servers": servers,
        "ai": settings,
        "providers": providers,
        "may_send": any(consent.may_send(settings, provider) for provider in providers),
        "text": consent.text_for(providers),
        "usage": spending.usage_of(request.studio),
        "hosts": installation.AI_HOSTS,
    }
    return render(request, "tagging/settings.html", context, status=422 if has_errors else 200)


@require_POST
@studio_page(Role.OWNER)
def switch(request: StudioRequest) -> HttpResponse:
    """Agree that photos are sent (`on`, with `agreed`), or end that."""
    onto = SeeOther("tagging:configuration", request.studio.slug)
    if "on" not in request.POST:
        consent.switch_off(request.studio, by=request.user)
        return htmx.tell_next(request, onto, "Descriptions are off. Nothing is sent anymore.")
    try:
        consent.switch_on(request.studio, by=request.user, agreed="agreed" in request.POST)
    except Refusal as refusal:
        return htmx.tell_next(request, onto, str(refusal), level="error")
    return htmx.tell_next(request, onto, "Descriptions are on.")


@never_cache
@require_safe
@studio_page(Role.OWNER)
def prompt_list(request: StudioRequest) -> HttpResponse:
    """What is asked for each purpose, and the last trial. `photo` is the one to try them on, else the newest."""
    rows = Photo.objects.for_studio(request.studio).filter(state=PhotoState.READY, trashed_at__isnull=True)
    rows = rows.exclude(kind="video")
    wanted = uuid_or_none(request.GET.get("photo"))
    photo = (rows.filter(pk=wanted).first() if wanted else None) or rows.order_by("-pk").first()
    texts = prompts.texts_of(request.studio)
    context: dict[str, Any] = {
        "prompts": [
            (purpose, label, texts[purpose], texts[purpose] != prompts.DEFAULTS[purpose])
            for purpose, label in Purpose.choices
        ],
        "longest": prompts.LONGEST,
        "photo": photo,
        "trial": trials.last(request.studio),
    }
    return render(request, "tagging/prompts.html", context)


@require_POST
@studio_page(Role.OWNER)
def write_prompt(request: StudioRequest) -> HttpResponse:
    """Keep the `text` for a `purpose`; with `do=reset` the one that comes; with `do=try` only try it on `photo`."""
    purpose, text = request.POST.get("purpose", ""), request.POST.get("text", "")[: prompts.LONGEST]
    if purpose not in Purpose.values:
        raise BadRequest("Choose a purpose.")
    onto = SeeOther("tagging:prompts", request.studio.slug)
    if request.POST.get("do") == "try":
        return _try(request, purpose, text, onto)
    is_reset = request.POST.get("do") == "reset"
    prompts.write(request.studio, purpose, "" if is_reset else text, by=request.user)
    return htmx.tell_next(request, onto, "Original prompt restored." if is_reset else "Prompt saved.")


def _try(request: StudioRequest, purpose: str, text: str, onto: HttpResponse) -> HttpResponse:
    photo_id: UUID | None = uuid_or_none(request.POST.get("photo"))
    photos = Photo.objects.for_studio(request.studio).filter(trashed_at__isnull=True)
    photo = get_object_or_404(photos, pk=photo_id)
    try:
        trials.begin(request.studio, photo, purpose, text or prompts.DEFAULTS[purpose])
    except Refusal as refusal:
        return htmx.tell_next(request, onto, str(refusal), level="error")
    return htmx.tell_next(request, onto, "Asking the server. The answer appears below.")
