"""The decorator of guests' pages, and what stands in for a page that is not shown. The token is part of each URL."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from apps.accounts.access import member_of
from apps.accounts.context import brand_css
from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in, joining
from apps.albums.design import AUTO, Design
from apps.sharing import access
from apps.sharing.access import Grant, lockout
from apps.sharing.access.studio_of_token import acting_there
from apps.sharing.activity import record
from apps.sharing.guests import expired, view_as, visitors, visits
from apps.sharing.guests.identify import ask, back_to, needs_person
from apps.sharing.links.forms import PasswordForm
from apps.sharing.models import Visitor
from apps.web import failures, htmx
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
GuestView = Callable[Concatenate[HttpRequest, Grant, str, P], HttpResponseBase]


def guest_page(
    *,
    locked_status: int = 200,
    takes_posts: bool = False,
    by_anyone: bool = False,
    welcomes: bool = True,
    takes_drops: bool = False,
) -> Callable[[GuestView[P]], Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]]:
    """Decorator of a page below `/g/<token>/`: the guests' door, then the view in the studio's transaction.

    Whoever may not come in gets the same few pages at every address: the password form (with `locked_status`),
    closed, or nothing here. A POST to any of them is a try at the password, unless the page `takes_posts` of its own:
    then the view sees it once the guest is in, and a locked guest gets the form with `locked_status`.
    A link that asks who is there shows that question in place of the page, unless the page is `by_anyone`.
    A member in a preview is shown the page and refused the deed. welcomes: looking at the page is opening the link.
    takes_drops: it shows no photos and nothing of others, so links that only take photos open it too.
    """

    def decorate(view: GuestView[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
        def answer(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                if request.method == "POST" and not takes_posts:
                    return _unlock(request, token, takes_drops=takes_drops)
                with acting_there(token):
                    grant = _open(request, token, by_anyone=by_anyone, takes_drops=takes_drops)
                    with joining(grant.studio):
                        response = _prepare(request, grant) or view(request, grant, token, *args, **kwargs)
                if welcomes and not (grant.is_known or by_anyone) and request.method == "GET":
                    welcome(request, response, grant)
            except Exception as reason:
                response = _turn_away(request, token, reason, locked_status)
            return response

        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with translation.override(translation.get_language_from_request(request)):
                return _private(answer(request, token, *args, **kwargs))

        # The resolver hands everything over by name, which `Concatenate` cannot say.
        return page  # type: ignore[return-value]

    return decorate


def _open(request: HttpRequest, token: str, *, by_anyone: bool, takes_drops: bool) -> Grant:
    try:
        preview = view_as.open_for(request, token)
        if preview is not None and preview.rights.is_drop and not takes_drops:
            raise access.Missing
        grant = preview or access.open_link(
            token, request.COOKIES, now=timezone.now(), by_anyone=by_anyone, takes_drops=takes_drops
        )
    except access.Closed as reason:
        link = reason.link if isinstance(reason, access.Locked | access.Expired) else None
        _speak(reason.studio.design, link.album.design if link else {})
        raise
    _speak(grant.studio.design, grant.shown.design)
    return grant


def _speak(*designs: object) -> None:
    """Activate the gallery's language, if one was chosen, for the rest of the request."""
    language = Design.of(*designs).language
    if language != AUTO:
        translation.activate(language)


def _prepare(request: HttpRequest, grant: Grant) -> HttpResponse | None:
    """Set the frame of a preview and refuse its POSTs; update when a known visitor was last seen."""
    if grant.is_preview:
        request.preview = view_as.frame(grant)  # type: ignore[attr-defined]
        return view_as.refuse(request, grant) if request.method == "POST" else None
    if request.method == "GET":
        visitors.seen(grant, request.COOKIES, now=timezone.now())
    return None


def _turn_away(request: HttpRequest, token: str, reason: Exception, locked_status: int) -> HttpResponseBase:
    if isinstance(reason, access.Locked):
        # What is typed after a refused deed is a password, and deeds do not try passwords.
        action = reverse("sharing:gallery", args=[token]) if request.method == "POST" else ""
        return _ask_password(request, reason.studio, PasswordForm(), status=locked_status, action=action)
    if isinstance(reason, access.Anonymous):
        return _ask_person(request, reason.studio, token, locked_status)
    if isinstance(reason, access.NotYet):
        return _refuse(request, "not_yet", 404, reason.studio)
    if isinstance(reason, access.Expired):
        return _whole_page(request, expired.answer(request, token, reason))
    if isinstance(reason, access.Gone):
        return _refuse(request, "gone", 410, reason.studio, standing=reason.standing.value)
    if isinstance(reason, access.Missing | Http404):
        return _refuse(request, "missing", 404)
    told = failures.answer(request, reason)
    if told is None:
        raise reason
    return told


