"""The keyword library over the API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.accounts.long_tasks import Task
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.library.keywords import acts, listing
from apps.web import strict
from apps.web.api import Keyset
from apps.web.openapi import extend_schema


class KeywordSerializer(strict.Serializer[Any]):
    """name: with all that is above it, as "Animals|Dog".  photos: that have it or one below it."""

    name = serializers.CharField()
    photos = serializers.IntegerField()
    synonyms = serializers.ListField(child=serializers.CharField())


class KeywordActRequest(strict.Serializer[Any]):
    """keywords: the chosen ones; one for `rename` and `synonyms`, none for `add`.

    new: the name for `add` and `rename`; into which for `merge`.  synonyms: in place of those it has.
    """

    do = serializers.ChoiceField(choices=acts.ACTS)
    keywords = serializers.ListField(child=serializers.CharField(max_length=80), max_length=acts.MOST, required=False)
    new = serializers.CharField(max_length=200, required=False)
    synonyms = serializers.ListField(child=serializers.CharField(max_length=80), max_length=100, required=False)


class KeywordLibrary(StudioView):
    """The studio's keywords in the order of their tree."""

    scope = "albums"
    pagination_class = Keyset

    @extend_schema(
        tags=["finding"],
        operation_id="tags_library_list",
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="letters that the keyword has"),
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses=KeywordSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """A page of keywords with how many photos have each."""
        pages = Keyset()
        query = request.query_params.get("q", "").replace("\x00", "").strip()[:80]
        rows = pages.read(request, listing.reader(self.studio, query))
        return pages.get_paginated_response(KeywordSerializer(rows, many=True).data)

    @extend_schema(
        tags=["finding"], request=KeywordActRequest, responses={200: UndoSerializer, 202: AcceptedSerializer}
    )
    def post(self, request: Request) -> Response:
        """Add, rename, merge, delete keywords or give one synonyms. On more than 200 photos it is a task (202)."""
        asked = KeywordActRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        values = {"keywords": (), **asked.validated_data}
        done = acts.perform(self.studio, values.pop("do"), by=self.entered.user, **values)
        return accepted(done) if isinstance(done, Task) else Response(undo_body(done))


urlpatterns = [path("tags/library", KeywordLibrary.as_view(), name="api-tags-library")]
