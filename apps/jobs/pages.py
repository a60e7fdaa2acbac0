"""How a page answers when an act goes on as a task."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpResponse, JsonResponse

from apps.accounts.access import StudioRequest
from apps.accounts.journal.sentences import photos_word
from apps.accounts.long_tasks import Task
from apps.web import htmx
from apps.web.api import error_body
from apps.web.refusal import Refusal


def goes_on(request: StudioRequest, begin: Callable[[], Task], onward: HttpResponse) -> HttpResponse:
    """The act goes on as a task: the chip follows it; without htmx the page `onward` says where to look."""
    try:
        # A savepoint: what was frozen of too many photos goes again.
        with transaction.atomic():
            task = begin()
    except Refusal as refusal:
        return refused(request, refusal, onward)
    if htmx.wants(request):
        return htmx.trigger(HttpResponse(status=202), task={"id": str(task.pk)})
    text = f"{photos_word(task.total)}: running in the background. Follow it under “Background tasks”."
    return htmx.tell(request, onward, text)


def refused(request: StudioRequest, refusal: Refusal, onward: HttpResponse) -> HttpResponse:
    """Why an act was not done: as an error for htmx, in words on the page `onward` without it."""
    if htmx.wants(request):
        return JsonResponse(error_body(refusal.code, str(refusal)), status=refusal.status)
    return htmx.tell(request, onward, str(refusal), level="error")
