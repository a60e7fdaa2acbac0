"""What the page of a gallery offers about people: whose photos to look at, and sections by number of people."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.albums.request_params import album_of
from apps.albums.sections import TITLE_LENGTH
from apps.faces import album_filter, consent, people_sets
from apps.faces.choice import NUMBERS
from apps.jobs.pages import goes_on
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def choose(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Who is in the gallery, to look at their photos; the address says what is chosen, and `beside` what else is."""
    album = album_of(request, album_id)
    wish = album_filter.choice_of(request.GET.dict())
    is_on = consent.settings_of(request.studio).is_on
    context: dict[str, Any] = {
        "album": album,
        "is_on": is_on,
        "people": album_filter.to_choose(album, wish) if is_on else [],
        "numbers": [
            {"words": words, "query": replace(wish, number="" if is_chosen else name).query, "is_on": is_chosen}
            for name, (words, _, _) in NUMBERS.items()
            for is_chosen in [wish.number == name]
        ],
        "beside": _kept_filters(request),
    }
    is_part = htmx.wants(request, "by-people")
    return htmx.vary(render(request, f"faces/{'_choose' if is_part else 'choose'}.html", context))


def _kept_filters(request: StudioRequest) -> str:
    """The other filters of the gallery's page, to be kept in the links that lead back to it."""
    query = request.GET.copy()
    for name in set(query) - {"section", "kept", "mark"}:
        del query[name]
    return f"{query.urlencode()}&" if query else ""


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def sets(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Propose sections by number of people; POST makes those whose `set` is checked, under their `title_...`."""
    album = album_of(request, album_id)
    if request.method != "POST":
        return _proposed(request, album)
    titles = {name: _title(request, name) for name in request.POST.getlist("set") if name in NUMBERS}
    if not titles or not all(titles.values()):
        error = f"Choose sections, each with a title of at most {TITLE_LENGTH} characters."
        return _proposed(request, album, error, status=422)
    if people_sets.are_many(album, titles):
        return goes_on(request, partial(people_sets.begin, album, titles, by=request.user), SeeOther(album))
    try:
        made = people_sets.arrange(album, titles, by=request.user)
    except Refusal as refusal:
        return _proposed(request, album, str(refusal), status=refusal.status)
    if made is None:
        return htmx.tell_next(request, SeeOther(album), "All photos are in sections already.")
    text = f"{photos_word(made.count)} sorted into sections."
    return htmx.tell_next(request, SeeOther(album), text, undo=undo_url(request, made))


def _title(request: StudioRequest, name: str) -> str:
    title = " ".join(request.POST.get(f"title_{name}", "").replace("\x00", "").split())
    return title if len(title) <= TITLE_LENGTH else ""


def _proposed(request: StudioRequest, album: Album, error: str = "", *, status: int = 200) -> HttpResponse:
    is_on = consent.settings_of(request.studio).is_on
    context = {
        "album": album,
        "is_on": is_on,
        "sets": people_sets.propose(album) if is_on else [],
        "unseen": people_sets.not_looked_at(album) if is_on else 0,
        "error": error,
        "most": TITLE_LENGTH,
    }
    return render(request, "faces/sets.html", context, status=status)
