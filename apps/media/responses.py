"""A stored file as a Django response: whole, or the part that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from apps.media import serving
from apps.web import ranges

CHUNK = 1 << 18


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


def _part(path: Path, headers: dict[str, str], part: ranges.ByteRange, size: int) -> StreamingHttpResponse:
    told = {"Content-Length": str(part.length), "Content-Range": f"bytes {part.start}-{part.end}/{size}"}
    return StreamingHttpResponse(_read(path, part), status=206, headers=headers | told)


def _read(path: Path, part: ranges.ByteRange) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = part.length
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
