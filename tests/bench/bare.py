"""The bare minimum of serving a page with pictures: files of one directory by path, by the server's own sendfile.

    granian --interface asginl tests.bench.bare:application      with GLASSINE_BENCH_FILES=directory

The baseline of the rows on galleries: no session, no right to check, no database.
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

FILES = {
    f"/{path.name}": (str(path), path.stat().st_size, mimetypes.guess_type(path.name)[0] or "text/html")
    for path in Path(os.environ["GLASSINE_BENCH_FILES"]).iterdir()
}


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Send the file, or 404."""
    if scope["type"] != "http":
        return
    known = FILES.get(scope["path"])
    if known is None:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    path, size, mime = known
    headers = [(b"content-type", mime.encode()), (b"content-length", str(size).encode())]
    headers.append((b"cache-control", b"private, max-age=30"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.pathsend", "path": path})
