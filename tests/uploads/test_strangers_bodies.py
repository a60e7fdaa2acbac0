"""Who shows no valid credential fills no disk: long bodies are kept for members' programs only."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from apps.accounts.models import User
from apps.uploads.strangers import guarded
from apps.web.wsgi_bridge import Bridge, Receive, Scope, Send
from config import asgi
from tests.accounts.callers import session_of

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = [b"x" * 1000] * 3


def arrived(*headers: tuple[bytes, bytes]) -> tuple[bytes, dict[bytes, bytes]]:
    """The body and the headers that the pages behind the guard get to see."""
    events: list[dict[str, Any]] = [{"type": "http.request", "body": part, "more_body": True} for part in PARTS]
    events[-1]["more_body"] = False
    seen: list[tuple[bytes, dict[bytes, bytes]]] = []

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (event := await receive())["more_body"]:
            body += event["body"]
        seen.append((body + event["body"], dict(scope["headers"])))

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(event: dict[str, Any]) -> None:
        raise AssertionError("the pages answer, not the guard")

    length = (b"content-length", b"3000")
    scope = {"type": "http", "method": "POST", "path": "/api/upload", "headers": [length, *headers]}

    async def exchange() -> None:
        await guarded(pages)(scope, receive, send)

    asyncio.run(exchange())
    assert events == []
    return seen[0]


def test_the_body_of_a_valid_credential_arrives(erin_user: User) -> None:
    access = session_of(erin_user, "north").access
    assert arrived((b"authorization", f"Bearer {access}".encode()))[0] == b"".join(PARTS)


@pytest.mark.parametrize(
    "shown", [b"", b"Bearer junk", b"Api-Key gk_nobody", b"Api-Key \xe9", b"Basic YTpi", b"Bearer"]
)
def test_a_strangers_body_is_read_and_forgotten(shown: bytes) -> None:
    body, headers = arrived((b"authorization", shown))
    assert body == b""
    assert b"content-length" not in headers


def test_without_a_header_nothing_is_kept() -> None:
    assert arrived()[0] == b""


@pytest.mark.parametrize(
    ("method", "path", "is_guarded"),
    [
        ("POST", "/api/upload", True),
        ("POST", "/api/upload/multiple", True),
        ("POST", "/api/albums/01981e5c-0000-7000-8000-000000000000/photos", True),
        ("GET", "/api/albums/01981e5c-0000-7000-8000-000000000000/photos", False),
        ("POST", "/login/", False),
        ("POST", "/api/albums", False),
    ],
)
def test_only_uploads_of_the_api_may_be_longer_than_a_form(method: str, path: str, is_guarded: bool) -> None:
    app = asgi._http({"method": method, "path": path})
    assert (app is asgi.uploads) == is_guarded
    assert is_guarded or (isinstance(app, Bridge) and app.bodies.limit == asgi.LONGEST_FORM)
