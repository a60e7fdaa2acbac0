"""The studio's clients over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.sharing.clients import directory
from apps.sharing.models import SelectionState, StudioClient
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view


class ClientSerializer(strict.Serializer[Any]):
    """Somebody with an email address, over all galleries of the studio.

    name: "" for whoever was only emailed.  seen_at: the last visit, null for none.  active_at: the last visit or email.
    galleries: visited, or emailed about.  favourites: photos in their lists.  downloads: how often they took some.
    """

    id = serializers.UUIDField(source="client.id")
    name = serializers.CharField(source="client.name")
    email = serializers.EmailField(source="client.email")
    seen_at = serializers.DateTimeField(source="client.seen_at", allow_null=True)
    active_at = serializers.DateTimeField(source="client.active_at")
    created_at = serializers.DateTimeField(source="client.created_at")
    galleries = serializers.IntegerField()
    favourites = serializers.IntegerField()
    downloads = serializers.IntegerField()


class ClientListSerializer(strict.Serializer[Any]):
    """A list of the client's favourites. sent_at: null until it is sent."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=SelectionState.choices)
    photos = serializers.IntegerField()
    sent_at = serializers.DateTimeField(allow_null=True)


class ClientGallerySerializer(strict.Serializer[Any]):
    """What the client has to do with one gallery. links: labels of the links that they used or were emailed.

    seen_at: the last visit.  emailed_at: the last email about it.  Each is null for none.
    """

    album = serializers.UUIDField(source="album.id")
    title = serializers.CharField(source="album.title")
    links = serializers.ListField(child=serializers.CharField())
    lists = ClientListSerializer(many=True)
    favourites = serializers.IntegerField()
    downloads = serializers.IntegerField()
    comments = serializers.IntegerField()
    seen_at = serializers.DateTimeField(allow_null=True)
    emailed_at = serializers.DateTimeField(allow_null=True)


class ClientDetailSerializer(ClientSerializer):
    """The same with at most 100 galleries, those first in which something happened last."""

    by_gallery = ClientGallerySerializer(many=True)


QUERY = OpenApiParameter("q", OpenApiTypes.STR, description="Letters of a name or an email address.")


@extend_schema(tags=["clients"])
@extend_schema_view(list=extend_schema(responses=ClientSerializer(many=True), parameters=[QUERY]))
class ClientViewSet(StudioViewSet[StudioClient]):
    """Everybody with an email address, those first with whom something happened last."""

    model = StudioClient
    serializer_class = ClientSerializer
    ordering = directory.LATEST

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of clients."""
        rows = self.paginate_queryset(directory.found(self.studio, request.query_params.get("q", ""))) or []
        told = directory.rows_of(self.studio, rows)
        return self.get_paginated_response(ClientSerializer(told, many=True).data)

    @extend_schema(responses=ClientDetailSerializer)
    def retrieve(self, request: Request, client_id: UUID, **kwargs: Any) -> Response:
        """One client with galleries, lists and downloads."""
        client = get_object_or_404(self.get_queryset(), pk=client_id)
        (row,) = directory.rows_of(self.studio, [client])
        row.by_gallery = directory.galleries_of(self.studio, client)
        return Response(ClientDetailSerializer(row).data)


urlpatterns = [
    path("clients", ClientViewSet.as_view({"get": "list"}), name="api-clients"),
    path("clients/<uuid:client_id>", ClientViewSet.as_view({"get": "retrieve"}), name="api-client"),
]
