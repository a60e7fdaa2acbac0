"""Signing in with a passkey; adding one and removing it. The browser's part is static/js/signed_out/passkeys.js."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from apps.accounts import passkeys
from apps.accounts.models import User, WrongPasskey
from apps.accounts.signing_in import identify
from apps.accounts.views.answers import gave_password
from apps.accounts.views.entrance import begin_session, safe_target
from apps.web.answers import SeeOther
from apps.web.client_ip import client_ip
from apps.web.refusal import Refusal

# In the session: what the browser was asked, and when.
ASKED = "passkey"
PATIENCE_SECONDS = 5 * 60


def _refusal(refusal: Refusal) -> JsonResponse:
    answer = JsonResponse({"code": refusal.code, "message": str(refusal)}, status=refusal.status)
    if refusal.status == 429:
        answer["Retry-After"] = str(refusal.wait)
    return answer


def _asked(request: HttpRequest) -> passkeys.State:
    """What this browser was asked, once. Raises WrongPasskey when nothing was, or long ago."""
    kept = request.session.pop(ASKED, None)
    if not kept or time.time() - kept["at"] > PATIENCE_SECONDS:
        raise WrongPasskey
    state: passkeys.State = kept["state"]
    return state


def _answer(request: HttpRequest) -> dict[str, Any]:
    """What the device answered. Raises WrongPasskey for what is no JSON object."""
    try:
        answer = json.loads(request.POST.get("answer", ""))
    except ValueError as error:
        raise WrongPasskey from error
    if not isinstance(answer, dict):
        raise WrongPasskey
    return answer


def _ask(request: HttpRequest, asked: tuple[dict[str, Any], passkeys.State]) -> JsonResponse:
    options, state = asked
    request.session[ASKED] = {"state": state, "at": int(time.time())}
    return JsonResponse(options)


@require_POST
def sign_in_begin(request: HttpRequest) -> HttpResponse:
    """What the sign-in page asks the browser for."""
    if not passkeys.are_offered():
        raise Http404
    return _ask(request, passkeys.begin_signing_in())


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Begin a session for who showed a passkey; `url` is where to go."""
    try:
        user = passkeys.sign_in(_asked(request), _answer(request), client_ip=client_ip(request))
    except Refusal as refusal:
        return _refusal(refusal)
    begin_session(request, user, by="passkey")
    return JsonResponse({"url": safe_target(request)})


@require_POST
def add_begin(request: HttpRequest) -> HttpResponse:
    """After the password, what the browser is asked to make."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/account/security/")
    if not passkeys.are_offered():
        raise Http404
    try:
        identify(user.email, request.POST.get("current", ""), client_ip=client_ip(request))
        asked = passkeys.begin_adding(user)
    except Refusal as refusal:
        return _refusal(refusal)
    return _ask(request, asked)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keep what the device has made."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/account/security/")
    try:
        passkeys.add(user, _asked(request), _answer(request), request.POST.get("name", ""))
    except Refusal as refusal:
        return _refusal(refusal)
    messages.success(request, "Passkey added.")
    return JsonResponse({"url": "/account/security/"})


@require_POST
def remove(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    """Remove a passkey of the person who is signed in, after the password."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/account/security/")
    if gave_password(request, user):
        passkeys.remove(user, passkey_id)
        messages.success(request, "Passkey removed.")
    return SeeOther("accounts:security")
