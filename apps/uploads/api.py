"""Uploads over the API: multipart, one file or many, each with an answer of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.urls import path
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import Entered
from apps.accounts.api import StudioView
from apps.albums import serializers as albums_serializers
from apps.albums.api import AlbumPhotoViewSet, album_or_404
from apps.albums.models import Album
from apps.media import cas
from apps.uploads import limits
from apps.uploads.arrive import arrive
from apps.uploads.receiver import explain
from apps.web import strict
from apps.web.api import error_body
from apps.web.failures import refusal_of
from apps.web.openapi import extend_schema
from apps.web.parsing import Json, Multipart
from apps.web.strict import refuse_unknown

File: TypeAlias = "UploadedFile[bytes]"
REJECTED, AWAY, NO_ROOM = 422, 503, 507


class AlbumField(strict.Serializer[Any]):
    """album: id of the album to put the photos into; without it they lie in none."""

    album = serializers.UUIDField(required=False)


class FilesRequest(strict.Serializer[Any]):
    """One or many files."""

    files = serializers.ListField(child=serializers.FileField(), allow_empty=False)


class FileRequest(AlbumField):
    """One file."""

    file = serializers.FileField()


class ManyRequest(FilesRequest, AlbumField):
    """One or many files."""


class ResultSerializer(strict.Serializer[Any]):
    """What became of one file. reason: why it was rejected, in a sentence.

    photo: of a sidecar the one to which it belongs, null while it waits for it.
    """

    name = serializers.CharField()
    status = serializers.ChoiceField(choices=["stored", "duplicate", "sidecar", "rejected"])
    photo = albums_serializers.PhotoSerializer(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class ResultsSerializer(strict.Serializer[Any]):
    """One result per file, in the order in which they were sent."""

    results = ResultSerializer(many=True)


class RejectedSerializer(strict.Serializer[Any]):
    """No file was kept: the error, beside the result of each unless the request itself was refused."""

    error = serializers.DictField()
    results = ResultSerializer(many=True, required=False)


RESPONSES = {
    201: ResultsSerializer,
    422: OpenApiResponse(RejectedSerializer, description="Every file was rejected"),
    503: OpenApiResponse(RejectedSerializer, description="None can be kept at the moment; `Retry-After` says when"),
    507: OpenApiResponse(RejectedSerializer, description="There is no room for any of them"),
}


@dataclass(slots=True)
class Result:
    """How one file fared. code and http say what kept it out, wait after how many seconds another try makes sense."""

    name: str
    status: str = "rejected"
    photo_id: UUID | None = None
    reason: str | None = None
    code: str = ""
    http: int = 201
    wait: int | None = None


def take(entered: Entered, album: Album | None, files: Sequence[File]) -> list[Result]:
    """Keep each file as a photo. A bad one does not hinder the others."""
    results: list[Result] = []
    received: list[tuple[Result, cas.Stored]] = []
    with ExitStack() as leftovers:
        # All are received and synced before the first row is written: the rows' locks are then held for a moment only.
        for file in files:
            result = Result(str(file.name or "photo"))
            results.append(result)
            stored = _received(result, file)
            if stored is not None:
                leftovers.callback(stored.discard)
                received.append((result, stored))
        for result, stored in received:
            _ingest(entered, album, stored, result)
    return results


def _received(result: Result, file: File) -> cas.Stored | None:
    try:
        return cas.receive(cast(BinaryIO, file), limit=limits.most_bytes(result.name), sidecars=True)
    except Exception as error:
        _refuse(result, error)
        return None


def _ingest(entered: Entered, album: Album | None, stored: cas.Stored, result: Result) -> None:
    try:
        arrived = arrive(entered.studio, album, stored, name=result.name, by=entered.user)
    except Exception as error:
        _refuse(result, error)
        return
    result.status, result.photo_id = arrived.status, arrived.photo.pk if arrived.photo else None


def _refuse(result: Result, error: Exception) -> None:
    """Write down why a file was not taken. What is our own fault is raised again."""
    result.http, result.code, result.reason = explain(error)
    if result.http == 500:
        raise error
    refusal = refusal_of(error)
    result.wait = refusal.wait if refusal else None


def answer(view: StudioView, album: Album | None, results: Sequence[Result]) -> Response:
    """201 with every result; an error beside them if nothing at all was kept."""
    photos = [result.photo_id for result in results if result.photo_id]
    shown = albums_serializers.photo_shapes(view.request, view.entered, photos, album=album)
    by_id = {shape["id"]: shape for shape in shown}
    listed = [
        {
            "name": result.name,
            "status": result.status,
            "photo": by_id.get(str(result.photo_id)),
            "reason": result.reason,
        }
        for result in results
    ]
    if any(result.status != "rejected" for result in results):
        return Response({"results": listed}, status=201)
    first = results[0]
    status = _status({result.http for result in results})
    error = error_body(first.code if status != REJECTED or len(results) == 1 else "rejected", str(first.reason))
    waits = [result.wait for result in results if result.wait]
    headers = {"Retry-After": str(max(waits))} if status == AWAY and waits else None
    return Response({**error, "results": listed}, status=status, headers=headers)


def _status(of_files: set[int]) -> int:
    """Of a request of which nothing was kept. Only if no file is at fault do the same files make sense once more."""
    return NO_ROOM if of_files == {NO_ROOM} else AWAY if of_files <= {AWAY, NO_ROOM} else REJECTED


def _files(request: Request, name: str) -> list[File]:
    """The files of one field. Raises ValidationError when there are none."""
    files: list[File] = request.FILES.getlist(name)
    if not files:
        raise serializers.ValidationError({name: ["Send at least one file, as multipart/form-data."]})
    return files


class AlbumPhotosViewSet(AlbumPhotoViewSet):
    """The photos of one album, and new ones for it."""

    action_scopes = {"create": "upload"}
    parser_classes = [Multipart, Json]

    @extend_schema(request={"multipart/form-data": FilesRequest}, responses=RESPONSES)
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add photos: the field `files`, once or many times."""
        album = self.album
        refuse_unknown(request.data, {"files"})
        return answer(self, album, take(self.entered, album, _files(request, "files")))


