"""What the acts of the library's page have in common: which photos, few or many, and how they answer."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.utils import timezone

from apps.accounts.access import StudioRequest
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.long_tasks import Task
from apps.accounts.models import JournalEntry
from apps.albums import bulk
from apps.albums.request_params import uuids
from apps.jobs.pages import goes_on, refused
from apps.library.find import Library
from apps.library.questions import language
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


def chosen(request: StudioRequest) -> list[UUID]:
    """The photos that a form of the library is about, of those that the member sees.

    `photo`: single ids; or `all` that the search `q` finds. Raises Http404 if there is none, BadRequest if too many.
    """
    if "all" in request.POST:
        search = language.read(request.POST.get("q", ""), today=timezone.localdate())
        rows = Library(request.entered, search.tree).rows
    else:
        rows = Library(request.entered).rows.filter(pk__any=uuids(request.POST.getlist("photo")))
    # In the order in which they were taken: so they come into a gallery that is sorted by hand.
    ids = list(rows.order_by("wall", "pk").values_list("pk", flat=True)[: Task.MOST + 1])
    if len(ids) > Task.MOST:
        raise BadRequest(f"At most {Task.MOST:,} photos at once.")
    if not ids:
        raise Http404
    return ids


def onward(request: StudioRequest) -> HttpResponse:
    """Where an act leads without a script."""
    return SeeOther("library:library", request.studio.slug)


def said(request: StudioRequest, problem: str) -> HttpResponse:
    """What is wrong with what was sent, in words."""
    answer = HttpResponse(status=422) if htmx.wants(request) else onward(request)
    return htmx.tell(request, answer, problem, level="error")


def done(request: StudioRequest, entry: JournalEntry | None, text: str) -> HttpResponse:
    """What was done, in words, with the way back."""
    answer = HttpResponse(status=204) if htmx.wants(request) else onward(request)
    return htmx.tell(request, answer, text, undo=undo_url(request, entry))


def act(
    request: StudioRequest,
    ids: list[UUID],
    begin: Callable[[], Task],
    do: Callable[[], JournalEntry | None],
    words: str,
) -> HttpResponse:
    """Few at once, many as a task. words: what was done, as "{photos} marked."."""
    if len(ids) > bulk.AT_ONCE:
        return goes_on(request, begin, onward(request))
    try:
        entry = do()
    except Refusal as refusal:
        return refused(request, refusal, onward(request))
    if entry is None:
        return done(request, None, "Nothing to change: that is so already.")
    return done(request, entry, words.format(photos=photos_word(entry.count)))
