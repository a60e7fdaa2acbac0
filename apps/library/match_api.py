"""What a program that publishes asks when it no longer knows the ids of its photos."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from django.urls import path
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.library.recognise import Match, RememberedFile, recognise
from apps.media.facts import YEARS
from apps.web import strict
from apps.web.openapi import extend_schema
from apps.web.parsing import Json

MOST_FILES: Final = 500


@extend_schema_field({"type": "string", "description": "ISO 8601, with or without an offset"})
class CaptureTime(serializers.Field[datetime, Any, str, Any]):
    """A date and time, to the second. Without an offset it is what the camera's clock showed."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "Enter a date and a time, as in 2026-05-30T14:00:00."
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.year not in YEARS:
            self.fail("invalid")
        return moment

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


class RememberedSerializer(strict.Serializer[Any]):
    """One file. sha256: of its bytes.  camera_stem: its first name without the ending.  captured_at: its time."""

    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$", required=False)
    camera_stem = serializers.CharField(max_length=255, required=False, allow_blank=True)
    captured_at = CaptureTime(required=False, allow_null=True)


class MatchSerializer(strict.Serializer[Any]):
    """One file's answer. photo: null if there is none, or several that it may be.  by: what told it.  photos: all."""

    photo = serializers.UUIDField(allow_null=True)
    by = serializers.ChoiceField(choices=["sha256", "name_and_time"], allow_blank=True)
    photos = serializers.ListField(child=serializers.UUIDField())


class MatchesSerializer(strict.Serializer[Any]):
    """One answer per file, in the order in which they were asked for."""

    results = MatchSerializer(many=True)


@extend_schema(tags=["finding"])
class PhotoMatch(StudioView):
    """`POST /api/photos/match`."""

    scope = "read"
    write_role = StudioView.read_role
    album_scoped = contributors = ("post",)
    parser_classes = [Json]

    @extend_schema(request=RememberedSerializer(many=True), responses={200: MatchesSerializer})
    def post(self, request: Request) -> Response:
        """Which photos these files are: by their hash, else by name and time. At most 500; nothing is changed."""
        asked: Any = serializers.ListSerializer(child=RememberedSerializer(), data=request.data, max_length=MOST_FILES)
        asked.is_valid(raise_exception=True)
        files = [
            RememberedFile(one.get("sha256", "").lower(), one.get("camera_stem", ""), one.get("captured_at"))
            for one in asked.validated_data
        ]
        return Response({"results": [_shape(match) for match in recognise(self.entered, files)]})


def _shape(match: Match) -> dict[str, Any]:
    photos = [str(photo_id) for photo_id in match.photos]
    return {"photo": photos[0] if len(photos) == 1 else None, "by": match.by, "photos": photos}


urlpatterns = [path("photos/match", PhotoMatch.as_view(), name="api-photos-match")]
