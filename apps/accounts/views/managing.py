"""What owners manage: settings and API keys. Members: `membership`."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings as configured
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import agreements, keys, plans, studios
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import AgreementForm, ApiKeyForm, LogoForm, SettingsForm
from apps.accounts.models import ApiKey, ProcessingAgreement, Role, Studio
from apps.accounts.views.answers import page, refused, sent
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

FORM_METHODS = ["GET", "HEAD", "POST"]
MOST_AGREEMENTS = 50


# -- settings ------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM_METHODS)
@studio_page(Role.OWNER)
def settings(request: StudioRequest) -> HttpResponse:
    # A copy: a form that is not right must not change the studio that the page is drawn for.
    form = SettingsForm(sent(request), instance=copy(request.studio))
    context = {
        "logo_form": LogoForm(),
        "plan_uses": plans.uses_of(request.studio),
        "readable": _readable(request.studio),
        "recomputing": studios.recomputing(request.studio),
        "has_agreement": bool(configured.AGREEMENT or request.studio.agreed_to),
    }
    if not form.is_valid():
        return page(request, "accounts/settings.html", context, form=form)
    try:
        with transaction.atomic():
            studio, tasks = studios.change(request.entered, **form.cleaned_data)
    except Refusal as refusal:
        field = "slug" if isinstance(refusal, studios.SlugTaken) else None
        return refused(request, "accounts/settings.html", context, form, refusal, field)
    answer = SeeOther(reverse("accounts:settings", args=[studio.slug]))
    return htmx.tell(request, answer, " ".join(["Saved.", *(f"{task.title}." for task in tasks)]))


def _readable(studio: Studio) -> int:
    """How many links open at an address that begins with the studio's slug."""
    return studio.sharelinks.exclude(slug="").filter(revoked_at__isnull=True).count()


@never_cache
@require_http_methods(FORM_METHODS)
@studio_page(Role.OWNER)
def agreement(request: StudioRequest) -> HttpResponse:
    """The operator's text, who agreed to it, and earlier ones. There is no such page without a text."""
    kept = list(ProcessingAgreement.objects.for_studio(request.studio).order_by("-agreed_at")[:MOST_AGREEMENTS])
    if not configured.AGREEMENT and not kept:
        raise Http404
    context = {
        "text": configured.AGREEMENT or "",
        "digest": agreements.current(),
        "kept": kept,
        "is_due": agreements.is_due(request.studio),
    }
    form = AgreementForm(sent(request))
    if not form.is_valid():
        return page(request, "accounts/agreement.html", context, form=form)
    try:
        agreements.agree(request.studio, request.user, digest=form.cleaned_data["digest"])
    except Refusal as refusal:
        return refused(request, "accounts/agreement.html", context, form, refusal)
    return htmx.tell(request, SeeOther(reverse("accounts:agreement", args=[request.studio.slug])), "Agreed.")


# -- API keys ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as the list shows it."""

    id: UUID
    label: str
    prefix: str
    scopes: list[str]
    created_at: object
    last_used_at: object
    expires_at: object
    is_over: bool


@never_cache
@require_http_methods(FORM_METHODS)
@studio_page(Role.OWNER)
def api_keys(request: StudioRequest) -> HttpResponse:
    form = ApiKeyForm(sent(request), role=request.entered.role)
    if not form.is_valid():
        return _keys(request, form)
    days = form.cleaned_data["days"]
    _, secret = keys.make_key(
        request.entered,
        name=form.cleaned_data["label"],
        scopes=form.cleaned_data["scopes"],
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
    # Shown in this answer and never again, so there is no page to be sent to.
    return _keys(request, ApiKeyForm(role=request.entered.role), new_key=secret)


def _keys(request: StudioRequest, form: ApiKeyForm, *, new_key: str = "") -> HttpResponse:
    rows = ApiKey.objects.for_studio(request.studio).order_by("-created_at", "id")
    shown = [_shown_key(row) for row in rows]
    part = htmx.wants(request, "api-keys")
    template = "accounts/_api_keys.html" if part else "accounts/api_keys.html"
    return htmx.vary(page(request, template, {"keys": shown, "new_key": new_key}, form=form))


def _shown_key(row: ApiKey) -> ShownKey:
    is_over = row.expires_at is not None and row.expires_at <= timezone.now()
    return ShownKey(row.pk, row.name, row.prefix, row.scopes, row.created_at, row.last_used_at, row.expires_at, is_over)


@require_POST
@studio_page(Role.OWNER)
def api_key_delete(request: StudioRequest, key_id: UUID) -> HttpResponse:
    keys.end_key(request.entered, get_object_or_404(ApiKey.objects.for_studio(request.studio), pk=key_id))
    answer = (
        _keys(request, ApiKeyForm(role=request.entered.role))
        if htmx.wants(request)
        else SeeOther(reverse("accounts:api_keys", args=[request.studio.slug]))
    )
    return htmx.tell(request, answer, "Key deleted.")
