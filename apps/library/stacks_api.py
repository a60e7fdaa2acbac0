"""Finding bursts on demand over the API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.albums.api import album_or_404
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.library.stacks import analyze
from apps.web import strict
from apps.web.openapi import extend_schema


class BurstsRequest(strict.Serializer[Any]):
    """album: only its photos; the whole library if left out."""

    album = serializers.UUIDField(required=False)


class AnalyzeBursts(StudioView):
    """Bursts are found by themselves as photos come; this is for clocks set right since, and for photos of before."""

    scope = "albums"

    @extend_schema(tags=["photos"], request=BurstsRequest, responses={202: AcceptedSerializer})
    def post(self, request: Request) -> Response:
        """Find bursts. What people decided about stacks stays."""
        asked = BurstsRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        album = album_or_404(self, asked.validated_data["album"]) if "album" in asked.validated_data else None
        return accepted(analyze.begin(self.studio, by=self.entered.user, album=album))


urlpatterns = [path("bursts/analyze", AnalyzeBursts.as_view(), name="api-bursts-analyze")]
