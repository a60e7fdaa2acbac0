"""The page of the studio's keywords."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.long_tasks import Task
from apps.accounts.models import Role
from apps.library.keywords import acts, listing
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

LONGEST_QUERY = 80


@require_safe
@studio_page(Role.VIEWER)
def keywords(request: StudioRequest) -> HttpResponse:
    """All keywords, 200 at once: those that have the letters `q`, from `after` on."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    page = listing.page(request.studio, query=query, cursor=request.GET.get("after", ""))
    library = reverse("library:library", args=[request.studio.slug])
    context: dict[str, Any] = {
        "q": query,
        "keywords": [(one, f"{library}?{urlencode({'q': _term(one.name)})}") for one in page.rows],
        "next_url": f"?{urlencode({'q': query, 'after': page.next})}" if page.next else "",
    }
    return render(request, "library/keywords.html", context)


def _term(name: str) -> str:
    return 'keyword:"{}"'.format(name.replace('"', " "))


@require_POST
@studio_page(Role.EDITOR)
def change_keywords(request: StudioRequest) -> HttpResponse:
    """Do `do` to the chosen ones (`keyword`): add, rename, merge, delete or synonyms (commas between them)."""
    do, by = request.POST.get("do", ""), request.user
    if do not in acts.ACTS:
        raise BadRequest("Choose what to do.")
    synonyms = [text for text in request.POST.get("synonyms", "").split(",") if text.strip()]
    answer = SeeOther("library:keywords", request.studio.slug)
    new = request.POST.get("name" if do == "add" else "new", "")
    try:
        done = acts.perform(
            request.studio, do, keywords=request.POST.getlist("keyword"), new=new, synonyms=synonyms, by=by
        )
    except Refusal as refusal:
        return htmx.tell_next(request, answer, str(refusal), level="error")
    if isinstance(done, Task):
        return htmx.tell_next(request, answer, "Running in the background. Follow it under “Background tasks”.")
    if done is None:
        return htmx.tell_next(request, answer, "Nothing to change: that is so already.")
    return htmx.tell_next(request, answer, acts.told(do, done), undo=undo_url(request, done))
