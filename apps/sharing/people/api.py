"""Guests who asked to be hidden, over the API."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.sharing.models import HideAnswer, HideRequest
from apps.sharing.people import hiding
from apps.web import strict
from apps.web.openapi import extend_schema


class HideRequestSerializer(strict.Serializer[Any]):
    """Somebody asks not to be shown. photos: those in which they may be."""

    id = serializers.UUIDField()
    album = serializers.UUIDField(source="shown_id")
    name = serializers.CharField()
    photos = serializers.ListField(child=serializers.UUIDField())
    created_at = serializers.DateTimeField()


class HideRequestsSerializer(strict.Serializer[Any]):
    """The requests that wait, the oldest first."""

    results = HideRequestSerializer(many=True)


class HideAnswerSerializer(strict.Serializer[Any]):
    """hide: hides the photos from every client, which can be undone.  decline: changes nothing."""

    request = serializers.UUIDField()
    answer = serializers.ChoiceField(choices=HideAnswer.choices)


@extend_schema(tags=["people"])
class HideRequestsView(StudioView):
    """Guests who asked to be hidden."""

    scope = "people"

    @extend_schema(responses=HideRequestsSerializer, operation_id="people_hide_requests_list")
    def get(self, request: Request) -> Response:
        """Those that nobody has answered yet, at most 50."""
        rows = hiding.waiting(self.studio)[: hiding.MOST_LISTED]
        return Response({"results": HideRequestSerializer(rows, many=True).data})

    @extend_schema(request=HideAnswerSerializer, responses=UndoSerializer)
    def post(self, request: Request) -> Response:
        """Answer one of them."""
        asked = HideAnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        try:
            entry = hiding.answer(self.studio, given["request"], HideAnswer(given["answer"]), by=self.entered.user)
        except HideRequest.DoesNotExist:
            raise Http404 from None
        return Response(undo_body(entry))


urlpatterns = [path("people/hide-requests", HideRequestsView.as_view(), name="api-hide-requests")]
