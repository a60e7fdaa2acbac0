"""The clock of one camera over the API: what a shift would do, and the shift."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.journal.api import undo_body
from apps.albums import clock
from apps.albums.api import InAlbum
from apps.web import strict
from apps.web.openapi import extend_schema


class ClockRequest(strict.Serializer[Any]):
    """camera: its model as in the files.  seconds: forward, or back if negative.  apply: do it; else only look."""

    camera = serializers.CharField(max_length=120)
    seconds = serializers.IntegerField(min_value=-clock.MOST_SECONDS, max_value=clock.MOST_SECONDS)
    apply = serializers.BooleanField(default=False)


class ClockSerializer(strict.Serializer[Any]):
    """count: photos that move.  before, after: the moment of the first.  undo: null unless it was applied."""

    count = serializers.IntegerField()
    before = serializers.DateTimeField()
    after = serializers.DateTimeField()
    undo = serializers.UUIDField(allow_null=True)


@extend_schema(tags=["albums"])
class AlbumClock(InAlbum):
    """The moments of one camera's photos in an album."""

    scope = "albums"
    album_scoped = ("post",)

    @extend_schema(request=ClockRequest, responses=ClockSerializer)
    def post(self, request: Request, album_id: UUID) -> Response:
        """Move the capture times of a camera's photos, in the record and never in the files."""
        album = self.album
        asked = ClockRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        camera, seconds = asked.validated_data["camera"], asked.validated_data["seconds"]
        found = clock.preview(album, camera, seconds)
        entry = clock.shift(album, camera, seconds, by=self.entered.user) if asked.validated_data["apply"] else None
        shape = {"count": found.count, "before": found.before, "after": found.after}
        return Response(ClockSerializer({**shape, **undo_body(entry)}).data)


urlpatterns = [path("albums/<uuid:album_id>/clock", AlbumClock.as_view(), name="api-album-clock")]
