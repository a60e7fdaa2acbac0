"""Browsers that came by https come by https again, also to bytes that Django's middleware never sees."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from apps.web.strict_transport import NAME, StrictTransport, wanted
from config import asgi


def told(headers: list[tuple[bytes, bytes]], scheme: str, value: bytes | None) -> list[bytes]:
    """Values of the header on the answer of an application that gives these headers itself."""
    events: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"bytes"})

    async def send(event: dict[str, Any]) -> None:
        events.append(event)

    async def run() -> None:
        await StrictTransport(app, value)({"type": "http", "scheme": scheme}, None, send)  # type: ignore[arg-type]

    asyncio.run(run())
    assert events[1]["body"] == b"bytes"
    return [text for name, text in events[0]["headers"] if name.lower() == NAME]


def test_an_answer_by_https_has_it_once_and_one_by_http_never() -> None:
    value = b"max-age=31536000"
    assert told([], "https", value) == [value]
    assert told([(b"Strict-Transport-Security", b"of Django")], "https", value) == [b"of Django"]
    assert told([], "http", value) == []
    assert told([], "https", None) == []


@pytest.mark.parametrize(("below", "said"), [(False, ""), (True, "; includeSubDomains")])
def test_it_says_what_the_settings_say(below: bool, said: str, settings: Settings) -> None:
    assert wanted() is None
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, below
    assert wanted() == f"max-age=31536000{said}".encode()


def test_all_that_is_served_goes_through_it() -> None:
    assert isinstance(asgi.application.app, StrictTransport)
    assert not django_settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
