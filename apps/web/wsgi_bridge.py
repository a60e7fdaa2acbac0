"""Django as an ASGI application, by its WSGI handler on a fixed pool of threads.

Under its own ASGI handler Django gives every request a new thread and so a new database connection, and
reads a synchronous stream whole before the first byte leaves. Here a request keeps one thread of the pool,
whose connection stays open, and a file goes out by the server's own sendfile where it can.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from apps.web.bodies import IN_MEMORY, Bodies, BodyRefused, ClientGone
from apps.web.refusal import Refusal
from apps.web.threads import in_thread

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

CHUNK = 1 << 18
_END = object()
# Django and DRF decode a body by the codec that its sender names. These are for text; others unpack ("zlib"), or end
# in an error that nobody expects ("hex"), so they are not heard of.
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)"?', re.IGNORECASE)
_FOR_TEXT = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252"})


class Declined(Exception):
    """Raised by a byte path that has neither read nor sent anything: Django's page at the address shall answer."""


class OpenFile:
    """What `wsgi.file_wrapper` is given: a file to send, and how to close the response behind it."""

    def __init__(self, file: BinaryIO, block_size: int = CHUNK) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(CHUNK), b"")

    def close(self) -> None:
        self.file.close()

    def path(self) -> str | None:
        """Its path, when all of it is to be sent from the start."""
        name = getattr(self.file, "name", None)
        return name if isinstance(name, str) and self.file.tell() == 0 else None


@dataclass(slots=True)
class BridgeAnswer:
    """status and headers of an answer, and its body: all of it, or what is to be streamed."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    stream: Iterable[bytes] | None


Run = Callable[[Scope, Callable[[], BridgeAnswer]], Awaitable[BridgeAnswer]]


class Bridge:
    """wsgi: the WSGI application.  temp: where long bodies wait.

    limit: longest request body in bytes.  is_known: who may send more than a stranger (see `bodies`).
    in_memory: bytes of a body that are not written to the disk.  run: runs a page; by default on the pool of pages.
    """

    def __init__(
        self,
        wsgi: Callable[..., Iterable[bytes]],
        *,
        limit: int,
        temp: str,
        is_known: Callable[[Scope], bool] = lambda _scope: False,
        in_memory: int = IN_MEMORY,
        run: Run | None = None,
    ) -> None:
        self.wsgi = wsgi
        self.temp = temp
        self.in_memory = in_memory
        self.bodies = Bodies(limit, is_known)
        self.run = run or _on_page_thread

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(max_size=self.in_memory, dir=self.temp) as file, self.bodies.held_for(scope) as body:
            try:
                await body.read(receive, file)
            except BodyRefused as reason:
                await _plain(send, reason.status, str(reason).encode())
                return
            except ClientGone:
                return
            try:
                answer = await self.run(scope, partial(self._call, _environ(scope, cast(BinaryIO, file))))
            except Refusal as reason:
                await _plain(send, reason.status, str(reason).encode(), wait=reason.wait)
                return
        await _send(answer, scope, send)

    def _call(self, environ: dict[str, Any]) -> BridgeAnswer:
        head: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            head["status"] = int(status.split(" ", 1)[0])
            head["headers"] = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

        response = self.wsgi(environ, start_response)
        if isinstance(response, OpenFile) or getattr(response, "streaming", False):
            return BridgeAnswer(head["status"], head["headers"], b"", response)
        try:
            return BridgeAnswer(head["status"], head["headers"], b"".join(response), None)
        finally:
            _close(response)


def _environ(scope: Scope, body: BinaryIO) -> dict[str, Any]:
    path = scope["path"]
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path as latin-1 text (PEP 3333).
        "PATH_INFO": path.encode("utf-8").decode("latin-1"),
        "RAW_URI": quote(path),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": OpenFile,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"] = str(scope["client"][0])
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if b"_" in raw_name:
            # X_Forwarded_For must not pass for X-Forwarded-For.
            continue
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        joint = "; " if name == "COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if "CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = _CHARSET.sub(
            lambda found: found[0] if found[1].lower() in _FOR_TEXT else "", environ["CONTENT_TYPE"]
        )
    _measure(environ, body)
    return environ


def _measure(environ: dict[str, Any], body: BinaryIO) -> None:
    # A chunked body has no length in its headers, but here it has one in fact.
    if "HTTP_TRANSFER_ENCODING" in environ:
        body.seek(0, 2)
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)


async def _send(answer: BridgeAnswer, scope: Scope, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if answer.stream is None:
        await send({"type": "http.response.body", "body": answer.body})
        return
    try:
        path = answer.stream.path() if isinstance(answer.stream, OpenFile) else None
        if path and "http.response.pathsend" in (scope.get("extensions") or {}):
            await send({"type": "http.response.pathsend", "path": path})
            return
        chunks = iter(answer.stream)
        while (chunk := await in_thread(next, chunks, _END)) is not _END:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await in_thread(_close, answer.stream)


def _close(response: object) -> None:
    close = getattr(response, "close", None)
    if close:
        close()


async def _on_page_thread(scope: Scope, page: Callable[[], BridgeAnswer]) -> BridgeAnswer:
    return await in_thread(page)


async def _plain(send: Send, status: int, body: bytes, *, wait: int | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    if wait is not None:
        headers.append((b"retry-after", str(wait).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
