"""The one door: what fails on a byte path before its first byte is told in words, like on any page."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest

from apps.web.pages_first import PAGES
from config import asgi

# The same in every process: pytest names the tests by it, and two processes must collect the same.
ID = "01930000-0000-7000-8000-000000000000"


def answer_of(failure: Exception, *, after: int = 0) -> list[dict[str, Any]]:
    """What is sent for a request whose application sends so many events and then fails."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for event in [{"type": "http.response.start", "status": 200, "headers": []}][:after]:
            await send(event)
        raise failure

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": "GET", "path": "/g/token/download.zip", "raw_path": b"/g/token/download.zip",
        "query_string": b"", "headers": [(b"host", b"testserver")], "scheme": "http", "client": ("127.0.0.1", 1),
        "server": ("testserver", 80), "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    asyncio.run(asgi._in_words(app, scope, receive, send))
    return sent


def test_a_full_disk_is_told_on_a_byte_path_too() -> None:
    start, *bodies = answer_of(OSError(errno.ENOSPC, "No space left on device"))
    assert start["status"] == 507
    assert "There is no room on the server" in b"".join(event.get("body", b"") for event in bodies).decode()


def test_what_fails_after_the_first_byte_breaks_the_connection_and_a_fault_of_ours_stays_one() -> None:
    with pytest.raises(OSError, match="No space"):
        answer_of(OSError(errno.ENOSPC, "No space left on device"), after=1)
    with pytest.raises(RuntimeError, match="ours"):
        answer_of(RuntimeError("ours"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"/studio/north-light/albums/{ID}/upload"),
        ("PATCH", f"/studio/north-light/uploads/tus/{ID}"),
        ("POST", "/g/token/uploads/tus"),
        ("POST", "/api/upload/multiple"),
    ],
)
def test_what_brings_files_stands_back_while_pages_are_made(method: str, path: str) -> None:
    assert asgi._http({"type": "http", "method": method, "path": path}) in asgi.ARRIVALS


def test_all_else_is_a_page_until_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(PAGES.are_made)

    monkeypatch.setattr(asgi, "_http", lambda scope: app)
    asyncio.run(asgi._route({"type": "http", "method": "GET", "path": "/", "headers": []}, None, None))  # type: ignore[arg-type]
    assert seen == [True]
    assert not PAGES.are_made
