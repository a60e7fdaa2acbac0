"""Tasks over the API: followed, cancelled, tried again."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import Http404
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.long_tasks import Task
from apps.accounts.tenancy import StudioQuerySet
from apps.jobs import sliced
from apps.jobs.serializers import AcceptedSerializer, TaskSerializer, accepted
from apps.web.openapi import extend_schema, extend_schema_view


@extend_schema(tags=["tasks"])
@extend_schema_view(list=extend_schema(responses=TaskSerializer(many=True)))
class TaskViewSet(StudioViewSet[Task]):
    """The studio's tasks of the last 30 days, the newest first."""

    model = Task
    serializer_class = TaskSerializer
    ordering: ClassVar[tuple[str, ...]] = ("-created_at", "-id")
    scope = "albums"
    album_scoped = ("list", "retrieve", "destroy", "retry")
    lookup_url_kwarg = "task_id"

    def get_queryset(self) -> StudioQuerySet[Task]:
        return super().get_queryset().visible_to(self.entered)

    def retrieve(self, request: Request, task_id: UUID) -> Response:
        """How far a task is."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={200: TaskSerializer})
    def destroy(self, request: Request, task_id: UUID) -> Response:
        """Stop a task before its next hundred photos; what was done stays. One that is over stays as it is."""
        return Response(self.get_serializer(_there(sliced.cancel(self.studio, self.get_object().pk))).data)

    @extend_schema(request=None, responses={202: AcceptedSerializer})
    def retry(self, request: Request, task_id: UUID) -> Response:
        """Let a failed task do what it has left."""
        return accepted(_there(sliced.retry(self.studio, self.get_object().pk)))


def _there(task: Task | None) -> Task:
    if task is None:
        raise Http404
    return task


urlpatterns = [
    path("tasks", TaskViewSet.as_view({"get": "list"}), name="api-tasks"),
    path("tasks/<uuid:task_id>", TaskViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="api-task"),
    path("tasks/<uuid:task_id>/retry", TaskViewSet.as_view({"post": "retry"}), name="api-task-retry"),
]
