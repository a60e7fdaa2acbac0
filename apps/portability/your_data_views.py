"""The guest's page "Your data": what is kept about who looks, as a file, and erased."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.portability import your_data as deed
from apps.sharing.access import Grant, known
from apps.sharing.guests import email_codes, visitors
from apps.sharing.guests.identify import CodeForm
from apps.sharing.guests.pages import dress, guest_page
from apps.sharing.models import Visitor
from apps.web.answers import too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited


@require_safe
@guest_page(locked_status=403)
def your_data(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """What is kept about this guest."""
    return _page(request, grant, token, _me(request, grant))


@require_safe
@guest_page(locked_status=403)
def your_data_file(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """The same as a file for programs and people."""
    me = _me(request, grant)
    if me is None:
        raise Http404
    response = JsonResponse(
        deed.everything(grant, me, request.COOKIES), json_dumps_params={"indent": 1, "ensure_ascii": False}
    )
    response["Content-Disposition"] = 'attachment; filename="your-data.json"'
    return response


@require_POST
@guest_page(locked_status=403, takes_posts=True)
def your_data_erase(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """Erase it: the first press emails a code, the second one brings it. Without an address, `sure` is enough."""
    me = _me(request, grant)
    if me is None:
        return _page(request, grant, token, None)
    now, ip = timezone.now(), client_ip(request)
    if "code" not in request.POST and "sure" not in request.POST:
        try:
            return _ask(request, grant, token, me, is_sent=deed.begin_erasing(grant, me, client_ip=ip, now=now))
        except RateLimited as stop:
            return too_many(_ask(request, grant, token, me, is_sent=bool(me.email), stop=stop), stop.wait)
    form = CodeForm({"email": me.email, "code": request.POST.get("code", "")})
    if me.email and not form.is_valid():
        return _ask(request, grant, token, me, is_sent=True, form=form)
    code = form.cleaned_data["code"] if me.email else ""
    try:
        deed.erase(grant, me, request.COOKIES, code=code, client_ip=ip, now=now)
    except email_codes.WrongCode:
        form.add_error("code", _("This code is incorrect or has expired."))
        return _ask(request, grant, token, me, is_sent=True, form=form)
    except RateLimited as stop:
        return too_many(_ask(request, grant, token, me, is_sent=True, stop=stop), stop.wait)
    response = _page(request, grant, token, None, is_erased=True)
    known.COOKIE.drop(response, grant.shown.pk)
    return response


def _me(request: HttpRequest, grant: Grant) -> Visitor | None:
    """Whom this browser's cookie names; nobody while a member looks in a guest's place."""
    return None if grant.is_preview else visitors.rater_of(grant, request.COOKIES, now=timezone.now())


def _page(
    request: HttpRequest, grant: Grant, token: str, me: Visitor | None, *, is_erased: bool = False
) -> HttpResponse:
    counts = deed.counts(grant, me, request.COOKIES) if me else {}
    return _render(request, grant, token, me=me, counts=counts, is_erased=is_erased)


def _ask(
    request: HttpRequest,
    grant: Grant,
    token: str,
    me: Visitor,
    *,
    is_sent: bool,
    form: CodeForm | None = None,
    stop: RateLimited | None = None,
) -> HttpResponse:
    """Ask for the code, or whether it is meant."""
    status = 422 if form is not None and form.errors else 200
    shown = {"me": me, "asks": True, "is_sent": is_sent, "code_form": form or CodeForm()}
    return _render(request, grant, token, status=status, locked_minutes=stop.minutes if stop else None, **shown)


def _render(request: HttpRequest, grant: Grant, token: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = {
        "studio": grant.studio,
        "album": grant.shown.album,
        "token": token,
        "gallery_url": reverse("sharing:gallery", args=[token]),
        **dress(grant),
        **shown,
    }
    return render(request, "portability/your_data.html", context, status=status)
