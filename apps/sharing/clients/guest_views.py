"""The page on which a client finds all galleries of a studio again, by a code to the email address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts import hosts, smtp
from apps.accounts.context import brand_css
from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.design import AUTO, Design
from apps.sharing.clients import returning
from apps.sharing.clients.forms import AddressForm
from apps.sharing.guests import visitors
from apps.sharing.guests.email_codes import WrongCode
from apps.sharing.guests.identify import CodeForm
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited

P = ParamSpec("P")
ReturnView = Callable[Concatenate[HttpRequest, Studio, P], HttpResponse]


def return_page(view: ReturnView[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Decorator of the pages below `/p/<studio>/galleries/`: the view runs in the studio's transaction and language.

    A studio that has them off is no different from one that is not there.
    """

    @wraps(view)
    def page(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        studio = _studio(slug)
        chosen = Design.of(studio.design if studio else {}).language
        asked = translation.get_language_from_request(request)
        with translation.override(asked if chosen == AUTO else chosen):
            if studio is None:
                response = render(request, "sharing/access/missing.html", {"studio": None}, status=404)
            else:
                with acting_in(studio):
                    response = view(request, studio, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "strict-origin"
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

    return page  # type: ignore[return-value]


def _studio(slug: str) -> Studio | None:
    with across_studios():
        rows = Studio.objects.defer("logo").filter(slug=slug.lower(), clients_return=True, closing_since=None)
        studio = rows.first()
    return studio if studio is not None and hosts.shows(studio.pk) else None


@require_safe
@return_page
def own_galleries(request: HttpRequest, studio: Studio) -> HttpResponse:
    """The galleries of whoever proved the address in this browser; else the question for it."""
    now = timezone.now()
    client = returning.known(studio, request.COOKIES, now=now)
    if client is None:
        return _ask(request, studio, form=AddressForm())
    context: dict[str, Any] = {"client": client, "galleries": returning.galleries(studio, client, now=now)}
    return _page(request, studio, "own_galleries", **context)


@require_POST
@return_page
def own_galleries_code(request: HttpRequest, studio: Studio) -> HttpResponse:
    """Email a code to the address that was typed. Whether anybody has it, the answer does not tell."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _ask(request, studio, form=form, status=422)
    email = form.cleaned_data["email"]
    try:
        returning.send_code(studio, email, client_ip=client_ip(request), now=timezone.now())
    except RateLimited as stop:
        return too_many(_ask(request, studio, form=form, locked_minutes=stop.minutes), stop.wait)
    return _ask(request, studio, code_form=CodeForm(initial={"email": email}))


@require_POST
@return_page
def own_galleries_enter(request: HttpRequest, studio: Studio) -> HttpResponse:
    """Compare the emailed code; the right one shows the galleries in this browser."""
    form, now = CodeForm(request.POST), timezone.now()
    if not form.is_valid():
        return _ask(request, studio, code_form=form, status=422)
    try:
        client = returning.check(studio, **form.cleaned_data, client_ip=client_ip(request), now=now)
    except WrongCode:
        form.add_error("code", _("This code is incorrect or has expired."))
        return _ask(request, studio, code_form=form, status=422)
    except RateLimited as stop:
        return too_many(_ask(request, studio, code_form=form, locked_minutes=stop.minutes), stop.wait)
    response = _back(studio)
    said = returning.ClientPass(client.pk, client.version)
    returning.COOKIE.give(response, request.COOKIES, said, studio.pk, now=now)
    return response


@require_POST
@return_page
def own_galleries_leave(request: HttpRequest, studio: Studio) -> HttpResponse:
    """This browser forgets who it belongs to."""
    response = _back(studio)
    returning.COOKIE.drop(response, studio.pk)
    return response


@require_safe
@return_page
def own_gallery(request: HttpRequest, studio: Studio, link_id: UUID) -> HttpResponse:
    """Go to one of the galleries, known there as the visitor of the address that was proved; its link's door holds."""
    now = timezone.now()
    client = returning.known(studio, request.COOKIES, now=now)
    if client is None:
        return _back(studio)
    mine = {one.link.pk: one for one in returning.galleries(studio, client, now=now)}
    if link_id not in mine:
        raise Http404
    response = SeeOther(mine[link_id].link.path)
    visitor = returning.visitor_of(client, mine[link_id])
    if visitor is not None:
        visitors.remember(response, request.COOKIES, visitor, now=now)
    return response


def _back(studio: Studio) -> HttpResponse:
    return SeeOther(reverse("sharing:own_galleries", args=[studio.slug]))


def _ask(request: HttpRequest, studio: Studio, *, status: int = 200, **shown: Any) -> HttpResponse:
    shown["is_without_email"] = bool(smtp.kept_in())
    return _page(request, studio, "own_galleries_ask", status=status, **shown)


def _page(request: HttpRequest, studio: Studio, name: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = {"studio": studio, "brand_css": brand_css(studio), **shown}
    return render(request, f"sharing/clients/{name}.html", context, status=status)
