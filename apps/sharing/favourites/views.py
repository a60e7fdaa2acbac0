"""Favourites as a guest sees and changes them: hearts, lists, the page that sends a selection."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.albums.request_params import uuid_or_none
from apps.sharing.access import Grant
from apps.sharing.favourites import hearts, lists
from apps.sharing.favourites.list_context import chosen_list, favourites_context, remember_list, state
from apps.sharing.favourites.lists import ListRefused
from apps.sharing.guests import visitors
from apps.sharing.guests.identify import back_to, needs_person
from apps.sharing.guests.pages import dress, guest_page, not_allowed
from apps.sharing.models import Selection, Visitor
from apps.web import htmx
from apps.web.answers import SeeOther

P = ParamSpec("P")
Deed = Callable[Concatenate[HttpRequest, Grant, str, Visitor, P], HttpResponseBase]


def favourite_deed(deed: Deed[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """Decorator of a deed that needs the right to favourites and a known person.

    Without the right 403; nobody known: the guest is asked who it is. What the deed refuses is told to scripts as
    409 with its code, and to people on the page of their favourites (422), with what they typed.
    """

    @require_POST
    @guest_page(locked_status=403, takes_posts=True)
    @wraps(deed)
    def page(request: HttpRequest, grant: Grant, token: str, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not grant.rights.favourite:
            return not_allowed(request, grant)
        visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
        if visitor is None:
            return needs_person(request, token)
        try:
            return deed(request, grant, token, visitor, *args, **kwargs)
        except ListRefused as refused:
            if htmx.is_scripted(request):
                said = {"code": refused.code, "message": str(refused), **refused.detail}
                return JsonResponse(said, status=409)
            return _page(request, grant, token, visitor, refused=refused, wanted=kwargs.get("selection_id"))

    return page


@guest_page()
def favourites(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """The photos of one list with its counter, the note and the button that sends; `?list=` says which."""
    if not grant.rights.favourite:
        return not_allowed(request, grant)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    return _page(request, grant, token, visitor)


@guest_page(locked_status=403)
def favourites_state(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """The counter, and which of the photos `?ids=` are in the list `?list=`."""
    if not grant.rights.favourite:
        return not_allowed(request, grant)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    chosen = chosen_list(grant, request.GET, request.COOKIES)
    return JsonResponse(state(grant, token, visitor, chosen, request.GET))


@favourite_deed
def favourite(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, photo_id: UUID) -> HttpResponse:
    """Put a photo into a list or take it out, as `on` says. `list`: an id, or "open" for the first that is not sent."""
    if request.POST.get("list") == "open":
        return _heart_in_open_list(request, grant, token, visitor, photo_id)
    named = uuid_or_none(request.POST.get("list"))
    # A list that the page names is meant; one that the browser only remembers may be gone.
    remembered = None if named else lists.known(grant, visitor, chosen_list(grant, {}, request.COOKIES))
    on = request.POST.get("on") == "1"
    tally = hearts.heart(grant, visitor, photo_id, on=on, selection_id=named or remembered, user_agent=_agent(request))
    return _saved(request, token, photo_id, tally)


@favourite_deed
def swap(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, photo_id: UUID) -> HttpResponse:
    """Let a photo take the place of the frame of its stack that is in the list `list`."""
    named = uuid_or_none(request.POST.get("list"))
    chosen = named or lists.known(grant, visitor, chosen_list(grant, {}, request.COOKIES))
    tally = hearts.swap(grant, visitor, photo_id, selection_id=chosen, user_agent=_agent(request))
    return _saved(request, token, photo_id, tally)


def _heart_in_open_list(
    request: HttpRequest, grant: Grant, token: str, visitor: Visitor, photo_id: UUID
) -> HttpResponse:
    """The list that the page shows is sent: the heart goes to another one, and so do the next."""
    other = lists.first_open(grant, visitor)
    tally = hearts.heart(grant, visitor, photo_id, on=True, selection_id=other.pk, user_agent=_agent(request))
    response = _saved(request, token, photo_id, tally)
    remember_list(response, request.COOKIES, grant, other.pk)
    return response


def _saved(request: HttpRequest, token: str, photo_id: UUID, tally: hearts.HeartTally) -> HttpResponse:
    if htmx.is_scripted(request):
        return JsonResponse(
            {"on": tally.on, "count": tally.count, "maximum": tally.maximum, "list": str(tally.selection.pk)}
        )
    return SeeOther(f"{back_to(token, request.POST.get('next', ''))}#p-{photo_id}")


@favourite_deed
def list_create(request: HttpRequest, grant: Grant, token: str, visitor: Visitor) -> HttpResponse:
    """A new list, which becomes the active one."""
    return _to(request, grant, token, lists.create(grant, visitor, request.POST.get("title", "")))


@favourite_deed
def list_choose(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, selection_id: UUID) -> HttpResponse:
    """Hearts go to this list from now on."""
    selection = lists.hold(grant, visitor, selection_id)
    if htmx.is_scripted(request):
        chosen = HttpResponse(status=204)
        remember_list(chosen, request.COOKIES, grant, selection.pk)
        return chosen
    wanted = request.POST.get("next", "")
    return _to(request, grant, token, selection, address=back_to(token, wanted) if wanted else "")


@favourite_deed
def list_rename(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, selection_id: UUID) -> HttpResponse:
    """Another name for a list of one's own."""
    return _to(request, grant, token, lists.rename(grant, visitor, selection_id, request.POST.get("title", "")))


