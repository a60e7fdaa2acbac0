"""Places over the API: those that the studio names, clusters of the map, and what is at a position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.library.models import NamedPlace
from apps.library.places import countries, geonames, named
from apps.library.places.boxes import BadMapBox, on_earth, part_of_map
from apps.library.places.clusters import clusters
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view


class LocationSerializer(strict.ModelSerializer):
    """A place that the studio names. Degrees; radius in metres."""

    name = serializers.CharField(max_length=120)
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    radius = serializers.IntegerField(min_value=10, max_value=50_000)

    class Meta:
        model = NamedPlace
        fields = ("id", "name", "latitude", "longitude", "radius")
        read_only_fields = ("id",)


class ChangedLocation(LocationSerializer):
    """After a change. undo: what takes it back, null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True, read_only=True)

    class Meta(LocationSerializer.Meta):
        fields = (*LocationSerializer.Meta.fields, "undo")  # type: ignore[assignment]


class ClusterSerializer(strict.Serializer[Any]):
    """photo: one of them.  box: west, south, east, north of all."""

    lat = serializers.FloatField()
    lon = serializers.FloatField()
    count = serializers.IntegerField()
    photo = serializers.UUIDField()
    box = serializers.ListField(child=serializers.FloatField())


class SpotSerializer(strict.Serializer[Any]):
    """country: its code.  All empty in the open sea."""

    city = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    country_name = serializers.CharField(allow_blank=True)


@extend_schema(tags=["finding"])
@extend_schema_view(list=extend_schema(responses=LocationSerializer(many=True)))
class LocationViewSet(StudioViewSet[NamedPlace]):
    """The places that the studio names, by name."""

    model = NamedPlace
    serializer_class = LocationSerializer
    ordering = ("name", "id")
    scope = "albums"
    lookup_url_kwarg = "place_id"

    @extend_schema(responses={201: LocationSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Name a place. 409 if another one is called so."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        place, _ = named.create(self.studio, by=self.entered.user, **asked.validated_data)
        return Response(self.get_serializer(place).data, status=201)

    @extend_schema(responses=ChangedLocation)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Another name, position or radius."""
        place = self.get_object()
        place.studio = self.studio
        asked = self.get_serializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        entry = named.change(place, by=self.entered.user, **asked.validated_data)
        return Response(self.get_serializer(place).data | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Forget it; its photos stay."""
        place = self.get_object()
        place.studio = self.studio
        return Response(undo_body(named.remove(place, by=self.entered.user)))


class Clusters(StudioView):
    """Photos of a part of the map."""

    album_scoped: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(
        tags=["finding"],
        parameters=[
            OpenApiParameter("bbox", OpenApiTypes.STR, required=True, description="west,south,east,north in degrees"),
            OpenApiParameter("zoom", OpenApiTypes.INT, required=True, description="0 (the world) to 18"),
        ],
        responses=ClusterSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Photos near each other as one point with their exact number, at most 500 points, the largest first."""
        try:
            box = part_of_map(request.query_params.get("bbox", ""))
        except BadMapBox as bad:
            raise ValidationError({"bbox": [str(bad)]}) from None
        zoom = request.query_params.get("zoom", "")
        if not (zoom.isascii() and zoom.isdigit() and len(zoom) <= 2):
            raise ValidationError({"zoom": ["A number from 0 to 18."]})
        found = clusters(self.entered, box, int(zoom), with_photos=True)
        return Response(
            [
                {"lat": one.latitude, "lon": one.longitude, "count": one.count, "photo": one.photo, "box": [*one.box]}
                for one in found
            ]
        )


class Reverse(StudioView):
    """What is at a position."""

    album_scoped: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(
        tags=["finding"],
        parameters=[
            OpenApiParameter("lat", OpenApiTypes.FLOAT, required=True),
            OpenApiParameter("lon", OpenApiTypes.FLOAT, required=True),
        ],
        responses=SpotSerializer,
    )
    def get(self, request: Request) -> Response:
        """City within 50 km and country within 150 km of a position, from GeoNames (CC BY 4.0)."""
        try:
            latitude, longitude = on_earth(request.query_params.get("lat"), request.query_params.get("lon"))
        except BadMapBox as bad:
            raise ValidationError({"lat": [str(bad)]}) from None
        spot = geonames.spot(latitude, longitude)
        return Response(
            {"city": spot.city, "country": spot.country, "country_name": countries.names().get(spot.country, "")}
        )


urlpatterns = [
    path("locations", LocationViewSet.as_view({"get": "list", "post": "create"}), name="api-locations"),
    path("locations/clusters", Clusters.as_view(), name="api-clusters"),
    path("locations/reverse", Reverse.as_view(), name="api-reverse"),
    path(
        "locations/<uuid:place_id>",
        LocationViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-location",
    ),
]
