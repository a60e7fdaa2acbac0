"""Duplicates over the API: groups that were found, looking for more, and decisions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.api import album_or_404
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.library.duplicate_models import DuplicateGroup, DuplicateKind
from apps.library.duplicates import keep, review, scan
from apps.web import strict
from apps.web.openapi import extend_schema


class DuplicateSerializer(strict.Serializer[Any]):
    """A photo of a group. sharpness: to compare with the others of the group, null if it was not measured."""

    id = serializers.UUIDField()
    camera_name = serializers.CharField(source="name")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    size = serializers.IntegerField()
    sharpness = serializers.FloatField(allow_null=True)
    galleries = serializers.ListField(child=serializers.CharField())
    hearts = serializers.IntegerField()
    comments = serializers.IntegerField()


class DuplicateGroupSerializer(strict.Serializer[Any]):
    """Photos that look like one. kind: the same pixels, or alike.  score: how alike, 0..1.

    photos: the largest first.
    """

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=DuplicateKind.choices)
    score = serializers.FloatField()
    photos = DuplicateSerializer(many=True)


class ScanRequest(strict.Serializer[Any]):
    """album: only what its photos are like; the whole library if left out."""

    album = serializers.UUIDField(required=False)


class Decision(strict.Serializer[Any]):
    """keep: the photos that stay, the first of which gets what was said of the others; needed to trash these."""

    keep = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=DuplicateGroup.MOST)
    how = serializers.ChoiceField(choices=["trash", "stack", "not_duplicates"])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["how"] == "trash" and not attrs.get("keep"):
            raise ValidationError({"keep": ["Name the photos that stay."]})
        return attrs


class DuplicateViewSet(StudioViewSet[DuplicateGroup]):
    """Groups of duplicates, the most alike first."""

    model = DuplicateGroup
    serializer_class = DuplicateGroupSerializer
    ordering = ("-score", "id")
    scope = "albums"
    lookup_url_kwarg = "group_id"

    def get_queryset(self) -> StudioQuerySet[DuplicateGroup]:
        kind = self.request.query_params.get("kind", "")
        return review.groups_of(self.entered, kind if kind in DuplicateKind.values else "")

    @extend_schema(
        tags=["photos"],
        parameters=[OpenApiParameter("kind", OpenApiTypes.STR, enum=DuplicateKind.values)],
        responses=DuplicateGroupSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of groups to review."""
        page = self.paginate_queryset(self.get_queryset())
        shown = review.reviewed(self.entered, page or [])
        return self.get_paginated_response(DuplicateGroupSerializer(shown, many=True).data)

    @extend_schema(tags=["photos"], request=Decision, responses=UndoSerializer)
    def resolve(self, request: Request, group_id: UUID) -> Response:
        """Keep some photos and move the others to the trash, stack them, or never offer them as duplicates again."""
        group: DuplicateGroup = get_object_or_404(DuplicateGroup.objects.for_studio(self.studio), pk=group_id)
        group.studio = self.studio
        asked = Decision(data=request.data)
        asked.is_valid(raise_exception=True)
        kept, how, by = asked.validated_data.get("keep") or [], asked.validated_data["how"], self.entered.user
        if how == "trash":
            entry = keep.keep(group, kept, by=by)
        elif how == "stack":
            entry = keep.put_in_stack(group, by=by, top=kept[0] if kept else None)
        else:
            entry = keep.call_different(group, by=by)
        return Response(undo_body(entry))


class ScanDuplicates(StudioView):
    """Looking for duplicates."""

    scope = "albums"

    @extend_schema(tags=["photos"], request=ScanRequest, responses={202: AcceptedSerializer})
    def post(self, request: Request) -> Response:
        """Look for duplicates of a gallery's photos, or of all, as a task."""
        asked = ScanRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        album = album_or_404(self, asked.validated_data["album"]) if "album" in asked.validated_data else None
        return accepted(scan.begin(self.studio, by=self.entered.user, album=album))


urlpatterns = [
    path("duplicates", DuplicateViewSet.as_view({"get": "list"}), name="api-duplicates"),
    path("duplicates/scan", ScanDuplicates.as_view(), name="api-duplicates-scan"),
    path("duplicates/<uuid:group_id>/resolve", DuplicateViewSet.as_view({"post": "resolve"}), name="api-duplicate"),
]
