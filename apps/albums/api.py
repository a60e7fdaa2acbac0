"""Albums and their photos over the API: the same deeds as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import brands
from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.accounts.tenancy import StudioQuerySet
from apps.albums import by_people, editing, marks, photo_versions, placements, serializers, trash
from apps.albums.models import Album, AlbumState, Photo
from apps.albums.stream import Stream
from apps.albums.tiles import TileRow
from apps.media import responses, serving
from apps.media.mime import SENT
from apps.web import keyset
from apps.web.api import AnyAccept, Keyset, error_body
from apps.web.keyset import BadCursor
from apps.web.openapi import extend_schema, extend_schema_view
from apps.web.refusal import Refusal

PICTURES = ("tile", "thumb", "web")
# A row of the stream begins with the photo's id.
PHOTO: Final = 0


class NotInAlbum(Refusal):
    """Some of the photos named do not lie in the album."""

    status = 422
    code = "not_in_album"
    sentence = "Some of these photos are not in this gallery."


class InAlbum(StudioView):
    """A view below one album of the studio."""

    @cached_property
    def album(self) -> Album:
        """The album of the address, or 404."""
        return album_or_404(self, self.kwargs["album_id"])


def album_or_404(view: StudioView, album_id: UUID) -> Album:
    """An album of the caller's that is not in the trash."""
    rows = Album.objects.visible_to(view.entered).filter(trashed_at__isnull=True)
    album: Album = get_object_or_404(rows, pk=album_id)
    album.studio = view.studio
    return album


# -- albums --------------------------------------------------------------------------------------------


