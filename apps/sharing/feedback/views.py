"""The panel beside a photo: read it, comment, take a comment back, mark the photo. And the badges of all tiles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from apps.sharing.access import Grant
from apps.sharing.feedback import badges, comments, marks
from apps.sharing.feedback.panel import panel_context
from apps.sharing.guests import visitors
from apps.sharing.guests.identify import back_to, needs_person
from apps.sharing.guests.pages import dress, guest_page, not_allowed
from apps.sharing.models import BadComment, Visitor
from apps.web import htmx
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited

P = ParamSpec("P")
Deed = Callable[Concatenate[HttpRequest, Grant, str, Visitor, UUID, P], HttpResponseBase]


class CommentForm(forms.Form):
    """What is typed about a photo. Whether it may stand is decided by `comments.write`."""

    body = forms.CharField(required=False, strip=False)
    x = forms.FloatField(required=False)
    y = forms.FloatField(required=False)
    parent = forms.UUIDField(required=False)

    def pin(self) -> tuple[float, float] | None:
        """The point, if there is one. Raises BadComment if only half of it is there."""
        x, y = self.cleaned_data["x"], self.cleaned_data["y"]
        if (x is None) != (y is None):
            raise BadComment(gettext("The pin is outside the photo."))
        return None if x is None else (x, y)


class MarkForm(forms.Form):
    """A mark, field by field; what is not sent stays as it is."""

    verdict = forms.CharField(required=False, empty_value=None)
    label = forms.CharField(required=False, empty_value=None)
    stars = forms.IntegerField(required=False)

    def wanted(self) -> dict[str, Any]:
        """The fields that were sent; an empty text clears."""
        sent = {name: self.cleaned_data[name] for name in self.fields if name in self.data}
        empty: dict[str, Any] = {"verdict": "", "label": "", "stars": 0}
        return {name: empty[name] if value is None else value for name, value in sent.items()}


@guest_page()
def panel(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponse:
    """The panel; asked by a script the panel alone, else a page of its own."""
    return _panel(request, grant, token, photo_id, _rater(request, grant))


def photo_deed(
    check: Callable[[Grant, UUID], None],
) -> Callable[[Deed[P]], Callable[Concatenate[HttpRequest, str, UUID, P], HttpResponseBase]]:
    """Decorator of a deed on one photo by a known person. check: whether the guest sees the photo and has the right."""

    def decorate(deed: Deed[P]) -> Callable[Concatenate[HttpRequest, str, UUID, P], HttpResponseBase]:
        @require_POST
        @guest_page(locked_status=403, takes_posts=True)
        @wraps(deed)
        def page(
            request: HttpRequest, grant: Grant, token: str, /, photo_id: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            try:
                check(grant, photo_id)
            except PermissionDenied:
                return not_allowed(request, grant)
            visitor = _visitor(request, grant)
            if visitor is None:
                return needs_person(request, token)
            return deed(request, grant, token, visitor, photo_id, *args, **kwargs)

        # The door hands everything over by name, which `Concatenate` cannot say.
        return page  # type: ignore[return-value]

    return decorate


@photo_deed(comments.check)
def comment(request: HttpRequest, grant: Grant, token: str, visitor: Visitor, photo_id: UUID) -> HttpResponse:
    """Write a comment or an answer to one."""
    form = CommentForm(request.POST)
    if "parent" in form.errors:
        raise Http404
    try:
        if not form.is_valid():
            raise BadComment(gettext("This comment could not be read."))
        typed = form.cleaned_data
        comments.write(
            grant,
            visitor,
            photo_id,
            typed["body"],
            pin=form.pin(),
            parent_id=typed["parent"],
            user_agent=request.headers.get("User-Agent", ""),
        )
    except BadComment as bad:
        return _refused(request, grant, token, photo_id, visitor, 422, str(bad))
    except comments.Full as full:
        return _refused(request, grant, token, photo_id, visitor, 409, str(full))
    except comments.TooFast as fast:
        return too_many(_refused(request, grant, token, photo_id, visitor, 429, str(fast)), fast.wait)
    return _done(request, grant, token, photo_id, visitor)


@photo_deed(comments.check)
def comment_remove(
    request: HttpRequest, grant: Grant, token: str, visitor: Visitor, photo_id: UUID, comment_id: UUID
) -> HttpResponse:
    """Take back one's own comment."""
    comments.take_back(grant, visitor, photo_id, comment_id)
    return _done(request, grant, token, photo_id, visitor)


@require_POST
@guest_page(locked_status=403, takes_posts=True)
def mark(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponseBase:
    """Set or clear verdict, label or stars. To scripts the mark as it stands then. Nobody is asked who they are."""
    try:
        marks.check(grant, photo_id)
    except PermissionDenied:
        return not_allowed(request, grant)
    form, agent = MarkForm(request.POST), request.headers.get("User-Agent", "")
    visitor = _rater(request, grant)
    try:
        if not form.is_valid():
            raise marks.BadMark(gettext("There is no such rating."))
        with transaction.atomic():
            visitor = visitor or visitors.anonymous(grant, client_ip=client_ip(request))
            stands = marks.put(grant, visitor, photo_id, **form.wanted(), user_agent=agent)
    except marks.BadMark as bad:
        if htmx.is_scripted(request):
            return JsonResponse({"code": "mark", "detail": str(bad)}, status=422)
        return _refused(request, grant, token, photo_id, visitor, 422, str(bad))
    except RateLimited as stop:
        return too_many(_refused(request, grant, token, photo_id, visitor, 429, str(stop)), stop.wait)
    if htmx.is_scripted(request):
        done: HttpResponse = JsonResponse({"verdict": stands.verdict, "label": stands.label, "stars": stands.stars})
    else:
        done = _done(request, grant, token, photo_id, visitor)
    visitors.remember(done, request.COOKIES, visitor, now=timezone.now())
    return done


@guest_page(locked_status=403)
def state(request: HttpRequest, grant: Grant, token: str) -> JsonResponse:
    """Comments and marks of all photos, for the badges of tiles."""
    return JsonResponse({"photos": badges.of(grant, _rater(request, grant))})


def _visitor(request: HttpRequest, grant: Grant) -> Visitor | None:
    return visitors.of(grant, request.COOKIES, now=timezone.now())


def _rater(request: HttpRequest, grant: Grant) -> Visitor | None:
    return visitors.rater_of(grant, request.COOKIES, now=timezone.now())


def _done(request: HttpRequest, grant: Grant, token: str, photo_id: UUID, visitor: Visitor) -> HttpResponse:
    if htmx.is_scripted(request):
        return _panel(request, grant, token, photo_id, visitor)
    return SeeOther(back_to(token, request.POST.get("next", "")))


def _refused(
    request: HttpRequest, grant: Grant, token: str, photo_id: UUID, visitor: Visitor | None, status: int, why: str
) -> HttpResponse:
    """The panel again, with what was typed and why it was not taken."""
    typed = {name: request.POST.get(name, "") for name in CommentForm.base_fields}
    return _panel(request, grant, token, photo_id, visitor, status=status, error=why, typed=typed)


def _panel(
    request: HttpRequest,
    grant: Grant,
    token: str,
    photo_id: UUID,
    visitor: Visitor | None,
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    context = {**panel_context(grant, token, photo_id, visitor), "error": "", "typed": {}, **shown}
    if htmx.is_scripted(request):
        return render(request, "sharing/feedback/_panel.html", {**context, "is_sheet": True}, status=status)
    return render(request, "sharing/feedback/panel.html", {**context, **dress(grant)}, status=status)
