"""The page of the search box; htmx puts its answer into the palette."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.accounts.templatetags.doors import may_open
from apps.library import search as box
from apps.library.questions import language
from apps.web import htmx


@require_safe
@studio_page(Role.VIEWER, album_scoped=True, contributors=True)
def search(request: StudioRequest) -> HttpResponse:
    """Galleries, clients, photos and commands for `q`."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[: language.LONGEST]
    answer = box.answer(request.entered, text, today=timezone.localdate(), opens=may_open)
    template = "library/_found.html" if htmx.wants(request, "found") else "library/search.html"
    return htmx.vary(render(request, template, {"answer": answer, "q": text, "here": request.path}))
