"""Tasks as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.long_tasks import Task, TaskState
from apps.web import strict


class TaskResultSerializer(strict.Serializer[Any]):
    """How a task ended. message: in a sentence.

    changed: photos that it made a difference to.  failed: those that could not be dealt with.  left: those not reached.
    """

    message = serializers.CharField()
    changed = serializers.IntegerField()
    failed = serializers.IntegerField()
    left = serializers.IntegerField()


class TaskSerializer(strict.Serializer[Task]):
    """A long act. kind: as "photos.move".  title: what it does, in words.  total, done: photos, or what the title says.

    result: null while it is waiting or running.  undo: id in the journal, or null if there is no way back (yet).
    """

    id = serializers.UUIDField(read_only=True)
    kind = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=TaskState.choices, read_only=True)
    done = serializers.IntegerField(read_only=True)
    total = serializers.IntegerField(read_only=True)
    result = TaskResultSerializer(allow_null=True, read_only=True)
    undo = serializers.UUIDField(allow_null=True, read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    ended_at = serializers.DateTimeField(allow_null=True, read_only=True)


class AcceptedSerializer(strict.Serializer[Any]):
    """What takes longer than a second goes on as a task."""

    task = TaskSerializer()


def accepted(task: Task) -> Response:
    """The answer to an act that goes on as a task."""
    return Response(AcceptedSerializer({"task": task}).data, status=202)
