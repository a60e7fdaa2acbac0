"""The delivery board over the API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.albums.models import Album, AlbumState
from apps.sharing.board import rows
from apps.web import strict
from apps.web.api import Keyset
from apps.web.openapi import extend_schema, extend_schema_view


class BoardRowSerializer(strict.Serializer[Any]):
    """One job: a gallery that is not archived. Each moment is null as long as it has not come.

    promised_on: changed by PATCH of the album.  is_late: it has passed, and nothing can be looked at.
    uploaded_at: when the last photo came in.  ready, failed: of the photos.  opened_at: the first visit.
    selected_at: when a list was sent last.  downloaded_at: the last download.  nudged_at: the last friendly reminder.
    expires_on: the last day of the link that closes last; null where one has no end or none is open.
    """

    album = serializers.UUIDField(source="album.id")
    title = serializers.CharField(source="album.title")
    state = serializers.ChoiceField(choices=AlbumState.choices, source="album.state")
    promised_on = serializers.DateField(source="album.promised_on", allow_null=True)
    is_late = serializers.BooleanField()
    photos = serializers.IntegerField()
    ready = serializers.IntegerField()
    failed = serializers.IntegerField()
    uploaded_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    visits = serializers.IntegerField()
    selected_at = serializers.DateTimeField(allow_null=True)
    selections = serializers.IntegerField()
    downloaded_at = serializers.DateTimeField(allow_null=True)
    downloads = serializers.IntegerField()
    expires_on = serializers.DateField(allow_null=True)
    nudged_at = serializers.DateTimeField(allow_null=True)


@extend_schema(tags=["clients"])
@extend_schema_view(list=extend_schema(responses=BoardRowSerializer(many=True)))
class BoardViewSet(StudioViewSet[Album]):
    """The delivery board: what is promised first."""

    model = Album
    serializer_class = BoardRowSerializer
    album_scoped = ("list",)

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of jobs."""
        paginator = self.paginator
        assert isinstance(paginator, Keyset)
        albums = paginator.read(request, rows.reader(self.entered))
        told = rows.rows_of(self.studio, albums, now=timezone.now())
        return paginator.get_paginated_response(BoardRowSerializer(told, many=True).data)


urlpatterns = [path("board", BoardViewSet.as_view({"get": "list"}), name="api-board")]
