"""A client of the tus protocol that talks to the ASGI application itself, and may break any rule."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from apps.uploads.tus import receive_parts

PART: dict[str, Any] = {"content-type": "application/offset+octet-stream"}


@dataclass
class Answer:
    """status, headers by lower-cased name, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error's word for programs."""
        return str(json.loads(self.body)["error"]["code"])

    @property
    def offset(self) -> int:
        return int(self.headers["upload-offset"])


def metadata(**values: object) -> str:
    """An `Upload-Metadata` header."""
    return ",".join(f"{name} {b64encode(str(value).encode()).decode()}" for name, value in values.items())


def speak(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    cut: bool = False,
    tus: str | None = "1.0.0",
    meanwhile: Any = None,
    **headers: str,
) -> Answer | None:
    """One request. Names of headers have underscores.  cut: the connection breaks behind the body, and None is given.

    tus: the version, None leaves the header out.  meanwhile: called when half of the body has been taken.
    """
    half = len(body) // 2
    events: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:], "more_body": True},
        {"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False},
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if meanwhile is not None and len(events) == 1:
            await asyncio.to_thread(meanwhile)
        return events.pop(0)

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if tus is not None:
        named.setdefault("tus-resumable", tus)
    if body:
        named.setdefault("content-length", str(len(body)))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"testserver"), *((name.encode(), value.encode()) for name, value in named.items())],
        "scheme": "http",
    }
    asyncio.run(receive_parts(scope, receive, send))
    if not sent:
        return None
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], found, b"".join(event["body"] for event in sent[1:]))
