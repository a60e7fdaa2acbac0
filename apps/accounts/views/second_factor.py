"""The second step of signing in, and the page on which it is switched on and off."""

from __future__ import annotations

import io
import time
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import passkeys, second_factor
from apps.accounts.forms import PresentPasswordForm, SecondFactorForm, SwitchOnForm
from apps.accounts.models import User
from apps.accounts.second_factor import WrongSecondFactor
from apps.accounts.signing_in import WrongPassword, identify
from apps.accounts.views.answers import page, refused, sent
from apps.accounts.views.entrance import ASKED, begin_session, safe_target
from apps.web.answers import SeeOther
from apps.web.client_ip import client_ip
from apps.web.rate_limit import NoTry

# Whoever takes longer begins with the password again.
PATIENCE_SECONDS = 10 * 60
FORM_METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(FORM_METHODS)
def code(request: HttpRequest) -> HttpResponse:
    """Ask who gave the right password for the second factor."""
    asked = request.session.get(ASKED)
    if not asked or time.time() - asked["at"] > PATIENCE_SECONDS:
        return redirect("accounts:login")
    user = User.objects.filter(pk=asked["user"], is_active=True).first()
    if user is None:
        return redirect("accounts:login")
    form = SecondFactorForm(sent(request))
    if not form.is_valid():
        return page(request, "accounts/code.html", {}, form=form)
    try:
        second_factor.check(user, form.cleaned_data["code"])
    except (WrongSecondFactor, NoTry) as refusal:
        return refused(request, "accounts/code.html", {}, form, refusal, "code")
    target = asked["target"]
    begin_session(request, user)
    request.session.pop(ASKED, None)
    return SeeOther(target)


@never_cache
@require_http_methods(FORM_METHODS)
def security(request: HttpRequest) -> HttpResponse:
    """Switch the second factor on, by the password: an app reads the secret, and a first code proves it."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path())
    template = "accounts/security.html"
    if user.has_second_factor:
        return page(request, template, _when_on(user), form=PresentPasswordForm())
    form = SwitchOnForm(sent(request))
    secret = second_factor.pending(user)
    context = {
        "secret": secret,
        "picture": _picture(second_factor.app_uri(user, secret)),
        "asked_for_by": second_factor.asked_for_by(user),
        "next": safe_target(request),
        **_passkeys(user),
    }
    if not form.is_valid():
        return page(request, template, context, form=form)
    try:
        identify(user.email, form.cleaned_data["current"], client_ip=client_ip(request))
    except (WrongPassword, NoTry) as refusal:
        return refused(request, template, context, form, refusal, "current")
    try:
        codes = second_factor.confirm(user, form.cleaned_data["code"])
    except (WrongSecondFactor, NoTry) as refusal:
        return refused(request, template, context, form, refusal, "code")
    # Shown in this answer and never again, so there is no page to be sent to.
    return page(request, template, {"codes": codes, "next": safe_target(request)}, form=PresentPasswordForm())


@require_POST
def turn_off(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off, by the password."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/")
    form = PresentPasswordForm(request.POST)
    context = _when_on(user)
    if context["asked_for_by"]:
        raise PermissionDenied("A studio of yours requires two-step sign-in.")
    if not form.is_valid():
        return page(request, "accounts/security.html", context, form=form)
    try:
        identify(user.email, form.cleaned_data["current"], client_ip=client_ip(request))
    except (WrongPassword, NoTry) as refusal:
        return refused(request, "accounts/security.html", context, form, refusal, "current")
    second_factor.turn_off(user)
    messages.success(request, "Two-step sign-in is off.")
    return SeeOther("accounts:security")


def _when_on(user: User) -> dict[str, Any]:
    """What the page says of a second factor that is on."""
    return {
        "codes_left": len(user.recovery_hashes),
        "asked_for_by": second_factor.asked_for_by(user),
        **_passkeys(user),
    }


def _passkeys(user: User) -> dict[str, Any]:
    """What the page says of passkeys."""
    return {"has_passkeys": passkeys.are_offered(), "passkeys": list(user.passkeys.order_by("created_at"))}


def _picture(uri: str) -> str:
    """A QR code as SVG. Every character in it is ours."""
    picture = io.BytesIO()
    # Its own white ground, four modules wide around it (ISO/IEC 18004): the page may be dark.
    segno.make_qr(uri, error="m").save(picture, kind="svg", scale=5, border=4, light="#fff", xmldecl=False, svgns=True)
    return mark_safe(picture.getvalue().decode())
