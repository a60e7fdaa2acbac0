"""Receipts over the API: what was sent in one go, and what became of each file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.models import Role
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.api import album_or_404
from apps.uploads import receipts
from apps.uploads.models import ReceivedFile, ReceivedState
from apps.web import strict
from apps.web.openapi import extend_schema


class ReceiptSerializer(strict.Serializer[Any]):
    """What was sent into a gallery in one go. kept: stored, already there, or put in another file's place.

    duplicates: of these the ones that were there.  skipped: not sent at all.  refused: sent, and not kept.
    sidecars: XMP beside photos, in none of the other numbers.
    """

    id = serializers.UUIDField()
    album = serializers.UUIDField(source="album_id")
    by = serializers.CharField(source="who")
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    total = serializers.IntegerField()
    kept = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    skipped = serializers.IntegerField()
    refused = serializers.IntegerField()
    sidecars = serializers.IntegerField()


class ReceivedFileSerializer(strict.Serializer[ReceivedFile]):
    """One file. size in bytes.  sha256: null unless it was kept.  reason: why it was not.  photo: what it became."""

    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=ReceivedState.choices)
    reason = serializers.SerializerMethodField()
    photo = serializers.UUIDField(source="photo_id", allow_null=True)
    at = serializers.DateTimeField()

    def get_sha256(self, file: ReceivedFile) -> str | None:
        return file.sha256 or None

    def get_reason(self, file: ReceivedFile) -> str | None:
        return file.reason or None


class ReceiptDetailSerializer(ReceiptSerializer):
    """A receipt with a page of its files, in the order in which they were answered. next: the page that follows."""

    files = ReceivedFileSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


@extend_schema(tags=["uploads"])
class ReceiptViewSet(StudioViewSet[ReceivedFile]):
    """Receipts of members' uploads, the newest first; a contributor's own."""

    model = ReceivedFile
    read_role = Role.EDITOR
    ordering = ("-id",)
    album_scoped = contributors = ("list",)

    def get_queryset(self) -> StudioQuerySet[ReceivedFile]:
        return receipts.first_files(self.entered)

    @extend_schema(
        parameters=[OpenApiParameter("album", OpenApiTypes.UUID, description="Only what was sent into this gallery")],
        responses=ReceiptSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of receipts, without their files."""
        rows = self.get_queryset()
        if "album" in request.query_params:
            asked = serializers.UUIDField().run_validation(request.query_params["album"])
            rows = rows.filter(album_id=album_or_404(self, asked).pk)
        firsts = self.paginate_queryset(rows) or []
        shown = receipts.of_first_files(self.entered, firsts)
        return self.get_paginated_response(ReceiptSerializer(shown, many=True).data)


@extend_schema(tags=["uploads"])
class ReceiptFilesViewSet(StudioViewSet[ReceivedFile]):
    """The files of one receipt, in the order in which they were answered."""

    model = ReceivedFile
    read_role = Role.EDITOR
    album_scoped = contributors = ("retrieve",)

    @extend_schema(responses=ReceiptDetailSerializer)
    def retrieve(self, request: Request, receipt_id: UUID) -> Response:
        """One receipt with its files, a page at a time."""
        first = receipts.first_files(self.entered).filter(receipt=receipt_id)[:1]
        found = receipts.of_first_files(self.entered, first)
        if not found:
            raise Http404
        rows = receipts.all_files(self.entered).filter(receipt=receipt_id, album_id=found[0].album_id)
        files = self.get_paginated_response(self.paginate_queryset(rows)).data
        shape = ReceiptSerializer(found[0]).data
        listed = ReceivedFileSerializer(files["results"], many=True).data
        return Response({**shape, "files": listed, "next": files["next"], "previous": files["previous"]})


urlpatterns = [
    path("uploads/receipts", ReceiptViewSet.as_view({"get": "list"}), name="api-receipts"),
    path("uploads/receipts/<uuid:receipt_id>", ReceiptFilesViewSet.as_view({"get": "retrieve"}), name="api-receipt"),
]
