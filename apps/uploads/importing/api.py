"""Imports over the API: what may be imported, begin one, read its report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.long_tasks import Task
from apps.accounts.models import Role
from apps.jobs.serializers import AcceptedSerializer, TaskSerializer, accepted
from apps.uploads.importing import runs, sources
from apps.uploads.models import ImportEntry, ImportRun, ImportSource
from apps.web import strict
from apps.web.openapi import extend_schema

_TITLE, _NAME, _KEY = 120, 255, 500
_OUTCOMES = ["stored", "duplicate", "replaced", "rejected", "new", "known"]


class _From(strict.Serializer[Any]):
    """A body with a field `from`, which is no name in Python."""

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.ChoiceField(choices=ImportSource.choices), **super().get_fields()}


class ImportRequest(_From):
    """source: the name of a folder or an archive of `GET /api/import`.  url, key: instead of it, another system.

    album: title of one gallery for all of it.  records: name of a file of records that lies beside a folder.
    dry_run: read everything, keep nothing, say what would happen.
    """

    source = serializers.CharField(  # type: ignore[assignment]  # the stubs know it as where a field's value is from
        max_length=_NAME, required=False, trim_whitespace=False
    )
    url = serializers.URLField(max_length=_NAME, required=False)
    key = serializers.CharField(max_length=_KEY, required=False, write_only=True)
    album = serializers.CharField(max_length=_TITLE, required=False, default="", allow_blank=True)
    records = serializers.CharField(max_length=_NAME, required=False, default="", allow_blank=True)
    dry_run = serializers.BooleanField(required=False, default=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("source" in asked) == ("url" in asked):
            raise serializers.ValidationError({"source": ["Give a source or a url."]})
        if "url" in asked and "key" not in asked:
            raise serializers.ValidationError({"key": ["A server is asked with a key."]})
        if sources.is_address(asked.get("source", "")):
            raise serializers.ValidationError({"source": ["This is no name."]})
        return asked


class OfferedSerializer(strict.Serializer[Any]):
    """name: what lies there.  can_be: as what it can be imported; empty for a file of records."""

    name = serializers.CharField()
    can_be = serializers.ListField(child=serializers.ChoiceField(choices=ImportSource.choices), source="sources")


class OffersSerializer(strict.Serializer[Any]):
    """sources: what whoever runs this server put there for the studio.  hosts: whose galleries may be fetched."""

    sources = OfferedSerializer(many=True)
    hosts = serializers.ListField(child=serializers.CharField())


class ImportEntrySerializer(strict.Serializer[ImportEntry]):
    """A file. outcome: null until it was looked at.  reason: why it was rejected.  photo: what it became."""

    path = serializers.CharField()
    outcome = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    sha256 = serializers.SerializerMethodField()
    gallery = serializers.CharField()
    section = serializers.CharField()
    photo = serializers.UUIDField(allow_null=True)

    def get_outcome(self, entry: ImportEntry) -> str | None:
        return entry.outcome or None

    def get_reason(self, entry: ImportEntry) -> str | None:
        return entry.reason or None

    def get_sha256(self, entry: ImportEntry) -> str | None:
        return entry.sha256 or None


class ImportReportSerializer(_From):
    """A report with a page of its files, in their order. outcomes: how many files became what."""

    source = serializers.CharField()  # type: ignore[assignment]
    dry_run = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    task = TaskSerializer()
    outcomes = serializers.DictField(child=serializers.IntegerField())
    files = ImportEntrySerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


@extend_schema(tags=["studio"])
class Imports(StudioView):
    """Galleries of other systems, and of folders on the server."""

    read_role = write_role = Role.OWNER
    scope = "admin"

    @extend_schema(responses=OffersSerializer, operation_id="import_sources_retrieve")
    def get(self, request: Request) -> Response:
        """What may be imported."""
        shape = {"sources": sources.offered(self.studio), "hosts": list(settings.IMPORT_HOSTS)}
        return Response(OffersSerializer(shape).data)

    @extend_schema(request=ImportRequest, responses={202: AcceptedSerializer})
    def post(self, request: Request) -> Response:
        """Import it, as a task. 409 `import_running` while it is at work, 422 `unknown_source` if it is not offered."""
        body = ImportRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        place = asked.get("source") or asked["url"].rstrip("/")
        task = runs.begin(
            self.studio, self.entered.user, ImportSource(asked["from"]), place, key=asked.get("key", ""),
            records=asked["records"], title=asked["album"], is_dry=asked["dry_run"],
        )  # fmt: skip
        return accepted(task)


@extend_schema(tags=["studio"])
class ImportReport(StudioViewSet[ImportEntry]):
    """What an import did with each file; kept for 30 days."""

    model = ImportEntry
    read_role = Role.OWNER
    action_scopes = {"retrieve": "admin"}
    ordering = ("number",)

    @extend_schema(
        parameters=[OpenApiParameter("outcome", str, enum=_OUTCOMES, description="Only files that became this")],
        responses=ImportReportSerializer,
    )
    def retrieve(self, request: Request, task_id: UUID) -> Response:
        """The report of the import that this task does or did, a page of files at a time."""
        run: ImportRun = get_object_or_404(ImportRun.objects.for_studio(self.studio), task_id=task_id)
        task: Task = get_object_or_404(Task.objects.for_studio(self.studio), pk=task_id)
        rows: QuerySet[ImportEntry] = run.entries.all()
        if "outcome" in request.query_params:
            asked = serializers.ChoiceField(choices=_OUTCOMES).run_validation(request.query_params["outcome"])
            rows = rows.filter(outcome=asked)
        files = self.get_paginated_response(self.paginate_queryset(rows)).data
        shape = {
            "from": run.source, "source": run.place, "dry_run": run.is_dry, "created_at": run.created_at, "task": task,
            "outcomes": runs.outcomes(run), "files": files["results"],
            "next": files["next"], "previous": files["previous"],
        }  # fmt: skip
        return Response(ImportReportSerializer(shape).data)


urlpatterns = [
    path("import", Imports.as_view(), name="api-import"),
    path("import/<uuid:task_id>", ImportReport.as_view({"get": "retrieve"}), name="api-import-report"),
]
