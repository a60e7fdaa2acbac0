"""Brands over the API. Logos are uploaded in Settings."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import brands
from apps.accounts.api import StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.accounts.models import Brand, Role
from apps.accounts.tenancy import StudioQuerySet
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view


class BrandSerializer(strict.Serializer[Brand]):
    """A brand beside the studio's own. accent: "#rrggbb".  A gallery wears the one that its `brand` names."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=120)
    accent = serializers.RegexField(r"^#[0-9a-f]{6}$", default="#3b5b54")
    has_logo = serializers.SerializerMethodField()

    def get_has_logo(self, brand: Brand) -> bool:
        return bool(brand.logo_version)


class ChangedBrandSerializer(BrandSerializer):
    """After a change. undo: what takes it back, null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True, read_only=True)


@extend_schema(tags=["studio"])
@extend_schema_view(list=extend_schema(responses=BrandSerializer(many=True)))
class BrandViewSet(StudioViewSet[Brand]):
    """The studio's brands, by name."""

    model = Brand
    serializer_class = BrandSerializer
    ordering = ("name", "id")
    write_role = Role.OWNER
    scope = "admin"
    lookup_url_kwarg = "brand_id"

    def get_queryset(self) -> StudioQuerySet[Brand]:
        return brands.all_of(self.studio)

    @extend_schema(responses={201: BrandSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make one. 409 if the studio has as many as it may."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        brand = brands.create(self.studio, by=self.entered.user, **asked.validated_data)
        return Response(self.get_serializer(brand).data, status=201)

    @extend_schema(responses=ChangedBrandSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Another name or colour."""
        brand = self.get_object()
        brand.studio = self.studio
        asked = self.get_serializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        entry = brands.change(brand, by=self.entered.user, **asked.validated_data)
        return Response(self.get_serializer(brand).data | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Remove it; its galleries wear the studio's own from then on."""
        brand = self.get_object()
        brand.studio = self.studio
        return Response(undo_body(brands.remove(brand, by=self.entered.user)))


urlpatterns = [
    path("brands", BrandViewSet.as_view({"get": "list", "post": "create"}), name="api-brands"),
    path(
        "brands/<uuid:brand_id>",
        BrandViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-brand",
    ),
]
