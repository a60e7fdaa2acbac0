"""Search by meaning over the API: the server and the consent, and photos close to some words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.models import Role
from apps.albums.serializers import PhotoSerializer, photo_shapes
from apps.library.questions import language
from apps.tagging.meaning import agreement, find
from apps.tagging.meaning_models import MeaningWait, PhotoMeaning
from apps.tagging.server_models import ProviderKind
from apps.web import strict
from apps.web.openapi import extend_schema

TAG: Final = "tagging"


class MeaningServerSerializer(strict.Serializer[Any]):
    """The server that is asked. key: to write only; left out or null keeps the one there is, "" removes it.

    price_in: hundredths of your currency for a million tokens.
    """

    kind = serializers.ChoiceField(choices=ProviderKind.choices)
    url = serializers.CharField(max_length=300)
    model = serializers.CharField(max_length=100)
    price_in = serializers.IntegerField(min_value=0, max_value=10_000_000, default=0)
    key = serializers.CharField(
        max_length=500, required=False, allow_null=True, allow_blank=True, write_only=True, trim_whitespace=True
    )
    has_key = serializers.BooleanField(read_only=True)
    rests_until = serializers.DateTimeField(read_only=True, allow_null=True)


class MeaningConfigRequest(strict.Serializer[Any]):
    """What is left out stays. i_may_send_texts: has to be true to switch on; it agrees to `consent_text`."""

    enabled = serializers.BooleanField(required=False)
    i_may_send_texts = serializers.BooleanField(required=False, default=False, write_only=True)
    server = MeaningServerSerializer(required=False)


class MeaningConfigSerializer(strict.Serializer[Any]):
    """enabled: texts may be sent to the server.  photos: that can be found.

    waiting: photos whose texts are still to be sent.
    """

    enabled = serializers.BooleanField()
    server = MeaningServerSerializer(allow_null=True)
    consent_text = serializers.ListField(child=serializers.CharField())
    consent_by = serializers.CharField(allow_null=True)
    consent_at = serializers.DateTimeField(allow_null=True)
    consent_to = serializers.CharField(allow_blank=True)
    photos = serializers.IntegerField()
    waiting = serializers.IntegerField()


class MeaningConfig(StudioView):
    """The server for search by meaning; for owners."""

    read_role = write_role = Role.OWNER
    scope = "admin"
    action_scopes = {"get": "admin"}

    @extend_schema(tags=[TAG], operation_id="ai_meaning_retrieve", responses=MeaningConfigSerializer)
    def get(self, request: Request) -> Response:
        """The server, who agreed to it, and how many photos can be found. The key is never told."""
        return self._told()

    @extend_schema(
        tags=[TAG],
        operation_id="ai_meaning_update",
        request=MeaningConfigRequest,
        responses=MeaningConfigSerializer,
    )
    def put(self, request: Request) -> Response:
        """Change what is given. Switching on needs `i_may_send_texts`; another address switches off until then."""
        asked = MeaningConfigRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        values, by = asked.validated_data, self.entered.user
        if "server" in values:
            agreement.change(self.studio, by=by, **{"key": None, **values["server"]})
        if values.get("enabled"):
            agreement.switch_on(self.studio, by=by, agreed=values["i_may_send_texts"])
        elif values.get("enabled") is False:
            agreement.switch_off(self.studio, by=by)
        return self._told()

    def _told(self) -> Response:
        server = agreement.server_of(self.studio)
        known = PhotoMeaning.objects.for_studio(self.studio).filter(model=server.model) if server else None
        names = ("kind", "url", "model", "price_in", "rests_until")
        body = {
            "enabled": agreement.may_send(server),
            "server": {name: getattr(server, name) for name in names} | {"has_key": bool(server.sealed_key)}
            if server
            else None,
            "consent_text": agreement.text_for(server),
            "consent_by": str(server.consent_by) if server and server.consent_by else None,
            "consent_at": server.consent_at if server else None,
            "consent_to": server.consent_to if server else "",
            "photos": known.count() if known is not None else 0,
            "waiting": MeaningWait.objects.for_studio(self.studio).count(),
        }
        return Response(MeaningConfigSerializer(body).data)


class CloseSerializer(strict.Serializer[Any]):
    """words: what was sent to the server.  results: photos that do not contain these words, the closest first."""

    words = serializers.CharField(allow_blank=True)
    results = PhotoSerializer(many=True)


class CloseInMeaning(StudioView):
    """Photos close in meaning to some words."""

    album_scoped: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(
        tags=["finding"],
        operation_id="photos_meaning_retrieve",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, required=True, description="As of the search box")],
        responses=CloseSerializer,
    )
    def get(self, request: Request) -> Response:
        """At most 48 photos; filters of `q` hold. 409 `meaning_off` without consent, 503 `ai_away` after 2 seconds."""
        today = timezone.now().astimezone(self.studio.zone).date()
        text = request.query_params.get("q", "").replace("\x00", "").strip()[: language.LONGEST]
        found = find.by_meaning(self.entered, language.read(text, today=today), today=today)
        shapes = photo_shapes(request, self.entered, [tile.row.photo_id for tile in found.close])
        return Response({"words": found.words, "results": shapes})


urlpatterns = [
    path("ai/meaning", MeaningConfig.as_view(), name="api-ai-meaning"),
    path("photos/meaning", CloseInMeaning.as_view(), name="api-photos-meaning"),
]
