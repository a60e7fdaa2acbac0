"""The owner's page "Export everything"."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import PresentPasswordForm
from apps.accounts.long_tasks import Task
from apps.accounts.models import Role
from apps.accounts.signing_in import WrongPassword, identify
from apps.portability import exports, responses
from apps.portability.forms import ExportForm
from apps.portability.models import ExportOf, ExportPart, StudioExport
from apps.web import htmx
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import NoTry
from apps.web.refusal import Refusal

SHOWN: Final = 5
# Since when this browser's owner gave the password, by studio: so long new downloads may begin.
OPENED, OPEN_SECONDS = "exports_opened", 60 * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER, while_closing=True)
def export(request: StudioRequest) -> HttpResponse:
    """The exports there are, and a form for another one."""
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            exports.begin(request.studio, request.user, passphrase=form.cleaned_data["passphrase"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            answer = SeeOther("portability:export", request.studio.slug)
            return htmx.tell(request, answer, "The export has started. We’ll email you when it’s ready.")
    return _page(request, form, PresentPasswordForm(), status=422 if form.errors else 200)


@require_POST
@studio_page(Role.OWNER, while_closing=True)
def unlock(request: StudioRequest) -> HttpResponse:
    """Ask for the password again: everything of the studio is behind it."""
    form = PresentPasswordForm(request.POST)
    if not form.is_valid():
        return _page(request, ExportForm(), form, status=422)
    try:
        identify(request.user.email, form.cleaned_data["current"], client_ip=client_ip(request))
    except (WrongPassword, NoTry) as refusal:
        form.add_error("current", str(refusal))
        answer = _page(request, ExportForm(), form, status=422)
        return too_many(answer, refusal.wait) if isinstance(refusal, NoTry) else answer
    opened = request.session.get(OPENED, {})
    request.session[OPENED] = {**opened, str(request.studio.pk): time.time()}
    return SeeOther("portability:export", request.studio.slug)


@require_POST
@studio_page(Role.OWNER, while_closing=True)
def delete(request: StudioRequest, export_id: UUID) -> HttpResponse:
    """Let an export be fetched no more."""
    everything = StudioExport.objects.for_studio(request.studio).filter(what=ExportOf.STUDIO)
    get_object_or_404(everything, pk=export_id).delete()
    return htmx.tell(request, SeeOther("portability:export", request.studio.slug), "Export deleted.")


@require_safe
@studio_page(Role.OWNER, while_closing=True)
def download(request: StudioRequest, export_id: UUID, number: int) -> HttpResponse:
    """One archive of an export, whole or from where a download was broken off."""
    parts = ExportPart.objects.for_studio(request.studio).select_related("export")
    row = get_object_or_404(parts, export_id=export_id, export__what=ExportOf.STUDIO, number=number)
    if not row.export.is_ready:
        raise Http404
    if not _is_open(request):
        return SeeOther("portability:export", request.studio.slug)
    return responses.archive(request, row)


def _is_open(request: StudioRequest) -> bool:
    since: float = request.session.get(OPENED, {}).get(str(request.studio.pk), 0)
    return time.time() - since < OPEN_SECONDS


def _page(request: StudioRequest, form: ExportForm, password: PresentPasswordForm, *, status: int) -> HttpResponse:
    everything = StudioExport.objects.for_studio(request.studio).filter(what=ExportOf.STUDIO)
    rows = everything.defer("draft").prefetch_related("parts")
    found = list(rows.order_by("-created_at", "-id")[:SHOWN])
    tasks = Task.objects.for_studio(request.studio).in_bulk([one.task_id for one in found if one.task_id])
    context = {
        "exports": [{"export": one, "task": tasks.get(one.task_id)} for one in found],
        "form": form,
        "password_form": password,
        "is_open": _is_open(request),
        "is_running": any(task.is_active for task in tasks.values()),
        "kept_days": StudioExport.KEPT.days,
    }
    return render(request, "portability/export.html", context, status=status)
