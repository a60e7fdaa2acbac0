"""Pages of the studio's tasks, and the chip that follows one's own from page to page."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.long_tasks import Task
from apps.accounts.models import Role
from apps.jobs import sliced, task_list
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

CHIP = "task-chip"


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def tasks(request: StudioRequest) -> HttpResponse:
    """What is being done and what was done in the last 30 days. htmx gets the part that it asks for."""
    if htmx.wants(request, CHIP):
        return _chip(request)
    context = task_list.page(request.entered, request.GET.get("after", ""))
    template = "jobs/_tasks.html" if htmx.wants(request) else "jobs/tasks.html"
    return htmx.vary(render(request, template, context))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def cancel(request: StudioRequest, task_id: UUID) -> HttpResponse:
    """Stop a task before its next slice."""
    _look_at(request, task_id)
    try:
        return _answer(request, _there(sliced.cancel(request.studio, task_id)))
    except Refusal as refusal:
        return _answer(request, None, str(refusal))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def retry(request: StudioRequest, task_id: UUID) -> HttpResponse:
    """Let a failed task do what it has left."""
    _look_at(request, task_id)
    try:
        task = _there(sliced.retry(request.studio, task_id))
    except Refusal as refusal:
        return _answer(request, None, str(refusal))
    return _answer(request, task)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def seen(request: StudioRequest, task_id: UUID) -> HttpResponse:
    """The chip has told how a task ended, so that it need not stand there any longer."""
    _look_at(request, task_id)
    _there(sliced.mark_seen(request.studio, task_id))
    return _answer(request, None)


def _look_at(request: StudioRequest, task_id: UUID) -> None:
    """Raises Http404 for a task of which the member knows nothing."""
    if not Task.objects.visible_to(request.entered).filter(pk=task_id).exists():
        raise Http404


def _there(task: Task | None) -> Task:
    if task is None:
        raise Http404
    return task


def _answer(request: StudioRequest, task: Task | None, refusal: str = "") -> HttpResponse:
    """The chip anew for htmx; without it the list, with a message."""
    if htmx.wants(request):
        answer = _chip(request)
        return htmx.toast(answer, refusal, level="error") if refusal else answer
    text = refusal or (task.message if task else "")
    answer = SeeOther("jobs:tasks", request.studio.slug)
    return htmx.tell(request, answer, text, level="error" if refusal else "info") if text else answer


def _chip(request: StudioRequest) -> HttpResponse:
    context = {"tasks": task_list.unseen(request.studio, request.user)}
    return htmx.vary(render(request, "jobs/_task_chip.html", context))
