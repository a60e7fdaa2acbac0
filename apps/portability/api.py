"""A studio leaves: everything of it prepared to be taken along, and its deletion, over the API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.long_tasks import Task
from apps.accounts.models import Role
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.portability import deletion, exports
from apps.portability.forms import SHORTEST
from apps.web import strict


class ExportRequest(strict.Serializer[Any]):
    """what: all of the studio.  passphrase: with it addresses and PINs of links come along, encrypted by it."""

    what = serializers.ChoiceField(choices=["studio"])
    passphrase = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        min_length=SHORTEST,
        max_length=200,
        trim_whitespace=False,
    )


class BeginExport(StudioView):
    """Everything of the studio, as ZIP archives that its owners fetch in Settings."""

    read_role = write_role = Role.OWNER
    scope = "admin"

    @extend_schema(tags=["studio"], request=ExportRequest, responses={202: AcceptedSerializer})
    def post(self, request: Request) -> Response:
        """Have it prepared, as a task. 409 `export_running` while another one is made."""
        asked = ExportRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        export = exports.begin(self.studio, self.entered.user, passphrase=asked.validated_data["passphrase"])
        assert export.task_id is not None, "it was begun"
        return accepted(Task.objects.for_studio(self.studio).get(pk=export.task_id))


class DeleteStudioRequest(strict.Serializer[Any]):
    """name: of the studio, exactly as it is written."""

    name = serializers.CharField(max_length=200)


class ClosingSerializer(strict.Serializer[Any]):
    """gone_on: until then an owner may restore it in Settings; then it is deleted for good."""

    gone_on = serializers.DateTimeField()


class DeleteStudio(StudioView):
    """The studio's end."""

    read_role = write_role = Role.OWNER
    scope = "admin"

    @extend_schema(tags=["studio"], request=DeleteStudioRequest, responses={202: ClosingSerializer})
    def post(self, request: Request) -> Response:
        """Close the studio at once, to be deleted after 30 days. 422 `wrong_name` unless its name is typed."""
        asked = DeleteStudioRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        studio = deletion.close(self.entered, asked.validated_data["name"])
        return Response(ClosingSerializer({"gone_on": deletion.gone_on(studio)}).data, status=202)


urlpatterns = [
    path("export", BeginExport.as_view(), name="api-export"),
    path("studio/delete", DeleteStudio.as_view(), name="api-studio-delete"),
]