def _unlock(request: HttpRequest, token: str, *, takes_drops: bool) -> HttpResponseBase:
    """A try at the password; whoever is in already is not asked again."""
    now = timezone.now()
    entered = SeeOther(request.get_full_path())
    try:
        _open(request, token, by_anyone=True, takes_drops=takes_drops)
        return entered
    except access.Locked as reason:
        locked, studio = reason, reason.studio
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _ask_password(request, studio, form, status=422)
    try:
        grant = access.unlock(token, form.cleaned_data["password"], client_ip=client_ip(request), now=now)
    except lockout.Wrong as wrong:
        with acting_in(studio):
            record.record_failure(locked.link, user_agent=_agent(request))
        form.add_error("password", translation.gettext("Incorrect password."))
        return _ask_password(request, studio, form, status=422, tries_left=wrong.tries_left)
    except RateLimited as stop:
        asked = _ask_password(request, studio, PasswordForm(), status=429, locked_minutes=stop.minutes)
        return too_many(asked, stop.wait)
    _unlocked(request, entered, grant)
    return entered


def _unlocked(request: HttpRequest, response: HttpResponseBase, grant: Grant) -> None:
    """The password was right. Where the person is asked for next, the opening counts once they have said who it is."""
    if not _is_member(request, grant.studio):
        with acting_in(grant.studio):
            person = visitors.of(grant, request.COOKIES, now=timezone.now())
            visits.unlocked(request, grant, person)
        if grant.asks_identity and person is None:
            grant.hand_over(response, request.COOKIES, now=timezone.now())
            return
    welcome(request, response, grant)


def _ask_person(request: HttpRequest, studio: Studio, token: str, locked_status: int) -> HttpResponse:
    if request.method == "POST":
        return needs_person(request, token)
    asked = ask(request, studio, token, next=back_to(token, request.get_full_path()), status=locked_status)
    return _whole_page(request, asked)


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")


def _ask_password(
    request: HttpRequest, studio: Studio, form: PasswordForm, *, status: int, **shown: int | str | None
) -> HttpResponse:
    context = {"studio": studio, "brand_css": brand_css(studio), "form": form, "tries_left": None, **shown}
    return _whole_page(request, render(request, "sharing/access/password.html", context, status=status))


def _refuse(request: HttpRequest, name: str, status: int, studio: Studio | None = None, **shown: str) -> HttpResponse:
    context = {"studio": studio, **shown}
    return _whole_page(request, render(request, f"sharing/access/{name}.html", context, status=status))


def _whole_page(request: HttpRequest, response: R) -> R:
    if htmx.wants(request):
        # The link closed while somebody scrolled: the browser loads the page anew instead of a piece of it.
        response["HX-Refresh"] = "true"
    return response


def welcome(request: HttpRequest, response: HttpResponseBase, grant: Grant, *, visitor: Visitor | None = None) -> None:
    """Set the pass cookie, and count the opening unless it was a member who looked.

    visitor: who has just said who it is; else the browser's cookie tells.
    """
    now = timezone.now()
    grant.hand_over(response, request.COOKIES, now=now)
    if _is_member(request, grant.studio):
        return
    with acting_in(grant.studio):
        visits.opened(request, grant, visitor or visitors.of(grant, request.COOKIES, now=now))


def _is_member(request: HttpRequest, studio: Studio) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    try:
        member_of(request.user, studio.pk)
    except Http404:
        return False
    return True


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Nothing here is for search engines, shared caches or the next site's log."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Never with the path, which holds the token. "no-referrer" would send the password form with "Origin: null".
    response.setdefault("Referrer-Policy", "strict-origin")
    response.setdefault("Cache-Control", "private, no-store")
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return htmx.vary(response)


def dress(grant: Grant) -> dict[str, Any]:
    """Context of the gallery's look: the album's design, and the stylesheet of its colour."""
    look = Design.of(grant.studio.design, grant.shown.design)
    return {"look": look, "brand_css": brand_css(grant.studio, look.accent)}


def not_allowed(request: HttpRequest, grant: Grant) -> HttpResponse:
    """The link has no favourites."""
    if htmx.is_scripted(request):
        return JsonResponse({"code": "forbidden"}, status=403)
    return render(request, "sharing/guests/not_allowed.html", {"studio": grant.studio, **dress(grant)}, status=403)