@favourite_deed
def list_delete(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, selection_id: UUID) -> HttpResponse:
    """Delete a list of one's own."""
    lists.delete(grant, visitor, selection_id)
    return SeeOther(reverse("sharing:favourites", args=[token]))


@favourite_deed
def list_send(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, selection_id: UUID) -> HttpResponse:
    """Send a list to the studio."""
    note, now = request.POST.get("note", ""), timezone.now()
    selection = hearts.send(grant, visitor, selection_id, note=note, now=now, user_agent=_agent(request))
    # What is hearted next belongs to a list that still takes it.
    return _to(request, grant, token, selection, active=lists.next_open(grant, visitor))


@favourite_deed
def list_reopen(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, selection_id: UUID) -> HttpResponse:
    """Open a sent list again: the next round."""
    return _to(request, grant, token, hearts.reopen(grant, visitor, selection_id, user_agent=_agent(request)))


@favourite_deed
def list_more(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, selection_id: UUID) -> HttpResponse:
    """Ask the studio for a larger limit."""
    selection = hearts.ask_more(grant, visitor, selection_id, now=timezone.now(), user_agent=_agent(request))
    if htmx.is_scripted(request):
        return JsonResponse({"asked": True})
    return _to(request, grant, token, selection, query="&asked=1")


def _page(
    request: HttpRequest,
    grant: Grant,
    token: str,
    visitor: Visitor | None,
    *,
    refused: ListRefused | None = None,
    wanted: Any = None,
) -> HttpResponse:
    chosen = wanted or chosen_list(grant, request.GET, request.COOKIES)
    context = favourites_context(grant, token, visitor, chosen, request.GET)
    if htmx.wants(request) and "after" in request.GET:
        return render(request, "sharing/gallery/_page.html", context)
    shown = {
        "here": reverse("sharing:favourites", args=[token]),
        "refused": refused,
        "typed_list": wanted is not None,
        "typed_title": request.POST.get("title", ""),
        "typed_note": request.POST.get("note"),
        "asked": "asked" in request.GET,
        # A heart that met a sent list: the form that puts it into another one.
        "instead_url": request.path if refused and refused.code == "locked" and wanted is None else "",
    }
    status = 422 if refused else 200
    # Dates are written as the studio's clock shows them.
    with timezone.override(grant.studio.zone):
        return render(
            request, "sharing/favourites/favourites.html", {**context, **shown, **dress(grant)}, status=status
        )


def _to(
    request: HttpRequest,
    grant: Grant,
    token: str,
    selection: Selection,
    *,
    address: str = "",
    query: str = "",
    active: Selection | None = None,
) -> HttpResponse:
    """Go to the list, which this browser holds for the active one from now on, unless another is."""
    page = f"{reverse('sharing:favourites', args=[token])}?list={selection.pk}{query}"
    response = SeeOther(address or page)
    remember_list(response, request.COOKIES, grant, (active or selection).pk)
    return response


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")
