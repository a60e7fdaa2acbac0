"""The files of a photo over the API, and what a program asks before it sends any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, cast
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.albums import photo_versions
from apps.albums.api import FILE_RESPONSES, file_answer
from apps.albums.models import Photo, Version
from apps.albums.serializers import VersionSerializer, photo_shapes
from apps.media import serving
from apps.uploads import replacing
from apps.web import strict
from apps.web.api import AnyAccept
from apps.web.openapi import extend_schema
from apps.web.parsing import Json
from apps.web.refusal import Refusal

MOST_HASHES = 500


class Bytes(BaseParser):
    """A body that is a file, whatever it says of itself."""

    media_type = "*/*"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return {"file": stream}


class PhotoFilesView(StudioView):
    """A view below one photo of the studio, in whichever gallery it lies."""

    scope = "albums"

    def photo(self, photo_id: UUID) -> Photo:
        """The photo of the address, unless it lies in the trash, or Http404."""
        rows = Photo.objects.visible_to(self.entered).filter(trashed_at__isnull=True)
        photo: Photo = get_object_or_404(rows, pk=photo_id)
        photo.studio = self.studio
        return photo


class ReplacedSerializer(strict.Serializer[Any]):
    """status: duplicate if the photo shows this file already.  photo: as it is until the file has been processed."""

    status = serializers.ChoiceField(choices=["replaced", "duplicate"])
    photo = serializers.DictField()


@extend_schema(tags=["photos"])
class PhotoFile(PhotoFilesView):
    """The file that a photo shows."""

    scope = "upload"
    album_scoped = ("put",)
    parser_classes = [Bytes]

    @extend_schema(
        parameters=[OpenApiParameter("name", OpenApiTypes.STR, description="The file's name")],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={202: ReplacedSerializer},
    )
    def put(self, request: Request, photo_id: UUID) -> Response:
        """Let another file take the photo's place: the body is the file. Marks, comments and order stay."""
        photo = self.photo(photo_id)
        name = request.query_params.get("name", "") or photo.camera_name
        # Nothing is parsed where nothing was sent.
        file = cast("dict[str, Any]", request.data).get("file")
        if file is None:
            raise ParseError("The body is the file. Nothing came.")
        status = replacing.replace_file(photo, file, name=name, by=self.entered.user)
        shape = photo_shapes(request, self.entered, [photo.pk])[0]
        return Response({"status": status, "photo": shape}, status=202)


@extend_schema(tags=["photos"])
class PhotoOriginal(PhotoFilesView):
    """The bytes of the file that a photo shows."""

    content_negotiation_class = AnyAccept
    album_scoped = contributors = ("get",)

    @extend_schema(responses=FILE_RESPONSES)
    def get(self, request: Request, photo_id: UUID) -> HttpResponseBase:
        """The original as it came, whichever gallery it lies in."""
        photo = self.photo(photo_id)
        return file_answer(request, serving.original_location(self.studio.pk, photo.pk), photo.camera_name)


class VersionsSerializer(strict.Serializer[Any]):
    """The newest first."""

    results = VersionSerializer(many=True)


@extend_schema(tags=["photos"])
class PhotoVersions(PhotoFilesView):
    """All files of a photo."""

    album_scoped = ("get",)

    @extend_schema(responses=VersionsSerializer)
    def get(self, request: Request, photo_id: UUID) -> Response:
        """The files that the photo had and has."""
        versions = photo_versions.of_photo(self.photo(photo_id))
        return Response({"results": VersionSerializer(versions, many=True).data})


@extend_schema(tags=["photos"])
class PhotoVersionCurrent(PhotoFilesView):
    """Which file a photo shows."""

    album_scoped = ("post",)

    @extend_schema(request=None, responses=UndoSerializer)
    def post(self, request: Request, photo_id: UUID, version_id: UUID) -> Response:
        """Show this file of the photo. `undo` is null if it is shown already."""
        photo = self.photo(photo_id)
        rows = Version.objects.for_studio(self.studio).select_related("studio")
        version: Version = get_object_or_404(rows, pk=version_id, photo_id=photo.pk)
        return Response(undo_body(photo_versions.choose(version, by=self.entered.user)))


class TooManyHashes(Refusal):
    """More hashes than one request may name."""

    status = 422
    code = "too_many"
    sentence = f"Ask for at most {MOST_HASHES} files at once."


class HashesRequest(strict.Serializer[Any]):
    """sha256: of whole files, 64 hex digits each."""

    sha256 = serializers.ListField(child=serializers.RegexField(r"^[0-9a-fA-F]{64}$"), allow_empty=True)


class KnownSerializer(strict.Serializer[Any]):
    """known: sha256 -> the photo that has the file."""

    known = serializers.DictField(child=serializers.UUIDField())


@extend_schema(tags=["uploads"])
class UploadsCheck(StudioView):
    """Which files need not be sent."""

    scope = "upload"
    album_scoped = contributors = ("post",)
    parser_classes = [Json]

    @extend_schema(request=HashesRequest, responses=KnownSerializer)
    def post(self, request: Request) -> Response:
        """Which of these files the studio has already, in galleries that the caller sees. At most 500."""
        asked = HashesRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        hashes = [one.lower() for one in asked.validated_data["sha256"]]
        if len(hashes) > MOST_HASHES:
            raise TooManyHashes
        known = photo_versions.by_hash(self.entered, hashes)
        return Response({"known": {sha256: str(photo_id) for sha256, photo_id in known.items()}})


urlpatterns = [
    path("photos/<uuid:photo_id>/file", PhotoFile.as_view(), name="api-photo-file"),
    path("photos/<uuid:photo_id>/original", PhotoOriginal.as_view(), name="api-photo-original"),
    path("photos/<uuid:photo_id>/versions", PhotoVersions.as_view(), name="api-photo-versions"),
    path(
        "photos/<uuid:photo_id>/versions/<uuid:version_id>/current",
        PhotoVersionCurrent.as_view(),
        name="api-photo-version-current",
    ),
    path("uploads/check", UploadsCheck.as_view(), name="api-uploads-check"),
]
