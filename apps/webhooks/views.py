"""The studio's pages of webhooks, for owners."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal
from apps.webhooks import hooks
from apps.webhooks.forms import WebhookForm
from apps.webhooks.models import Webhook

SHOWN = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def webhook_list(request: StudioRequest) -> HttpResponse:
    """All webhooks, and a form for another one."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    secret = ""
    if form.is_valid():
        try:
            _, secret = hooks.make_hook(request.entered, **form.cleaned_data)
            form = WebhookForm()
        except Refusal as refusal:
            form.add_error("url", str(refusal))
    rows = Webhook.objects.for_studio(request.studio).order_by("created_at", "id")
    # The secret stands in this answer and never again, so there is no page to be sent to.
    context = {"hooks": rows[: Webhook.MOST], "form": form, "secret": secret}
    return render(request, "webhooks/list.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@studio_page(Role.OWNER)
def detail(request: StudioRequest, webhook_id: UUID) -> HttpResponse:
    """One webhook and what was sent to it last."""
    return _page(request, _hook(request, webhook_id))


@require_POST
@studio_page(Role.OWNER)
def rotate(request: StudioRequest, webhook_id: UUID) -> HttpResponse:
    """A new secret, shown in this answer."""
    hook = _hook(request, webhook_id)
    return _page(request, hook, secret=hooks.rotate_secret(request.entered, hook))


@require_POST
@studio_page(Role.OWNER)
def switch(request: StudioRequest, webhook_id: UUID) -> HttpResponse:
    """On or off."""
    hook = _hook(request, webhook_id)
    hooks.change_hook(request.entered, hook, is_active=not hook.is_active)
    return _back(request, hook, "Turned on." if hook.is_active else "Turned off.")


@require_POST
@studio_page(Role.OWNER)
def send_test(request: StudioRequest, webhook_id: UUID) -> HttpResponse:
    """An event that tells of nothing."""
    hook = _hook(request, webhook_id)
    hooks.send_test(hook)
    return _back(request, hook, "The test is on its way.")


@require_POST
@studio_page(Role.OWNER)
def replay(request: StudioRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send an event again."""
    hook = _hook(request, webhook_id)
    get_object_or_404(hook.deliveries, pk=delivery_id).replay()
    return _back(request, hook, "It is on its way again.")


@require_POST
@studio_page(Role.OWNER)
def delete(request: StudioRequest, webhook_id: UUID) -> HttpResponse:
    """End a webhook."""
    hooks.end_hook(request.entered, _hook(request, webhook_id))
    return htmx.tell(request, SeeOther("webhooks:list", request.studio.slug), "Webhook deleted.")


def _hook(request: StudioRequest, webhook_id: UUID) -> Webhook:
    return get_object_or_404(Webhook.objects.for_studio(request.studio), pk=webhook_id)


def _page(request: StudioRequest, hook: Webhook, *, secret: str = "") -> HttpResponse:
    rows = hook.deliveries.order_by("-created_at", "-id")[:SHOWN]
    return render(request, "webhooks/detail.html", {"hook": hook, "deliveries": rows, "secret": secret})


def _back(request: StudioRequest, hook: Webhook, text: str) -> HttpResponse:
    return htmx.tell(request, SeeOther("webhooks:detail", request.studio.slug, hook.pk), text)
