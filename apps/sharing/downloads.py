"""One photo to take home, at a size that the link grants."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from apps.media import derived, serving
from apps.media.models import Blob
from apps.sharing import ranges
from apps.sharing.access import Grant
from apps.sharing.models import Metadata

log = logging.getLogger(__name__)

CHUNK = 1 << 18


def find(grant: Grant, photo_id: UUID, size: str | None) -> tuple[serving.Location, str]:
    """The file and the name it had in the camera. size: "web", "original", or None for the largest allowed one.

    Run it in `acting_in(grant.studio)`. Raises Http404 for what is not there, not shown, or not granted.
    """
    wanted = size or grant.rights.download_size
    if wanted is None or not grant.may_download(wanted):
        raise Http404
    name = grant.photos().filter(photo_id=photo_id).values_list("photo__camera_name", flat=True).first()
    if name is None:
        raise Http404
    location = _original(grant, photo_id) if wanted == "original" else serving.locate(grant.studio.pk, photo_id, wanted)
    if location is None:
        raise Http404
    return location, name


def _original(grant: Grant, photo_id: UUID) -> serving.Location | None:
    """The original as it is, or with what the link's policy leaves of its metadata. Never more than that.

    A file that cannot be made is as if it were not there, and stands in the log.
    """
    policy = grant.rights.metadata
    if policy == Metadata.ALL:
        return serving.original_location(grant.studio.pk, photo_id)
    original = Blob.objects.for_studio(grant.studio).filter(photos=photo_id).first()
    if original is None:
        return None
    try:
        return serving.location_of(derived.ensure(original, f"clean.{policy}"))
    except derived.NotMade:
        log.exception("photo %s of studio %s cannot be served without its metadata", photo_id, grant.studio.pk)
        return None


def respond(request: HttpRequest, answer: serving.Answer) -> HttpResponseBase:
    """The answer as a response; a file whole, or the part that `Range` asks for."""
    if answer.path is None:
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    headers = answer.headers | {"Accept-Ranges": "bytes"}
    size = int(headers["Content-Length"])
    try:
        part = ranges.asked(
            request.headers.get("Range", "") if request.method == "GET" else "",
            size=size,
            if_range=request.headers.get("If-Range", ""),
            etag=headers["ETag"],
        )
    except ranges.Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"})
    if request.method == "HEAD":
        return HttpResponse(status=200, headers=headers)
    return _whole(answer.path, headers) if part is None else _part(answer.path, headers, part, size)


def _whole(path: Path, headers: dict[str, str]) -> FileResponse:
    response = FileResponse(path.open("rb"))
    # FileResponse names and types the file by its place on disk; ours are the true ones.
    for name, value in headers.items():
        response[name] = value
    return response


def _part(path: Path, headers: dict[str, str], part: ranges.Part, size: int) -> StreamingHttpResponse:
    told = {"Content-Length": str(part.length), "Content-Range": f"bytes {part.start}-{part.end}/{size}"}
    return StreamingHttpResponse(_read(path, part), status=206, headers=headers | told)


def _read(path: Path, part: ranges.Part) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = part.length
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
