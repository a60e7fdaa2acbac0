"""Search by meaning: its server and the consent, for owners; and the page of what is close to some words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings as installation
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.library.questions import language
from apps.library.tiles import titled_tiles
from apps.tagging.asking import NobodyAnswers
from apps.tagging.forms import MeaningServerForm
from apps.tagging.meaning import agreement, find
from apps.tagging.meaning.agreement import MeaningOff
from apps.tagging.meaning_models import MeaningWait, PhotoMeaning
from apps.tagging.spending import CapReached, usage_of
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.OWNER)
def configuration(request: StudioRequest) -> HttpResponse:
    """The server that turns texts into meanings, and who agreed to it."""
    server = agreement.server_of(request.studio)
    data = request.POST if request.method == "POST" else None
    form = MeaningServerForm(data, initial=MeaningServerForm.values_of_meaning(server))
    if form.is_valid():
        agreement.change(request.studio, by=request.user, **form.values)
        return htmx.tell_next(request, SeeOther("tagging:meaning", request.studio.slug), "Saved.")
    context: dict[str, Any] = {
        "form": form,
        "server": server,
        "may_send": agreement.may_send(server),
        "text": agreement.text_for(server),
        "usage": usage_of(request.studio),
        "known": PhotoMeaning.objects.for_studio(request.studio).filter(model=server.model).count() if server else 0,
        "waiting": MeaningWait.objects.for_studio(request.studio).count(),
        "hosts": installation.AI_HOSTS,
    }
    return render(request, "tagging/meaning.html", context, status=422 if form.errors else 200)


@require_POST
@studio_page(Role.OWNER)
def switch(request: StudioRequest) -> HttpResponse:
    """Agree that texts are sent (`on`, with `agreed`), or end that."""
    onto = SeeOther("tagging:meaning", request.studio.slug)
    if "on" not in request.POST:
        agreement.switch_off(request.studio, by=request.user)
        return htmx.tell_next(request, onto, "Search by meaning is off. Nothing is sent anymore.")
    try:
        agreement.switch_on(request.studio, by=request.user, agreed="agreed" in request.POST)
    except Refusal as refusal:
        return htmx.tell_next(request, onto, str(refusal), level="error")
    return htmx.tell_next(request, onto, "Search by meaning is on. Your photos will be ready for it soon.")


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def by_meaning(request: StudioRequest) -> HttpResponse:
    """Photos that contain the words of `q`, and then those that are close to them in meaning; its filters hold."""
    today = timezone.localdate()
    text = request.GET.get("q", "").replace("\x00", "").strip()[: language.LONGEST]
    search = language.read(text, today=today)
    problem, found = "", find.MeaningFound([], [], "")
    try:
        found = find.by_meaning(request.entered, search, today=today)
    except (MeaningOff, CapReached, NobodyAnswers) as refusal:
        problem = str(refusal)
    groups = (("With these words", found.exact), ("Close in meaning", found.close))
    library = reverse("library:library", args=[request.studio.slug])
    context = {
        "back_url": f"{library}?{urlencode({'q': text})}" if text else library,
        "words": found.words or find.words_of(search),
        "misread": search.misread,
        "problem": problem,
        "total": len(found.exact) + len(found.close),
        "tiles": titled_tiles(groups, request.entered),
    }
    return render(request, "tagging/by_meaning.html", context)
