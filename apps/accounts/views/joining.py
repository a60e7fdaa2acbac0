"""Becoming somebody here: sign up, the first run, a new password, an invitation."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts import members, password_reset, smtp
from apps.accounts import sign_up as accounts_sign_up
from apps.accounts.forms import (
    FirstRunForm,
    JoinAsNewForm,
    JoinForm,
    NewPasswordForm,
    OpenStudioForm,
    ResetRequestForm,
    SignUpForm,
)
from apps.accounts.models import Invitation, User
from apps.accounts.signing_in import WrongPassword, identify
from apps.accounts.tenancy import acting_in
from apps.accounts.views.answers import page, refused, sent
from apps.accounts.views.entrance import begin_session, sign_in
from apps.web.answers import SeeOther
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimit, RateLimited, reserve

FORM_METHODS = ["GET", "HEAD", "POST"]
FIRST_RUNS = RateLimit("first-run", tries=30, window=3600)


# -- sign up -----------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM_METHODS)
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for a studio. A known address gets another email and the same answer."""
    if not settings.SIGN_UP_OPEN:
        raise Http404
    form = SignUpForm(sent(request))
    if not form.is_valid():
        return page(request, "accounts/sign_up.html", {}, form=form)
    try:
        reserve(accounts_sign_up.SIGN_UPS, client_ip(request))
    except RateLimited as refusal:
        return refused(request, "accounts/sign_up.html", {}, form, refusal)
    accounts_sign_up.ask_to_sign_up(**form.cleaned_data)
    return render(request, "accounts/sign_up_sent.html", {"is_kept": bool(smtp.kept_in())})


@never_cache
@require_http_methods(FORM_METHODS)
def sign_up_finish(request: HttpRequest, token: str) -> HttpResponse:
    """The link from the email: choose a password, and the studio is open."""
    if not settings.SIGN_UP_OPEN:
        raise Http404
    template = "accounts/sign_up_finish.html"
    try:
        email, name, studio_name = accounts_sign_up.asked_to_sign_up(token)
    except signing.BadSignature:
        return render(request, template, {"valid": False}, status=410)
    context = {"valid": True, "email": email, "studio_name": studio_name}
    form = OpenStudioForm(sent(request), person=User(email=email, name=name))
    if not form.is_valid():
        return page(request, template, context, form=form)
    try:
        owner, studio = accounts_sign_up.sign_up(email=email, name=name, studio_name=studio_name, **form.cleaned_data)
    except accounts_sign_up.AddressTaken as refusal:
        return refused(request, template, context, form, refusal)
    begin_session(request, owner)
    return SeeOther(studio.get_absolute_url())


# -- first run ---------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM_METHODS)
def first_run(request: HttpRequest) -> HttpResponse:
    """The first person of a new installation, who can read its log."""
    if not accounts_sign_up.is_unowned():
        return redirect("accounts:login")
    form = FirstRunForm(sent(request))
    try:
        if form.is_bound:
            reserve(FIRST_RUNS, client_ip(request))
        if not form.is_valid():
            # All that is wrong is told at once, the code too.
            code = form.cleaned_data.get("code") if form.is_bound else None
            if code and not accounts_sign_up.is_the_code(code):
                form.add_error("code", accounts_sign_up.AlreadyOwned.sentence)
            return page(request, "accounts/first_run.html", {}, form=form)
        studio = accounts_sign_up.first_owner(**form.cleaned_data)
    except (RateLimited, accounts_sign_up.AlreadyOwned) as refusal:
        return refused(request, "accounts/first_run.html", {}, form, refusal, "code")
    begin_session(request, User.objects.get_by_natural_key(form.cleaned_data["email"]))
    return SeeOther(studio.get_absolute_url())


# -- a new password ------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM_METHODS)
def reset_request(request: HttpRequest) -> HttpResponse:
    form = ResetRequestForm(sent(request))
    if not form.is_valid():
        return page(request, "accounts/reset_request.html", {}, form=form)
    try:
        password_reset.ask(form.cleaned_data["email"], client_ip=client_ip(request))
    except RateLimited as refusal:
        return refused(request, "accounts/reset_request.html", {}, form, refusal)
    return render(request, "accounts/reset_sent.html", {"is_kept": bool(smtp.kept_in())})


@never_cache
@require_http_methods(FORM_METHODS)
def reset(request: HttpRequest, token: str) -> HttpResponse:
    person = password_reset.holder(token)
    if person is None:
        return render(request, "accounts/reset.html", {"valid": False}, status=410)
    form = NewPasswordForm(sent(request), person=person)
    if not form.is_valid():
        return page(request, "accounts/reset.html", {"valid": True}, form=form)
    try:
        user = password_reset.set_password(token, form.cleaned_data["password"])
    except password_reset.LinkUsed:
        return render(request, "accounts/reset.html", {"valid": False}, status=410)
    return sign_in(request, user, settings.LOGIN_REDIRECT_URL)


# -- an invitation -------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM_METHODS)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join a studio: as who is signed in, with the password of an account, or as somebody new."""
    offer = members.invitation_of(token)
    if offer is None:
        return _over(request)
    known = User.objects.filter(email=offer.email).first()
    form = _join_form(request, offer, known)
    context = {"valid": True, "invitation": offer, "studio": offer.studio, "galleries": _galleries(offer)}
    if not form.is_valid():
        return page(request, "accounts/invitation.html", context, form=form)
    try:
        user = _joined(request, offer, known, form.cleaned_data)
    except (WrongPassword, RateLimited) as refusal:
        return refused(request, "accounts/invitation.html", context, form, refusal, "password")
    except members.InvitationOver:
        return _over(request)
    target = offer.studio.get_absolute_url()
    return SeeOther(target) if request.user == user else sign_in(request, user, target)


def _galleries(offer: Invitation) -> str:
    with acting_in(offer.studio):
        return members.gallery_words(offer)


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/invitation.html", {"valid": False}, status=410)


def _join_form(
    request: HttpRequest, offer: Invitation, known: User | None
) -> JoinAsNewForm | JoinForm | ResetRequestForm:
    if known is None:
        return JoinAsNewForm(sent(request), person=User(email=offer.email))
    form = JoinForm(sent(request))
    if known == request.user:
        del form.fields["password"]
    return form


def _joined(request: HttpRequest, offer: Invitation, known: User | None, fields: dict[str, str]) -> User:
    if known is None:
        return members.join_as_new(offer, name=fields["name"], password=fields["password"])
    if known != request.user:
        identify(known.email, fields["password"], client_ip=client_ip(request))
    members.join(offer, known)
    return known
