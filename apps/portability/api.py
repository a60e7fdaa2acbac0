"""A studio leaves: everything of it prepared to be taken along, and its deletion, over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import Door
from apps.accounts.api import StudioView
from apps.accounts.long_tasks import Task
from apps.accounts.models import Role
from apps.albums import batch_api
from apps.albums.api import album_or_404
from apps.jobs.serializers import AcceptedSerializer
from apps.portability import deletion, exports, photo_exports, responses
from apps.portability.forms import SHORTEST
from apps.portability.models import ExportOf, ExportPart, StudioExport
from apps.web import strict
from apps.web.api import AnyAccept
from apps.web.openapi import extend_schema


class ExportRequest(strict.Serializer[Any]):
    """what: all of the studio, which is for owners; a gallery, named by `album`; or photos, by their ids.

    passphrase: with it addresses and PINs of the studio's links come along, encrypted by it.
    """

    what = serializers.ChoiceField(choices=["studio", "album", "photos"])
    album = serializers.UUIDField(required=False)
    photos = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=Task.MOST, required=False
    )
    passphrase = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        min_length=SHORTEST,
        max_length=200,
        trim_whitespace=False,
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        what = asked["what"]
        if what != "studio" and what not in asked:
            raise ValidationError({what: ["This is needed here."]})
        return asked


class BegunExport(AcceptedSerializer):
    """export: the id under which its archives are fetched; null for everything, which leaves in Settings alone."""

    export = serializers.UUIDField(allow_null=True)


class ExportPartSerializer(strict.Serializer[ExportPart]):
    """One ZIP. size in bytes.  url: where the credential of this request fetches it, also by ranges."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField(source="length")
    url = serializers.SerializerMethodField()

    def get_url(self, part: ExportPart) -> str:
        address = reverse("api-export-part", args=[part.export_id, part.number])
        url: str = self.context["request"].build_absolute_uri(address)
        return url


class PhotoExportSerializer(strict.Serializer[StudioExport]):
    """An export of photos. parts: empty until it is ready.  expires_at: when it is forgotten."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    files = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    parts = ExportPartSerializer(many=True)


class BeginExport(StudioView):
    """What leaves as ZIP archives."""

    scope = "albums"

    @extend_schema(tags=["studio"], request=ExportRequest, responses={202: BegunExport})
    def post(self, request: Request) -> Response:
        """Have it prepared, as a task. `studio` needs an owner and the scope `admin`; 409 `export_running`."""
        body = ExportRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        if asked["what"] == "studio":
            self.entered.admit(Door(Role.OWNER))
            self.credential.require("admin")
            export = exports.begin(self.studio, self.entered.user, passphrase=asked["passphrase"])
            assert export.task_id is not None, "it was begun"
            return _begun(None, Task.objects.for_studio(self.studio).get(pk=export.task_id))
        if asked["what"] == "album":
            return _begun(*photo_exports.begin_album(self.entered, album_or_404(self, asked["album"])))
        return _begun(*photo_exports.begin_photos(self.entered, asked["photos"]))


def _begun(export: StudioExport | None, task: Task) -> Response:
    shape = {"task": task, "export": export.pk if export else None}
    return Response(BegunExport(shape).data, status=202)


class ExportView(StudioView):
    """Exports of photos; those of everything are fetched in Settings, by who gives the password."""

    read_role = Role.EDITOR

    def export(self, export_id: UUID) -> StudioExport:
        """Raises Http404."""
        rows = StudioExport.objects.for_studio(self.studio).filter(what=ExportOf.PHOTOS).defer("draft")
        found: StudioExport = get_object_or_404(rows, pk=export_id)
        return found


class PhotoExport(ExportView):
    """One export of photos."""

    @extend_schema(tags=["studio"], responses=PhotoExportSerializer)
    def get(self, request: Request, export_id: UUID) -> Response:
        """Whether it is ready, and where its archives are."""
        return Response(PhotoExportSerializer(self.export(export_id), context={"request": request}).data)


class PhotoExportPart(ExportView):
    """The bytes of an archive."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        tags=["studio"],
        operation_id="export_archive_retrieve",
        responses={(status, "application/zip"): OpenApiTypes.BINARY for status in (200, 206)}
        | {416: OpenApiResponse(description="The range is outside")},
    )
    def get(self, request: Request, export_id: UUID, number: int) -> HttpResponse:
        """One archive, whole or the range that is asked for."""
        export = self.export(export_id)
        if not export.is_ready:
            raise Http404
        return responses.archive(request, get_object_or_404(export.parts.all(), number=number))


class ExportingBatchRequest(batch_api.BatchRequest):
    do = serializers.ChoiceField(choices=[*batch_api.NEEDED, "export"])


class BatchOrExport(batch_api.Batch):
    """Many photos at once."""

    @extend_schema(
        tags=["photos"],
        request=ExportingBatchRequest,
        responses={200: batch_api.BatchResult, 202: AcceptedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Do one thing to many photos. More than 200 of them go on as a task, which is answered with 202.

        `export` is always a task (see `POST /api/export`); restricted members have none.
        """
        asked = ExportingBatchRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        if asked.validated_data["do"] != "export":
            return super().post(request)
        if self.entered.is_restricted:
            raise ValidationError({"do": ["Exports are for members of the whole studio."]})
        return _begun(*photo_exports.begin_photos(self.entered, asked.validated_data["photos"]))


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
    path("photos/batch", BatchOrExport.as_view(), name="api-photos-batch"),
    path("export", BeginExport.as_view(), name="api-export"),
    path("export/<uuid:export_id>", PhotoExport.as_view(), name="api-photo-export"),
    path("export/<uuid:export_id>/<int:number>", PhotoExportPart.as_view(), name="api-export-part"),
    path("studio/delete", DeleteStudio.as_view(), name="api-studio-delete"),
]
