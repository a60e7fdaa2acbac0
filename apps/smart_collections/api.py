"""Smart collections over the API: the same rows and rules as the pages."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.albums.serializers import PhotoSerializer, photo_shapes
from apps.library.api import rules_of
from apps.library.find import Library
from apps.library.models import LibraryPhoto
from apps.smart_collections.models import SmartCollection
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view

PREVIEW = 24


class SmartCollectionSerializer(strict.ModelSerializer):
    """title, and rules as {match, rules: [{field, op, value}, or the same again]}."""

    title = serializers.CharField(max_length=120)
    rules = serializers.JSONField()

    class Meta:
        model = SmartCollection
        fields = ("id", "title", "rules", "created_at", "updated_at")
        read_only_fields = ("id", "created_at", "updated_at")


class ChangedSmartCollection(SmartCollectionSerializer):
    """After a change. undo: what takes it back, null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True, read_only=True)

    class Meta(SmartCollectionSerializer.Meta):
        fields = (*SmartCollectionSerializer.Meta.fields, "undo")  # type: ignore[assignment]


class PreviewRequest(strict.Serializer[Any]):
    rules = serializers.JSONField()


class PreviewAnswer(strict.Serializer[Any]):
    """count: how many, or {"at_least": 20000}.  photos: the first of them, newest first."""

    count = serializers.JSONField()
    photos = PhotoSerializer(many=True)


@extend_schema(tags=["finding"])
@extend_schema_view(list=extend_schema(responses=SmartCollectionSerializer(many=True)))
class SmartCollectionViewSet(StudioViewSet[SmartCollection]):
    """The studio's smart collections, by title."""

    model = SmartCollection
    serializer_class = SmartCollectionSerializer
    ordering = ("title", "id")
    scope = "albums"
    lookup_url_kwarg = "collection_id"

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One of them."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={201: SmartCollectionSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep a question."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        tree = rules_of(asked.validated_data["rules"], with_guests=True)
        made = SmartCollection.create(self.studio, title=asked.validated_data["title"], tree=tree, by=self.entered.user)
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(responses=ChangedSmartCollection)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Another title or other rules."""
        row = self.get_object()
        row.studio = self.studio
        asked = self.get_serializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        tree = rules_of(values["rules"], with_guests=True) if "rules" in values else None
        entry = row.change(by=self.entered.user, title=values.get("title"), tree=tree)
        return Response(self.get_serializer(row).data | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Forget it; its photos stay where they are."""
        row = self.get_object()
        row.studio = self.studio
        return Response(undo_body(row.remove(by=self.entered.user)))

    @extend_schema(responses=PhotoSerializer(many=True))
    def photos(self, request: Request, **kwargs: Any) -> Response:
        """A page of the photos that it finds now, newest first."""
        library = Library(self.entered, rules_of(self.get_object().rules, with_guests=True))
        self.ordering = LibraryPhoto.ORDER  # type: ignore[misc]
        rows = self.paginate_queryset(library.rows.only("pk", "wall")) or []
        return self.get_paginated_response(photo_shapes(request, self.entered, [row.pk for row in rows]))


class RulesPreview(StudioView):
    """What rules would find."""

    write_role = StudioView.read_role
    action_scopes = {"post": "read"}

    @extend_schema(tags=["finding"], request=PreviewRequest, responses={200: PreviewAnswer})
    def post(self, request: Request) -> Response:
        """The number of photos and the first of them; nothing is kept."""
        asked = PreviewRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        library = Library(self.entered, rules_of(asked.validated_data["rules"], with_guests=True))
        total = library.total
        photos = [tile.row.photo_id for tile in library.page(size=PREVIEW).tiles]
        return Response(
            {
                "count": total.count if total.is_exact else {"at_least": total.count},
                "photos": photo_shapes(request, self.entered, photos),
            }
        )


_ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
urlpatterns = [
    path(
        "smart-collections",
        SmartCollectionViewSet.as_view({"get": "list", "post": "create"}),
        name="api-smart-collections",
    ),
    path("smart-collections/preview", RulesPreview.as_view(), name="api-smart-collections-preview"),
    path("smart-collections/<uuid:collection_id>", SmartCollectionViewSet.as_view(_ONE), name="api-smart-collection"),
    path(
        "smart-collections/<uuid:collection_id>/photos",
        SmartCollectionViewSet.as_view({"get": "photos"}),
        name="api-smart-collection-photos",
    ),
]
