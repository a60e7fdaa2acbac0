"""The page that asks a guest for a name and an e-mail address, and the two deeds behind it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.sharing.access import Grant
from apps.sharing.guests import email_codes, joining, visitors
from apps.sharing.guests.identify import CodeForm, WhoForm, ask, back_to
from apps.sharing.guests.pages import guest_page, welcome
from apps.sharing.models import Visitor
from apps.web import htmx
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited


@guest_page(by_anyone=True, takes_drops=True)
def who(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """Ask who is there; `?next=` is where to go on, `?code` asks who has said it for the code that was emailed."""
    me = visitors.of(grant, request.COOKIES, now=timezone.now())
    wanted = back_to(token, request.GET.get("next", ""))
    if me is not None and "code" in request.GET:
        return _ask_code(request, grant, token, me.name, me.given_email, wanted)
    return ask(request, grant.studio, token, me=me, next=wanted)


@require_POST
@guest_page(locked_status=403, takes_posts=True, by_anyone=True, takes_drops=True)
def who_save(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """Take name and address. Whether the address is somebody's already, the answer does not tell: it is emailed a code.

    again: only another code is asked for.
    """
    now, wanted = timezone.now(), back_to(token, request.POST.get("next", ""))
    form = WhoForm(request.POST)
    if not form.is_valid():
        return ask(request, grant.studio, token, form=form, next=wanted, status=422)
    me = visitors.rater_of(grant, request.COOKIES, now=now)
    try:
        visitor = visitors.introduce(grant, **form.cleaned_data, me=me, client_ip=client_ip(request))
    except RateLimited as stop:
        return _wait(request, grant, token, stop, form=form, next=wanted)
    if visitor.claimed_email:
        email_codes.offer(grant, visitor.claimed_email, client_ip=client_ip(request), now=now)
    if "again" in request.POST:
        return _ask_code(request, grant, token, visitor.name, visitor.given_email, wanted)
    return _known(request, grant, visitor, wanted)


def _ask_code(request: HttpRequest, grant: Grant, token: str, name: str, email: str, wanted: str) -> HttpResponse:
    form = WhoForm({"name": name, "email": email})
    return ask(request, grant.studio, token, form=form, code_form=CodeForm(initial={"email": email}), next=wanted)


@require_POST
@guest_page(locked_status=403, takes_posts=True, by_anyone=True, takes_drops=True)
def who_code(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """Compare the emailed code; the right one makes this browser the same person's."""
    now = timezone.now()
    wanted, form = back_to(token, request.POST.get("next", "")), CodeForm(request.POST)
    # The first form comes along, so that another code can be asked for.
    shown: dict[str, Any] = {"form": WhoForm(request.POST), "code_form": form, "next": wanted}
    if not form.is_valid():
        return ask(request, grant.studio, token, **shown, status=422)
    try:
        me = visitors.rater_of(grant, request.COOKIES, now=now)
        visitor = joining.prove(grant, me, **form.cleaned_data, client_ip=client_ip(request), now=now)
    except email_codes.WrongCode:
        form.add_error("code", _("This code is incorrect or has expired."))
        return ask(request, grant.studio, token, **shown, status=422)
    except RateLimited as stop:
        return _wait(request, grant, token, stop, **shown)
    return _known(request, grant, visitor, wanted)


def _wait(request: HttpRequest, grant: Grant, token: str, stop: RateLimited, **shown: Any) -> HttpResponse:
    return too_many(ask(request, grant.studio, token, locked_minutes=stop.minutes, **shown), stop.wait)


def _known(request: HttpRequest, grant: Grant, visitor: Visitor, wanted: str) -> HttpResponse:
    """The person is known: back to the page, or to the script that asked."""
    now = timezone.now()
    if htmx.is_scripted(request):
        response: HttpResponse = JsonResponse({"name": visitor.name})
    else:
        response = SeeOther(wanted)
    if grant.asks_identity and visitors.of(grant, request.COOKIES, now=now) is None:
        # Only now the link is open to this browser.
        welcome(request, response, grant, visitor=visitor)
    visitors.remember(response, request.COOKIES, visitor, now=now)
    return response
