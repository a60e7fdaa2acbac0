"""What guests did, over the API: the same log as the page, with the same sentences left to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.albums.models import Album
from apps.sharing.activity import history
from apps.sharing.models import Activity, ActivityKind
from apps.web import strict
from apps.web.openapi import extend_schema


class ActivityQuery(serializers.Serializer[Any]):
    """What may be asked of the log."""

    album = serializers.UUIDField(required=False)
    visitor = serializers.UUIDField(required=False)
    photo = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=ActivityKind.choices, required=False)
    since = serializers.DateTimeField(required=False)


class ActivityVisitorSerializer(strict.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ActivitySerializer(strict.Serializer[Activity]):
    """One act of a guest. album: the gallery or collection that was shown.  visitor: null for who gave no name.

    detail: facts of the act, such as the size of a download.
    """

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=ActivityKind.choices)
    album = serializers.UUIDField(source="shown_id")
    link = serializers.UUIDField(source="link_id", allow_null=True)
    visitor = ActivityVisitorSerializer(allow_null=True)
    photo = serializers.UUIDField(source="photo_id", allow_null=True)
    device = serializers.CharField(allow_blank=True)
    detail = serializers.DictField()


@extend_schema(tags=["activity"])
class ActivityViewSet(StudioViewSet[Activity]):
    """What guests did, newest first."""

    model = Activity
    serializer_class = ActivitySerializer
    ordering = history.ORDER
    album_scoped: ClassVar[Sequence[str]] = ("list",)

    @extend_schema(
        parameters=[
            OpenApiParameter("album", OpenApiTypes.UUID, description="Only in this gallery or collection"),
            OpenApiParameter("visitor", OpenApiTypes.UUID, description="Only by this guest"),
            OpenApiParameter("photo", OpenApiTypes.UUID, description="Only with this photo"),
            OpenApiParameter("kind", OpenApiTypes.STR, enum=ActivityKind.values),
            OpenApiParameter("since", OpenApiTypes.DATETIME, description="Only what is not older"),
        ],
        responses=ActivitySerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of the log."""
        asked = ActivityQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        wanted = history.Filter(kind=said.get("kind", ""), visitor_id=said.get("visitor"), photo_id=said.get("photo"))
        album = Album(pk=said["album"], studio=self.studio) if "album" in said else None
        rows = history.rows_of(self.entered, album, wanted)
        if "since" in said:
            rows = rows.filter(at__gte=said["since"])
        return self.paginated(rows.select_related("visitor"))


urlpatterns = [path("activity", ActivityViewSet.as_view({"get": "list"}), name="api-activity")]
