"""Places from another camera over the API: what taking them would do, and doing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.journal.api import undo_body
from apps.albums import bulk
from apps.albums.api import InAlbum
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.library.places import borrowed
from apps.web import strict
from apps.web.openapi import extend_schema


class BorrowRequest(strict.Serializer[Any]):
    """camera: its model as in the files; "" for every camera.  minutes: the greatest distance in time.

    apply: do it; else only look.
    """

    camera = serializers.CharField(max_length=120, allow_blank=True, default="")
    minutes = serializers.IntegerField(min_value=0, max_value=borrowed.MOST_MINUTES, default=borrowed.MINUTES)
    apply = serializers.BooleanField(default=False)


class LenderSerializer(strict.Serializer[Any]):
    """camera: its model.  count: photos that get their place from it."""

    camera = serializers.CharField(source="model")
    count = serializers.IntegerField()


class BorrowSerializer(strict.Serializer[Any]):
    """count: photos that get a place.  largest_gap: seconds.  left: photos that still have no place.

    undo: null unless it was applied.
    """

    count = serializers.IntegerField(source="photos")
    cameras = LenderSerializer(source="lenders", many=True)
    largest_gap = serializers.IntegerField(source="largest")
    left = serializers.IntegerField()
    undo = serializers.UUIDField(allow_null=True)


@extend_schema(tags=["albums"])
class BorrowedPlaces(InAlbum):
    """Places of an album's photos that have none."""

    scope = "albums"
    album_scoped = ("post",)

    @extend_schema(request=BorrowRequest, responses={200: BorrowSerializer, 202: AcceptedSerializer})
    def post(self, request: Request, album_id: UUID) -> Response:
        """Photos without a place take that of the photo nearest in time. More than 200 of them are a task (202)."""
        album, by = self.album, self.entered.user
        asked = BorrowRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        camera, minutes = asked.validated_data["camera"], asked.validated_data["minutes"]
        found, entry = borrowed.preview(album, camera, minutes), None
        if asked.validated_data["apply"] and found.photos:
            photos = borrowed.wanting(album, camera, minutes)
            if len(photos) > bulk.AT_ONCE:
                return accepted(borrowed.begin(album, photos, camera, minutes, by=by))
            entry = borrowed.take(album, photos, camera, minutes, by=by)
        shape = {"photos": found.photos, "lenders": found.lenders, "largest": found.largest, "left": found.left}
        return Response(BorrowSerializer({**shape, **undo_body(entry)}).data)


urlpatterns = [path("albums/<uuid:album_id>/places", BorrowedPlaces.as_view(), name="api-album-places")]
