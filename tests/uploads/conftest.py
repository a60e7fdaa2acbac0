"""What the upload tests share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.utils.crypto import get_random_string

from apps.uploads.receiver import receive_photo

PHOTOS = Path(__file__).parent.parent / "data"


@pytest.fixture
def real_photo() -> bytes:
    """A photo of a real camera, with EXIF."""
    return (PHOTOS / "formats" / "prairie_falcon.jpg").read_bytes()


Put = Callable[..., tuple[int, dict[str, Any]]]


async def _exchange(scope: dict[str, Any], parts: list[bytes], cut: bool) -> list[dict[str, Any]]:
    events = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    events.append({"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await receive_photo(scope, receive, send)
    return sent


def put_as(client: Client, path: str, body: bytes, **options: Any) -> tuple[int, dict[str, Any]]:
    """Send a body to the receiver as the browser of `client` does; (status, answer).

    options: query (dict), csrf (False leaves the token out), announced (another Content-Length), cut (the
    connection ends before the body does; the status is then 0).
    """
    token = get_random_string(32)
    client.cookies[settings.CSRF_COOKIE_NAME] = token
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = [(b"host", b"testserver"), (b"cookie", cookies.encode())]
    headers.append((b"content-length", str(options.get("announced", len(body))).encode()))
    if options.get("csrf", True):
        headers.append((b"x-csrftoken", token.encode()))
    query = "&".join(f"{name}={quote(str(value))}" for name, value in options.get("query", {}).items())
    scope = {
        "type": "http",
        "method": "PUT",
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "scheme": "http",
    }
    half = len(body) // 2
    parts = [body[:half]] if options.get("cut") else [body[:half], body[half:]]
    sent = asyncio.run(_exchange(scope, parts, bool(options.get("cut"))))
    if not sent:
        return 0, {}
    return sent[0]["status"], json.loads(sent[1]["body"])