@extend_schema(tags=["albums"])
@extend_schema_view(list=extend_schema(responses=serializers.AlbumSerializer(many=True)))
class AlbumViewSet(StudioViewSet[Album]):
    """The studio's albums, newest first."""

    model = Album
    serializer_class = serializers.AlbumSerializer
    ordering = ("-created_at", "id")
    scope = "albums"
    contributors = ("list", "retrieve", "by_slug")
    album_scoped = (*contributors, "partial_update", "destroy", "cover", "order")
    lookup_url_kwarg = "album_id"

    def get_queryset(self) -> StudioQuerySet[Album]:
        return super().get_queryset().visible_to(self.entered).filter(trashed_at__isnull=True)

    def get_object(self) -> Album:
        return album_or_404(self, self.kwargs["album_id"])

    def _shown(self, album: Album, status: int = 200) -> Response:
        return Response(self._shape(album), status=status)

    def _shape(self, album: Album) -> dict[str, Any]:
        return serializers.album_shapes(self.request, self.studio, [album])[0]

    def _asked(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        asked = serializers.AlbumSerializer(data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        brand_id = values.get("brand_id")
        if brand_id is not None and not brands.all_of(self.studio).filter(pk=brand_id).exists():
            raise exceptions.ValidationError({"brand": ["The studio has no such brand."]})
        return values

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of albums."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(serializers.album_shapes(request, self.studio, page or []))

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One album."""
        return self._shown(self.get_object())

    @extend_schema(responses={201: serializers.AlbumSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make an album. It is a draft unless `state` says otherwise."""
        asked = self._asked(request)
        state, _ = asked.pop("state", None), asked.pop("faces", None)
        brand_id = asked.pop("brand_id", None)
        album = editing.create(self.studio, by=self.entered.user, **asked)
        if state:
            editing.set_state(album, AlbumState(state), by=self.entered.user)
        if brand_id:
            editing.change(album, by=self.entered.user, brand_id=brand_id)
        return self._shown(album, status=201)

    @extend_schema(responses=serializers.ChangedAlbumSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change title, description, event date, brand or state. `faces` switches them and needs the scope `people`."""
        album = self.get_object()
        asked = self._asked(request, partial=True)
        faces = asked.pop("faces", None)
        if faces is not None:
            self.credential.require("people")
            by_people.switch(album, faces == "on", by=self.entered.user)
        entry = editing.change(album, by=self.entered.user, **asked)
        return Response(self._shape(album) | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Move the album to the trash, where it can be restored for 30 days."""
        return Response(undo_body(trash.trash_album(self.get_object(), by=self.entered.user)))

    def by_slug(self, request: Request, album_slug: str) -> Response:
        """The album with this slug."""
        album: Album = get_object_or_404(self.get_queryset(), slug=album_slug)
        album.studio = self.studio
        return self._shown(album)

    @extend_schema(request=serializers.FocalSerializer, responses=serializers.ChangedAlbumSerializer)
    def cover(self, request: Request, album_id: UUID, photo_id: UUID) -> Response:
        """Choose the cover and, in the body, the point of it that is always seen."""
        album = self.get_object()
        asked = serializers.FocalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        focal = asked.validated_data
        entry = editing.set_cover(album, photo_id, by=self.entered.user, focal_x=focal["x"], focal_y=focal["y"])
        if entry is None:
            raise Http404
        return Response(self._shape(album) | undo_body(entry))

    @extend_schema(request=serializers.ArrangeSerializer, responses=UndoSerializer)
    def order(self, request: Request, album_id: UUID) -> Response:
        """Put the photos of the album into this order. From now on the album is ordered by hand."""
        album = self.get_object()
        asked = serializers.ArrangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        photos: list[UUID] = asked.validated_data["photos"]
        if album.placements.live().filter(photo_id__in=photos).count() != len(set(photos)):
            raise NotInAlbum
        return Response(undo_body(editing.arrange(album, photos, by=self.entered.user)))


# -- photos --------------------------------------------------------------------------------------------


class StreamPages(Keyset):
    """Pages of an album's photos, in its reading order."""

    def of(self, album: Album, request: Request) -> list[UUID]:
        """The ids of this page's photos."""
        return [row[PHOTO] for row in self.rows(Stream(album, only_shown=False), request)]

    def rows(self, stream: Stream, request: Request) -> list[TileRow]:
        """The rows of this page of a stream, as many as the request wants. Raises ValidationError."""
        self.request = request
        stream = replace(stream, size=self._limit(request))
        cursor = request.query_params.get("cursor")
        try:
            page = stream.at(cursor) if cursor is not None else stream.open()
        except BadCursor:
            raise exceptions.ValidationError({"cursor": ["This cursor does not belong to this list."]}) from None
        self.page = keyset.KeysetPage(page.rows, page.next or None, page.earlier or None)
        return page.rows


@extend_schema(tags=["photos"])
@extend_schema_view(list=extend_schema(responses=serializers.PhotoSerializer(many=True)))
class AlbumPhotoViewSet(InAlbum, StudioViewSet[Photo]):
    """The photos of one album."""

    model = Photo
    serializer_class = serializers.PhotoSerializer
    pagination_class = StreamPages
    scope = "albums"
    contributors = ("list", "retrieve", "create", "destroy")
    album_scoped = (*contributors, "partial_update", "regenerate")
    lookup_url_kwarg = "photo_id"

    def _scope(self, request: Request, action: str) -> str:
        # To take back what they sent, contributors need no more than to send it.
        is_taken_back = action == "destroy" and self.entered.is_contributor
        return "upload" if is_taken_back else super()._scope(request, action)

    def get_queryset(self) -> StudioQuerySet[Photo]:
        photos = super().get_queryset()
        return photos.filter(placements__album_id=self.album.pk, placements__trashed_at__isnull=True)

    def get_object(self) -> Photo:
        photo: Photo = get_object_or_404(self.get_queryset(), pk=self.kwargs["photo_id"])
        photo.studio = self.studio
        return photo

    def _shapes(self, photos: Sequence[UUID]) -> list[dict[str, Any]]:
        return serializers.photo_shapes(self.request, self.entered, photos, album=self.album)

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of photos in the album's order."""
        pages = StreamPages()
        return pages.get_paginated_response(self._shapes(pages.of(self.album, request)))

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One photo."""
        return Response(self._shapes([self.get_object().pk])[0])

    @extend_schema(request=serializers.MarksSerializer, responses=serializers.ChangedPhotoSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what people say about a photo."""
        photo = self.get_object()
        asked = serializers.MarksSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        entry = marks.mark(photo, by=self.entered.user, album=self.album, **asked.validated_data)
        return Response(self._shapes([photo.pk])[0] | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take the photo out of the album; out of its last one, it goes to the trash. A contributor's own only."""
        photos = placements.touchable(self.entered, [self.get_object().pk])
        if not photos:
            raise exceptions.PermissionDenied("Someone else uploaded this photo.")
        entry = placements.take_out(self.album, photos, by=self.entered.user)
        return Response(undo_body(entry))

    @extend_schema(request=None, responses={202: serializers.PhotoSerializer})
    def regenerate(self, request: Request, **kwargs: Any) -> Response:
        """Make the renditions anew, soon. Until then the old ones are shown."""
        photo = self.get_object()
        photo.render_again()
        return Response(self._shapes([photo.pk])[0], status=202)


@extend_schema(tags=["photos"])
class AllPhotosViewSet(StudioViewSet[Photo]):
    """All photos of the studio that are not in the trash, oldest first."""

    model = Photo
    serializer_class = serializers.PhotoSerializer
    ordering = ("id",)
    scope = "albums"
    album_scoped = contributors = ("list",)

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of photos."""
        rows = self.get_queryset().visible_to(self.entered).filter(trashed_at__isnull=True)
        page = self.paginate_queryset(rows.only("id", "studio_id"))
        photos = [photo.pk for photo in page or []]
        return self.get_paginated_response(serializers.photo_shapes(request, self.entered, photos))


FILE_RESPONSES: Final[dict[Any, Any]] = {
    **{(code, mime): OpenApiTypes.BINARY for code in (200, 206) for mime in SENT},
    302: OpenApiResponse(description="The file lies in a bucket; fetch it from `Location` at once"),
}


def file_answer(request: Request, location: serving.Location | None, name: str) -> HttpResponseBase:
    """A file to keep, or the part of it that `Range` asks for. Raises Http404 for None.

    Damaged bytes and a range outside of the file are errors in the API's shape.
    """
    if location is None:
        raise Http404
    return sent(request, serving.download_answer(location, filename=name))


def sent(request: Request, answer: serving.Answer) -> HttpResponseBase:
    """Bytes that were decided, or the part of them that `Range` asks for; errors in the API's shape."""
    if answer.status >= 500:
        return Response(error_body("damaged", answer.body.decode()), status=answer.status)
    bytes_sent = responses.respond(request._request, answer)
    if bytes_sent.status_code == 416:
        end = {"Content-Range": bytes_sent.headers["Content-Range"]}
        return Response(error_body("no_such_range", "The file has no such part."), status=416, headers=end)
    return bytes_sent


class PhotoDownload(InAlbum):
    """The bytes of one photo."""

    content_negotiation_class = AnyAccept
    scope = "albums"
    album_scoped = contributors = ("get",)
    VERSIONS: ClassVar[tuple[str, ...]] = ("original", "gold", *PICTURES)

    @extend_schema(
        tags=["photos"],
        parameters=[OpenApiParameter("version", OpenApiTypes.STR, enum=VERSIONS, default="original")],
        responses=FILE_RESPONSES,
    )
    def get(self, request: Request, album_id: UUID, photo_id: UUID) -> HttpResponseBase:
        """The original as it came, or a rendition of it; 404 for a version that is not there (yet)."""
        version = request.query_params.get("version", "original")
        if version not in self.VERSIONS:
            raise exceptions.ValidationError({"version": [f"One of {', '.join(self.VERSIONS)}."]})
        photos = Photo.objects.for_studio(self.studio).filter(
            placements__album_id=self.album.pk, placements__trashed_at__isnull=True
        )
        photo: Photo = get_object_or_404(photos, pk=photo_id)
        gold = photo_versions.gold_of(photo) if version == "gold" else None
        return file_answer(request, self._location(photo, version), gold.name if gold else photo.camera_name)

    def _location(self, photo: Photo, version: str) -> serving.Location | None:
        if version == "original":
            return serving.original_location(self.studio.pk, photo.pk)
        if version == "gold":
            gold = photo_versions.gold_of(photo)
            return serving.location_of(gold.blob) if gold else None
        return serving.locate(self.studio.pk, photo.pk, version) if version in PICTURES else None


urlpatterns = [
    path("albums", AlbumViewSet.as_view({"get": "list", "post": "create"}), name="api-albums"),
    path("albums/photos/all", AllPhotosViewSet.as_view({"get": "list"}), name="api-photos-all"),
    path("albums/slug/<slug:album_slug>", AlbumViewSet.as_view({"get": "by_slug"}), name="api-album-slug"),
    path(
        "albums/<uuid:album_id>",
        AlbumViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-album",
    ),
    path("albums/<uuid:album_id>/order", AlbumViewSet.as_view({"put": "order"}), name="api-album-order"),
    path("albums/<uuid:album_id>/cover/<uuid:photo_id>", AlbumViewSet.as_view({"put": "cover"}), name="api-cover"),
    path(
        "albums/<uuid:album_id>/photos/<uuid:photo_id>",
        AlbumPhotoViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-photo",
    ),
    path("albums/<uuid:album_id>/photos/<uuid:photo_id>/download", PhotoDownload.as_view(), name="api-photo-download"),
    path(
        "albums/<uuid:album_id>/photos/<uuid:photo_id>/regenerate-thumbnails",
        AlbumPhotoViewSet.as_view({"post": "regenerate"}),
        name="api-photo-regenerate",
    ),
]