class UploadView(StudioView):
    """Files for an album or for none."""

    scope = "upload"
    album_scoped = contributors = ("post",)
    parser_classes = [Multipart, Json]

    def _take(self, request: Request, name: str) -> Response:
        if request.POST.get("album") == "":
            # Left blank it would mean no album, and a program that forgot the id would never see its photos again.
            raise serializers.ValidationError({"album": ["Name a gallery, or leave this field out."]})
        sent = request.data
        refuse_unknown(sent, {"album", name})
        asked = AlbumField(data={"album": sent["album"]} if isinstance(sent, dict) and "album" in sent else {})
        asked.is_valid(raise_exception=True)
        album_id = asked.validated_data.get("album")
        if album_id is None and self.entered.is_restricted:
            raise serializers.ValidationError({"album": ["Name one of your galleries."]})
        album = album_or_404(self, album_id) if album_id else None
        return answer(self, album, take(self.entered, album, _files(request, name)))


@extend_schema(tags=["uploads"])
class UploadOne(UploadView):
    @extend_schema(request={"multipart/form-data": FileRequest}, responses=RESPONSES)
    def post(self, request: Request) -> Response:
        """Upload one photo: the field `file`, and the album's id if it is to lie in one."""
        return self._take(request, "file")


@extend_schema(tags=["uploads"])
class UploadMany(UploadView):
    @extend_schema(request={"multipart/form-data": ManyRequest}, responses=RESPONSES)
    def post(self, request: Request) -> Response:
        """Upload many photos: the field `files`, and the album's id if they are to lie in one."""
        return self._take(request, "files")


urlpatterns = [
    path(
        "albums/<uuid:album_id>/photos",
        AlbumPhotosViewSet.as_view({"get": "list", "post": "create"}),
        name="api-photos",
    ),
    path("upload", UploadOne.as_view(), name="api-upload"),
    path("upload/multiple", UploadMany.as_view(), name="api-upload-multiple"),
]
