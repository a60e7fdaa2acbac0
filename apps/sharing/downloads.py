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
from apps.sharing.sizes import is_offered, rendition_of

log = logging.getLogger(__name__)

CHUNK = 1 << 18


def find(grant: Grant, photo_id: UUID, size: str | None) -> tuple[serving.Location, str]:
    """The file and the name it had in the camera. size: as in `sizes`, or None for the largest allowed one.

    Run it in `acting_in(grant.studio)`. Raises Http404 for what is not there, not shown, or not granted.
    """
    wanted = size or grant.rights.download_size
    if wanted is None or not is_offered(grant, wanted):
        raise Http404
    name = grant.photos().filter(photo_id=photo_id).values_list("photo__camera_name", flat=True).first()
    if name is None:
        raise Http404
    location = _file(grant, photo_id, rendition_of(wanted, grant.rights.metadata))
    if location is None:
        raise Http404
    return location, name


def _file(grant: Grant, photo_id: UUID, kind: str) -> serving.Location | None:
    """The file of a kind; "" for the original as it is. What leaves less metadata or fewer pixels is made if need be.

    A file that cannot be made is as if it were not there, and stands in the log: never is more given in its place.
    """
    if not kind:
        return serving.original_location(grant.studio.pk, photo_id)
    if kind == "web":
        return serving.locate(grant.studio.pk, photo_id, kind)
    original = Blob.objects.for_studio(grant.studio).filter(photos=photo_id).first()
    if original is None:
        return None
    try:
        return serving.location_of(derived.ensure(original, kind))
    except derived.NotMade:
        log.exception("photo %s of studio %s cannot be served as %s", photo_id, grant.studio.pk, kind)
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
