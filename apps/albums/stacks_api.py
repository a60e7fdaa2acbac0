"""Stacks over the API: bursts that were found, and photos put together by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.accounts.models import JournalEntry
from apps.accounts.tenancy import StudioQuerySet
from apps.albums import stacks
from apps.albums.api import album_or_404
from apps.albums.models import Photo, Stack, StackKind
from apps.albums.request_params import uuid_or_none
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view


class StackSerializer(strict.Serializer[Stack]):
    """A stack. kind: found as a burst, or put together by hand.  primary: the photo on top, null if it was deleted.

    by_hand: a person has decided about it, so that it is never changed automatically.
    """

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=StackKind.choices)
    primary = serializers.UUIDField(source="top_id", allow_null=True)
    by_hand = serializers.BooleanField(source="is_by_hand")
    photo_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class StackPhotosSerializer(StackSerializer):
    """A stack with the ids of its photos, in the order in which they were taken."""

    photos = serializers.ListField(child=serializers.UUIDField())


class ChangedStackSerializer(StackPhotosSerializer):
    """A stack after an act. undo: what takes it back."""

    undo = serializers.UUIDField(allow_null=True)


class NewStack(strict.Serializer[Any]):
    """photos: two or more; they leave the stacks in which they are.  primary: the one on top, the first if left out."""

    photos = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=Stack.MOST)
    primary = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "primary" in attrs and attrs["primary"] not in attrs["photos"]:
            raise ValidationError({"primary": ["This is none of the photos."]})
        return attrs


class NewPrimary(strict.Serializer[Any]):
    photo = serializers.UUIDField()


@extend_schema(tags=["photos"])
@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("album", OpenApiTypes.UUID, description="only those with a photo in this album"),
            OpenApiParameter("kind", OpenApiTypes.STR, enum=StackKind.values),
        ],
        responses=StackSerializer(many=True),
    )
)
class StackViewSet(StudioViewSet[Stack]):
    """Photos that belong together, the newest first. RAW and JPEG of one shot are one photo: see its versions."""

    model = Stack
    serializer_class = StackSerializer
    ordering = ("-created_at", "id")
    scope = "albums"
    album_scoped = ("list", "retrieve", "create", "destroy", "primary")
    lookup_url_kwarg = "stack_id"

    def get_queryset(self) -> StudioQuerySet[Any]:
        rows = super().get_queryset().visible_to(self.entered)
        return rows.annotate(photo_count=Count("photos", filter=Q(photos__trashed_at=None))).filter(photo_count__gt=0)

    def filter_queryset(self, queryset: Any) -> Any:
        kind, album = self.request.query_params.get("kind"), self.request.query_params.get("album")
        if kind:
            queryset = queryset.filter(kind=kind)
        if album:
            inside = album_or_404(self, uuid_or_none(album) or UUID(int=0)).placements.live().values("photo__stack_id")
            queryset = queryset.filter(pk__in=inside)
        return queryset

    @extend_schema(responses=StackPhotosSerializer)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One stack with its photos."""
        return Response(self._shape(self._stack()))

    @extend_schema(request=NewStack, responses={201: ChangedStackSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make one stack of photos. 422 if fewer than two of them are there."""
        asked = NewStack(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data["photos"]
        rows = Photo.objects.visible_to(self.entered).filter(pk__in=wanted)
        mine = set(stacks.within_reach(self.entered, rows).values_list("pk", flat=True))
        stack, entry = stacks.put_together(
            self.studio,
            [pk for pk in wanted if pk in mine],
            by=self.entered.user,
            top=asked.validated_data.get("primary"),
        )
        return Response(self._changed(stack.pk, entry), status=201)

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take the stack apart; its photos stay."""
        return Response(undo_body(stacks.unstack(self.studio, [self._stack().pk], by=self.entered.user)))

    @extend_schema(request=NewPrimary, responses=ChangedStackSerializer)
    def primary(self, request: Request, **kwargs: Any) -> Response:
        """Put another photo of the stack on top."""
        stack = self._stack()
        asked = NewPrimary(data=request.data)
        asked.is_valid(raise_exception=True)
        photo = asked.validated_data["photo"]
        if not stack.photos.filter(pk=photo, trashed_at__isnull=True).exists():
            raise ValidationError({"photo": ["This photo is not in the stack."]})
        entry = stacks.choose_top(self.studio, photo, by=self.entered.user)
        return Response(self._changed(stack.pk, entry))

    def _stack(self) -> Stack:
        stack: Stack = get_object_or_404(self.get_queryset(), pk=self.kwargs["stack_id"])
        return stack

    def _shape(self, stack: Stack) -> dict[str, Any]:
        frames = stack.photos.filter(trashed_at__isnull=True).order_by("taken_at", "camera_name", "pk")
        ids = [str(pk) for pk in frames.values_list("pk", flat=True)]
        return dict(StackSerializer(stack).data) | {"photos": ids}

    def _changed(self, stack_id: UUID, entry: JournalEntry) -> dict[str, Any]:
        return self._shape(self.get_queryset().get(pk=stack_id)) | undo_body(entry)


urlpatterns = [
    path("stacks", StackViewSet.as_view({"get": "list", "post": "create"}), name="api-stacks"),
    path("stacks/<uuid:stack_id>", StackViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="api-stack"),
    path("stacks/<uuid:stack_id>/primary", StackViewSet.as_view({"post": "primary"}), name="api-stack-primary"),
]
