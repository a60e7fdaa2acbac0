"""Collections made by hand over the API: the same rows and deeds as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.albums.models import CollectedPhoto
from apps.albums.serializers import PhotoSerializer, photo_shapes
from apps.library.find import Library
from apps.smart_collections.models import MOST_PHOTOS, Collection
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view
from apps.web.refusal import Refusal

# Of unknown photos those that are named.
TOLD = 20


class UnknownPhotos(Refusal):
    """What the library does not hold cannot be put into a collection; `fields` says which."""

    status = 422
    code = "unknown_photos"
    sentence = "Some of these photos are not in the library."


class CollectionSerializer(strict.ModelSerializer):
    """photos: ids in order, when it is made; read them by pages at `photos`."""

    title = serializers.CharField(max_length=120)
    photos = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_PHOTOS, required=False, write_only=True
    )

    class Meta:
        model = Collection
        fields = ("id", "title", "photos", "created_at", "updated_at")
        read_only_fields = ("id", "created_at", "updated_at")


class CollectionTitle(strict.Serializer[Any]):
    title = serializers.CharField(max_length=120)


class ChangedCollection(CollectionSerializer):
    """After a change. undo: what takes it back, null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True, read_only=True)

    class Meta(CollectionSerializer.Meta):
        fields = (*CollectionSerializer.Meta.fields, "undo")  # type: ignore[assignment]


class CollectionOrder(strict.Serializer[Any]):
    """photos: all that it holds from now on, in this order."""

    photos = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_PHOTOS)


@extend_schema(tags=["finding"])
@extend_schema_view(list=extend_schema(responses=CollectionSerializer(many=True)))
class CollectionViewSet(StudioViewSet[Collection]):
    """The studio's collections made by hand, by title."""

    model = Collection
    serializer_class = CollectionSerializer
    ordering = ("title", "id")
    scope = "albums"
    lookup_url_kwarg = "by_hand_id"

    def get_object(self) -> Collection:
        row: Collection = super().get_object()
        row.studio = self.studio
        return row

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One of them."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={201: ChangedCollection})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep photos of any galleries, in an order of their own."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        photos = self._known(asked.validated_data.get("photos", []))
        made, entry = Collection.create(
            self.studio, title=asked.validated_data["title"], photos=photos, by=self.entered.user
        )
        return Response(self.get_serializer(made).data | undo_body(entry), status=201)

    @extend_schema(request=CollectionTitle, responses=ChangedCollection)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Another title."""
        row, asked = self.get_object(), CollectionTitle(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        entry = row.rename(asked.validated_data.get("title", row.title), by=self.entered.user)
        return Response(self.get_serializer(row).data | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Forget it; its photos stay where they are."""
        return Response(undo_body(self.get_object().remove(by=self.entered.user)))

    @extend_schema(responses=PhotoSerializer(many=True))
    def photos(self, request: Request, **kwargs: Any) -> Response:
        """A page of its photos, in its order; those in the trash are left out."""
        self.ordering = CollectedPhoto.ORDER  # type: ignore[misc]
        rows = self.paginate_queryset(self.get_object().shown.only("pk", "sort_key")) or []
        return self.get_paginated_response(photo_shapes(request, self.entered, [row.pk for row in rows]))

    @extend_schema(request=CollectionOrder, responses=UndoSerializer)
    def arrange(self, request: Request, **kwargs: Any) -> Response:
        """Hold these photos in this order, and no others."""
        row, asked = self.get_object(), CollectionOrder(data=request.data)
        asked.is_valid(raise_exception=True)
        photos = self._known(asked.validated_data["photos"])
        return Response(undo_body(row.arrange(photos, by=self.entered.user)))

    def _known(self, photos: Sequence[UUID]) -> list[UUID]:
        """The ids, each once. Raises UnknownPhotos."""
        wanted = list(dict.fromkeys(photos))
        found = set(Library(self.entered).rows.filter(pk__any=wanted).order_by().values_list("pk", flat=True))
        unknown = [one for one in wanted if one not in found]
        if unknown:
            raise UnknownPhotos(fields={"photos": [f"There is no photo {one}." for one in unknown[:TOLD]]})
        return wanted


_ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
urlpatterns = [
    path("collections", CollectionViewSet.as_view({"get": "list", "post": "create"}), name="api-collections"),
    path("collections/<uuid:by_hand_id>", CollectionViewSet.as_view(_ONE), name="api-collection"),
    path(
        "collections/<uuid:by_hand_id>/photos",
        CollectionViewSet.as_view({"get": "photos", "put": "arrange"}),
        name="api-collection-photos",
    ),
]
