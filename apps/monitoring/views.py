"""Status pages: of the installation for who runs it, of the own work for an owner. And figures for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import second_factor, visits
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import VisitForm
from apps.accounts.models import Role, User
from apps.accounts.signing_in import WrongPassword, identify
from apps.accounts.views.answers import page, refused, sent
from apps.albums.request_params import uuid_or_none
from apps.monitoring import containers, failed_work, metrics, overview
from apps.monitoring.checks import NAMES
from apps.monitoring.models import Condition
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.client_ip import client_ip
from apps.web.rate_limit import NoTry

# Seconds between two looks, as the page offers them; 0 for never.
INTERVALS = (5, 15, 60, 0)
USUAL = 15
PART = "status"
# Of which there is none: what is named and is no id.
NO_JOB = UUID(int=0)


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How all parts are, how they were, and what waits; for the people in GLASSINE_OPERATORS alone."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not is_operator(request.user):
        raise Http404
    chosen = request.GET.get("service", "")
    periods = overview.history()
    today = timezone.localdate()
    shown = [service for service in overview.services() if chosen in ("", service.service)]
    context = {
        "services": [(service, overview.days(periods, service.service, today)) for service in shown],
        "worst": _worst([service.condition for service in overview.services()]),
        "chosen": chosen if chosen in NAMES else "",
        "names": overview.names().items(),
        "periods": [one for one in periods if one.condition != Condition.OK and chosen in ("", one.service)][:20],
        "service_names": NAMES,
        "queues": overview.all_queues(),
        "busiest": overview.busiest(),
        "runs": overview.backup_runs(),
        "files": overview.recent_files(),
        "failed_work": failed_work.shown(),
        "has_docker": bool(settings.DOCKER_SOCKET),
        "containers": overview.container_states(),
        **_refreshing(request),
    }
    template = "monitoring/_status.html" if htmx.wants(request, PART) else "monitoring/status.html"
    return htmx.vary(render(request, template, context))


@require_POST
def try_again(request: HttpRequest) -> HttpResponse:
    """Let work that was given up be tried afresh: one job, or all; for the people in GLASSINE_OPERATORS alone."""
    if not is_operator(request.user):
        raise Http404
    named = request.POST.get("job", "")
    begun = failed_work.again(uuid_or_none(named) or NO_JOB if named else None)
    if not begun:
        messages.warning(request, "There’s nothing left to try again.")
    else:
        messages.success(request, f"{begun} {'job is' if begun == 1 else 'jobs are'} on the way again.")
    return SeeOther("monitoring:status")


@never_cache
@require_safe
def container(request: HttpRequest, container: str) -> HttpResponse:
    """The last lines of one container; for the people in GLASSINE_OPERATORS alone."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not is_operator(request.user):
        raise Http404
    try:
        found = containers.log_of(container)
    except containers.DockerAway:
        return render(request, "monitoring/container.html", {"container": None}, status=503)
    if found is None:
        raise Http404
    return render(request, "monitoring/container.html", {"container": found[0], "lines": found[1]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest) -> HttpResponse:
    """Look into a studio to help, by password and code; for the people in GLASSINE_OPERATORS alone."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    operator = _operator(request)
    template, form = "monitoring/visit.html", VisitForm(sent(request), has_second_factor=operator.has_second_factor)
    context = {"under_way": visits.under_way(operator), "visits": visits.latest(), "minutes": visits.MINUTES}
    if not form.is_valid():
        return page(request, template, context, form=form)
    fields = form.cleaned_data
    try:
        identify(operator.email, fields["current"], client_ip=client_ip(request))
    except (WrongPassword, NoTry) as refusal:
        return refused(request, template, context, form, refusal, "current")
    try:
        second_factor.require(operator, fields.get("code"))
    except (second_factor.WrongSecondFactor, NoTry) as refusal:
        return refused(request, template, context, form, refusal, "code")
    try:
        begun = visits.begin(operator, fields["slug"], reason=fields["reason"])
    except visits.VisitRefused as refusal:
        return refused(request, template, context, form, refusal, "slug")
    return SeeOther("albums:list", begun.studio.slug)


@require_POST
def visit_end(request: HttpRequest) -> HttpResponse:
    """End the visit before its time; for the people in GLASSINE_OPERATORS alone."""
    if visits.end(_operator(request)):
        messages.success(request, "Your visit has ended.")
    else:
        messages.warning(request, "You aren’t visiting any studio.")
    return SeeOther("monitoring:visit")


def _operator(request: HttpRequest) -> User:
    """Who runs the installation and asks. Raises Http404 for everybody else."""
    if not isinstance(request.user, User) or not request.user.is_operator:
        raise Http404
    return request.user


@never_cache
@require_safe
@studio_page(Role.OWNER)
def studio_status(request: StudioRequest) -> HttpResponse:
    """How the studio's own work stands, and whether the parts that it needs are well."""
    # What only the operator can mend soon is none of an owner's worries.
    services = [service for service in overview.services() if service.condition == Condition.FAULT]
    context = {
        "services": services,
        "worst": _worst([service.condition for service in services if service.is_vital]),
        "queues": overview.queues_of(request.studio).items(),
        "photos": overview.recent_photos(request.studio),
        "failed": overview.failed_photos(request.studio),
        "backup": overview.backup_of(request.studio),
        "is_operator": is_operator(request.user),
        **_refreshing(request),
    }
    template = "monitoring/_studio_status.html" if htmx.wants(request, PART) else "monitoring/studio_status.html"
    return htmx.vary(render(request, template, context))


@never_cache
@require_safe
def prometheus(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: asked from this machine itself, or with the token in GLASSINE_METRICS_TOKEN."""
    if not _may_read_metrics(request):
        raise Http404
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)


def is_operator(user: Any) -> bool:
    """True for who runs the installation."""
    return isinstance(user, User) and user.is_operator


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token is not None:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    # What a proxy on this machine passes on comes from loopback too, but says for whom.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and ipaddress.ip_address(str(request.META["REMOTE_ADDR"])).is_loopback


def _worst(conditions: list[Condition]) -> str:
    return max(conditions, key=Condition.values.index, default=Condition.OK)


def _refreshing(request: HttpRequest) -> dict[str, Any]:
    """How often the page looks again. What is not offered becomes the usual."""
    asked = request.GET.get("every", "")
    every = int(asked) if asked in {str(seconds) for seconds in INTERVALS} else USUAL
    query = request.GET.copy()
    query["every"] = str(every)
    return {"every": every, "intervals": INTERVALS, "now": timezone.now(), "query": query.urlencode()}
