"""Sending a decided answer (`serving.Answer`) over raw ASGI."""

from __future__ import annotations

from typing import Any, BinaryIO

from apps.media.serving import Answer
from apps.web import ranges
from apps.web.threads import in_thread
from apps.web.wsgi_bridge import Scope, Send

CHUNK = 1 << 18
_PLAIN = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Headers by lower-case name. Cookies may come in several lines (HTTP/2)."""
    found: dict[bytes, bytes] = {}
    for raw, value in scope["headers"]:
        name = raw.lower()
        found[name] = found[name] + b"; " + value if name == b"cookie" and name in found else value
    return found


async def send_part(answer: Answer, scope: Scope, send: Send, asked: str, if_range: str) -> None:
    """`send_answer` for who may ask for a part of the file, as players of videos do.

    asked, if_range: the headers `Range` and `If-Range`, "" if they are not there.
    """
    if answer.path is None or answer.status != 200:
        await send_answer(answer, scope, send)
        return
    size = int(answer.headers["Content-Length"])
    try:
        part = ranges.asked(asked, size=size, if_range=if_range, etag=answer.headers["ETag"])
    except ranges.Unsatisfiable:
        told = {"Content-Range": f"bytes */{size}", "Content-Length": "0", "Cache-Control": "no-store"}
        await send_answer(Answer(416, told), scope, send)
        return
    whole = offering_parts(answer)
    if part is None:
        await send_answer(whole, scope, send)
        return
    told = {"Content-Length": str(part.length), "Content-Range": f"bytes {part.start}-{part.end}/{size}"}
    await send(start_of(Answer(206, whole.headers | told)))
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    file = await in_thread(answer.path.open, "rb")
    await in_thread(file.seek, part.start)
    await _send_chunks(file, send, part.length)


def offering_parts(answer: Answer) -> Answer:
    """The answer of a whole file as `send_part` gives it."""
    return Answer(answer.status, answer.headers | {"Accept-Ranges": "bytes"}, path=answer.path)


def start_of(answer: Answer) -> dict[str, Any]:
    """The event that begins an answer."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


def sends_files(scope: Scope) -> bool:
    """True if the server sends a file itself when it is told where it lies."""
    return "http.response.pathsend" in (scope.get("extensions") or {})


async def send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Send status, headers and body; a file by the server's own sendfile where it offers that."""
    await send(start_of(answer))
    if scope["method"] == "HEAD" or answer.path is None:
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})
    elif sends_files(scope):
        await send({"type": "http.response.pathsend", "path": str(answer.path)})
    else:
        await _send_chunks(await in_thread(answer.path.open, "rb"), send)


async def _send_chunks(file: BinaryIO, send: Send, length: int = 1 << 62) -> None:
    """Send what is left of a file, at most `length` bytes of it."""
    try:
        while chunk := await in_thread(file.read, min(CHUNK, length)):
            length -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await in_thread(file.close)


async def not_found(scope: Scope, send: Send) -> None:
    """The same for what is not there, not yours, or not an address at all."""
    body = b"There is nothing here."
    await send_answer(Answer(404, _PLAIN | {"Content-Length": str(len(body))}, body=body), scope, send)


async def not_allowed(send: Send) -> None:
    """Another method than GET or HEAD."""
    headers = _PLAIN | {"Allow": "GET, HEAD", "Content-Length": "0"}
    await send_answer(Answer(405, headers), {"method": "GET"}, send)
