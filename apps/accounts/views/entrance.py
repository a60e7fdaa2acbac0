"""The way in: sign in and out, choose a studio, a studio's colours."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from apps.accounts import browser_sessions, colours, passkeys, sign_up
from apps.accounts.forms import ChangePasswordForm, SignInForm
from apps.accounts.models import Membership, User
from apps.accounts.password_change import NotYourPassword, change_password
from apps.accounts.signing_in import WrongPassword, identify, note_everywhere
from apps.accounts.tenancy import across_studios
from apps.accounts.views.answers import page, refused, sent
from apps.web.answers import SeeOther
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited

YEAR = 365 * 24 * 3600
# In the session: who gave the right password and has yet to show the second factor.
ASKED = "second_factor"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    target = safe_target(request)
    if request.user.is_authenticated:
        return SeeOther(target)
    if sign_up.is_unowned():
        return redirect("accounts:first_run")
    form = SignInForm(sent(request))
    context = {"next": request.POST.get("next") or request.GET.get("next", ""), "may_sign_up": settings.SIGN_UP_OPEN}
    context["has_passkeys"] = passkeys.are_offered()
    if not form.is_valid():
        return page(request, "accounts/login.html", context, form=form)
    try:
        user = identify(form.cleaned_data["email"], form.cleaned_data["password"], client_ip=client_ip(request))
    except (WrongPassword, RateLimited) as refusal:
        return refused(request, "accounts/login.html", context, form, refusal)
    return sign_in(request, user, target)


def sign_in(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """Begin a session and go to `target`; first ask who has a second factor for it."""
    if user.has_second_factor:
        request.session[ASKED] = {"user": str(user.pk), "target": target, "at": int(time.time())}
        return SeeOther("accounts:code")
    begin_session(request, user)
    return SeeOther(target)


def begin_session(request: HttpRequest, user: User, *, by: str = "browser") -> None:
    """Sign the person in; the session gets a new key, so that a planted one is worth nothing.

    by: "browser" for a password, "passkey"; the journal has it.
    """
    auth.login(request, user)
    browser_sessions.describe(request.session, request.headers.get("user-agent", ""))
    note_everywhere(user, "member.signed_in", by=by)


def safe_target(request: HttpRequest) -> str:
    """Where to go after signing in: an address of this site, else the first page."""
    target = request.POST.get("next") or request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if here else settings.LOGIN_REDIRECT_URL


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    answer = SeeOther("accounts:login")
    # Photos in the cache are nothing for whoever sits down here next. What scripts keep is no secret (theme, uploads).
    answer["Clear-Site-Data"] = '"cache"'
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password of who is signed in."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    template = "accounts/password.html"
    form = ChangePasswordForm(sent(request), person=request.user)
    if not form.is_valid():
        return page(request, template, {}, form=form)
    fields = form.cleaned_data
    try:
        person = change_password(request.user, fields["current"], fields["password"], client_ip=client_ip(request))
    except (NotYourPassword, RateLimited) as refusal:
        return refused(request, template, {}, form, refusal, "current")
    auth.update_session_auth_hash(request, person)
    messages.success(request, "Password changed. All other devices are signed out.")
    return SeeOther(settings.LOGIN_REDIRECT_URL)


@dataclass(frozen=True, slots=True)
class StudioChoice:
    """A studio on the page of studios."""

    name: str
    slug: str
    role: str
    logo_url: str
    url: str


def _choices(user: User) -> list[StudioChoice]:
    with across_studios():
        rows = list(
            Membership.objects.filter(user=user)
            .select_related("studio")
            .defer("studio__logo")
            .order_by("studio__name", "studio__id")
        )
    return [
        StudioChoice(row.studio.name, row.studio.slug, row.role, row.studio.logo_url, row.studio.get_absolute_url())
        for row in rows
    ]


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the only studio, or to the choice of several."""
    if not isinstance(request.user, User):
        return redirect("accounts:login")
    studios = _choices(request.user)
    return redirect(studios[0].url if len(studios) == 1 else "accounts:choose_studio")


@never_cache
@require_safe
def choose_studio(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        return redirect("accounts:login")
    return render(request, "accounts/choose_studio.html", {"studios": _choices(request.user)})


@require_GET
def brand(request: HttpRequest, accent: str) -> HttpResponse:
    """The stylesheet of one colour ("3b5b54"), for whoever chose it. Its address changes with the colour."""
    if not re.fullmatch(r"[0-9a-f]{6}", accent):
        raise Http404
    caching = f"public, max-age={YEAR}, immutable"
    sheet = colours.stylesheet(f"#{accent}")
    return HttpResponse(sheet, content_type="text/css", headers={"Cache-Control": caching})
