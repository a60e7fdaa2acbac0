"""Where a person is signed in, and how to end it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import browser_sessions
from apps.accounts.models import User
from apps.accounts.views.answers import gave_password
from apps.web.answers import SeeOther


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """List the sessions; a POST ends all but this one, after the password."""
    user, here = request.user, request.session.session_key
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        if gave_password(request, user):
            browser_sessions.end_others(user, here)
            messages.success(request, "You’re signed out everywhere else.")
        return SeeOther("accounts:sessions")
    return render(request, "accounts/sessions.html", {"places": browser_sessions.signed_in(user, here)})


@require_POST
def session_end(request: HttpRequest, handle: str) -> HttpResponse:
    """End one other session, after the password."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/")
    if gave_password(request, user):
        browser_sessions.end(user, handle, request.session.session_key)
        messages.success(request, "Signed out there.")
    return SeeOther("accounts:sessions")
