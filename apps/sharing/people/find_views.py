"""Find my photos: a guest holds up a selfie, sees the photos that may show them, and may ask to be hidden."""

from __future__ import annotations

import base64
from typing import Any, Final

from django import forms
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from apps.faces import selfies
from apps.faces.findings import Found
from apps.sharing.access import Grant
from apps.sharing.guests import visitors
from apps.sharing.guests.pages import dress, guest_page
from apps.sharing.people import finder
from apps.web.answers import SeeOther, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited, reserve
from apps.web.refusal import Refusal

_NAME_LONGEST: Final = 120


class SelfieForm(forms.Form):
    """The picture, and the guest's word that they want it looked at."""

    agreed = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick the box first, so that we may look at your picture.")}
    )
    selfie = forms.FileField(error_messages={"required": gettext_lazy("Take or choose a picture first.")})


def _page(
    request: HttpRequest, grant: Grant, token: str, *, status: int = 200, faces: list[Found] | None = None, **said: Any
) -> HttpResponse:
    found = finder.found(grant, request.COOKIES)
    context: dict[str, Any] = {
        "studio": grant.studio,
        "album": grant.shown.album,
        "token": token,
        "gallery_url": reverse("sharing:gallery", args=[token]),
        "count": found.count() if found is not None else None,
        "faces": [
            {"word": finder.choice_of(grant, face), "picture": base64.b64encode(face.crop).decode()}
            for face in faces or []
        ],
        **said,
    }
    return render(request, "sharing/people/find.html", {**context, **dress(grant)}, status=status)


def _require(grant: Grant) -> None:
    """Raises Http404 where guests may not look for themselves."""
    if not finder.may_find(grant):
        raise Http404


@csrf_exempt
def find(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page with the question and the camera; a POST looks.

    What reads the form must not write the picture to a file, and Django's check of the token reads the form: so that
    comes after the handler is set.
    """
    request.upload_handlers = [MemoryFileUploadHandler(request)]
    return _find(request, token)


@csrf_protect
@guest_page(locked_status=403, takes_posts=True)
def _find(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    _require(grant)
    if request.method != "POST":
        selfies.wake()
        return _page(request, grant, token)
    form = SelfieForm(request.POST, request.FILES)
    if not form.is_valid():
        reason = next(iter(form.errors.values()))[0]
        return _page(request, grant, token, status=422, problem=reason)
    try:
        reserve(finder.TRIES, f"{grant.link_id}:{client_ip(request)}")
        faces = selfies.faces_of(form.cleaned_data["selfie"].read())
    except RateLimited as stop:
        words = _("You have tried three times. Please wait %(minutes)s minutes.") % {"minutes": stop.minutes}
        return too_many(_page(request, grant, token, status=429, problem=words), stop.wait)
    except Refusal as refusal:
        return _page(request, grant, token, status=refusal.status, problem=_(str(refusal)))
    if len(faces) > 1:
        return _page(request, grant, token, faces=faces)
    assert faces[0].embedding is not None
    return _found(request, grant, token, list(faces[0].embedding))


def _found(request: HttpRequest, grant: Grant, token: str, embedding: list[float]) -> HttpResponseBase:
    row = finder.find(grant, embedding)
    if row is None:
        return _page(request, grant, token, nobody=True)
    answer = SeeOther(f"{reverse('sharing:gallery', args=[token])}?only=found")
    finder.hand_over(row, grant, answer, request.COOKIES)
    return answer


@require_POST
@guest_page(locked_status=403, takes_posts=True)
def find_face(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """Which of the faces in the picture the guest is (`face`, as the page gave it)."""
    _require(grant)
    embedding = finder.chosen(grant, request.POST.get("face", ""))
    if embedding is None:
        return SeeOther("sharing:find", token)
    return _found(request, grant, token, embedding)


@require_POST
@guest_page(locked_status=403, takes_posts=True)
def find_forget(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """Forget what was found in this browser."""
    _require(grant)
    finder.forget(grant, request.COOKIES)
    return SeeOther("sharing:gallery", token)


@guest_page(locked_status=403, takes_posts=True)
def hide_me(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """Ask the studio to hide the photos that were found (`name`: who asks)."""
    _require(grant)
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    found = finder.found(grant, request.COOKIES)
    count = found.count() if found is not None else 0
    shown: dict[str, Any] = {"name": visitor.name if visitor else "", "count": count}
    if request.method == "POST":
        name = " ".join(request.POST.get("name", "").split())[:_NAME_LONGEST]
        if not name:
            return _hide_page(request, grant, token, status=422, problem=_("Tell the studio who you are."), **shown)
        try:
            finder.ask_to_hide(grant, request.COOKIES, name=name, visitor=visitor)
        except Refusal as refusal:
            return _hide_page(request, grant, token, status=refusal.status, problem=_(str(refusal)), **shown)
        return _hide_page(request, grant, token, done=True, **shown)
    return _hide_page(request, grant, token, **shown)


def _hide_page(request: HttpRequest, grant: Grant, token: str, *, status: int = 200, **said: Any) -> HttpResponse:
    context = {"studio": grant.studio, "album": grant.shown.album, "token": token, **said, **dress(grant)}
    context["gallery_url"] = reverse("sharing:gallery", args=[token])
    return render(request, "sharing/people/hide_me.html", context, status=status)
