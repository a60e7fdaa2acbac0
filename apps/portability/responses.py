"""Archives of exports as answers."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from apps.media.mime import disposition
from apps.media.serving import safety_headers
from apps.portability.models import ExportPart
from apps.portability.packing import PackedPart
from apps.web import ranges


def archive(request: HttpRequest, row: ExportPart) -> HttpResponse:
    """One archive, whole or the range that is asked for. Raises sizes.Unwhole."""
    etag = f'"{row.pk.hex}"'
    try:
        part = ranges.asked(
            request.headers.get("Range", ""), size=row.length, if_range=request.headers.get("If-Range", ""), etag=etag
        )
    except ranges.Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{row.length}"})
    start, end = (part.start, part.end) if part else (0, row.length - 1)
    headers = safety_headers("application/zip") | {
        "Content-Type": "application/zip",
        "Content-Disposition": disposition(row.name),
        "Content-Length": str(end - start + 1),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "ETag": etag,
        # nginx would write four gigabytes to its own disk first.
        "X-Accel-Buffering": "no",
    }
    if part:
        headers["Content-Range"] = f"bytes {start}-{end}/{row.length}"
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    chunks = PackedPart.of(row).chunks(row.studio_id, start, end)
    answer = StreamingHttpResponse(chunks, status=206 if part else 200, headers=headers)
    # What pages are decorated with looks at status and headers alone, which both kinds of answers have.
    return cast(HttpResponse, answer)
