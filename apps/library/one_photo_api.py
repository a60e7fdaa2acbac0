"""One photo over the API, in whichever gallery it lies: read, changed, thrown away; what is like it, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.journal.api import JournalEntrySerializer, JournalViewSet, UndoSerializer, undo_body
from apps.albums import marks, relocate
from apps.albums.models import Album, Photo
from apps.albums.serializers import SIZES, ChangedPhotoSerializer, MarksSerializer, PhotoSerializer, photo_shapes
from apps.library import similar
from apps.library.duplicates import lookup
from apps.web import strict
from apps.web.api import AnyAccept
from apps.web.openapi import extend_schema


def photo_or_404(view: StudioView, photo_id: UUID) -> Photo:
    """A photo of the caller's that is not in the trash."""
    rows = Photo.objects.visible_to(view.entered).filter(trashed_at__isnull=True)
    photo: Photo = get_object_or_404(rows, pk=photo_id)
    photo.studio = view.studio
    return photo


@extend_schema(tags=["photos"])
class OnePhoto(StudioView):
    """One photo."""

    scope = "albums"
    album_scoped: ClassVar[Sequence[str]] = ("get", "patch", "delete")
    contributors: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(operation_id="photos_one_retrieve", responses=PhotoSerializer)
    def get(self, request: Request, photo_id: UUID) -> Response:
        """The photo."""
        return Response(self._shape(photo_or_404(self, photo_id)))

    @extend_schema(request=MarksSerializer, responses=ChangedPhotoSerializer)
    def patch(self, request: Request, photo_id: UUID) -> Response:
        """Change what people say about it. What is not named stays."""
        photo = photo_or_404(self, photo_id)
        asked = MarksSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        entry = marks.mark(photo, by=self.entered.user, album=self._mine(photo), **asked.validated_data)
        return Response(self._shape(photo) | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def delete(self, request: Request, photo_id: UUID) -> Response:
        """Move it to the trash, out of every gallery of the caller's."""
        photo = photo_or_404(self, photo_id)
        entry = relocate.throw_away(self.studio, [photo.pk], by=self.entered.user, mine=self.entered.album_ids)
        return Response(undo_body(entry))

    def _shape(self, photo: Photo) -> dict[str, Any]:
        return photo_shapes(self.request, self.entered, [photo.pk])[0]

    def _mine(self, photo: Photo) -> Album | None:
        """The gallery through which a restricted member looks, so that the act is theirs to undo."""
        if not self.entered.is_restricted:
            return None
        rows = Album.objects.visible_to(self.entered).filter(
            placements__photo_id=photo.pk, placements__trashed_at__isnull=True, trashed_at__isnull=True
        )
        album: Album | None = rows.order_by("pk").first()
        return album


class AlikeSerializer(strict.Serializer[Any]):
    """bits: in how many of the 64 bits of the perceptual hash it differs."""

    bits = serializers.IntegerField()
    photo = PhotoSerializer()


class SimilarSerializer(strict.Serializer[Any]):
    """The nearest first."""

    results = AlikeSerializer(many=True)


class SimilarTo(StudioView):
    """Photos that look like one."""

    album_scoped: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(
        tags=["photos"],
        parameters=[
            OpenApiParameter(
                "within",
                {"type": "integer", "minimum": 0, "maximum": lookup.RADIUS, "default": lookup.RADIUS},
                description="Bits of the perceptual hash that may differ",
            )
        ],
        responses=SimilarSerializer,
    )
    def get(self, request: Request, photo_id: UUID) -> Response:
        """What of the caller's photos looks like it, wherever it lies; at most 48."""
        text = request.query_params.get("within", str(lookup.RADIUS))
        if not (len(text) == 1 and text.isascii() and text.isdigit() and int(text) <= lookup.RADIUS):
            raise ValidationError({"within": [f"A number from 0 to {lookup.RADIUS}."]})
        photo = photo_or_404(self, photo_id)
        bits = dict(similar.alike(self.entered, photo, within=int(text)))
        shapes = photo_shapes(request, self.entered, list(bits))
        return Response({"results": [{"bits": bits[UUID(str(one["id"]))], "photo": one} for one in shapes]})


@extend_schema(tags=["photos"], responses=JournalEntrySerializer(many=True))
class PhotoHistory(JournalViewSet):
    """What was done to one photo, newest first."""

    contributors: ClassVar[Sequence[str]] = ()
    album_scoped: ClassVar[Sequence[str]] = ("list",)

    @extend_schema(operation_id="photos_history_list", parameters=[])
    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of the photo's journal."""
        photo = photo_or_404(self, kwargs["photo_id"])
        return self.page(photo=photo.pk)


class MediaFile(StudioView):
    """The way to a photo's bytes."""

    album_scoped: ClassVar[Sequence[str]] = ("get",)
    contributors: ClassVar[Sequence[str]] = ("get",)
    content_negotiation_class = AnyAccept

    @extend_schema(
        tags=["photos"],
        operation_id="files_media_retrieve",
        parameters=[OpenApiParameter("size", OpenApiTypes.STR, OpenApiParameter.PATH, enum=SIZES)],
        responses={302: OpenApiResponse(description="The bytes' own address, for the same credential")},
    )
    def get(self, request: Request, photo_id: UUID, size: str) -> HttpResponseRedirect:
        """A redirect to where the credential of this request fetches the bytes; 404 while they are not there."""
        photo = photo_or_404(self, photo_id)
        url = photo_shapes(request, self.entered, [photo.pk])[0]["urls"].get(size)
        if url is None:
            raise Http404
        return HttpResponseRedirect(url, headers={"Cache-Control": "no-store"})


PHOTO: Final = "photos/<uuid:photo_id>"
urlpatterns = [
    path(PHOTO, OnePhoto.as_view(), name="api-one-photo"),
    path(f"{PHOTO}/similar", SimilarTo.as_view(), name="api-photo-similar"),
    path(f"{PHOTO}/history", PhotoHistory.as_view({"get": "list"}), name="api-photo-history"),
    path("files/media/<uuid:photo_id>/<slug:size>", MediaFile.as_view(), name="api-media-file"),
]
