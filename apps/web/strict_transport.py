"""Strict-Transport-Security on every answer that came by https: Django's own is on its pages alone, not on bytes."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.web.wsgi_bridge import Asgi, Receive, Scope, Send

NAME = b"strict-transport-security"


class StrictTransport:
    """ASGI middleware: adds the header where the application has not. value: see `wanted`; None adds nothing."""

    def __init__(self, app: Asgi, value: bytes | None) -> None:
        self.app, self.value = app, value

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.value is None or scope["type"] != "http" or scope.get("scheme") != "https":
            await self.app(scope, receive, send)
            return
        strict = self.value

        async def told(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                headers = list(event.get("headers", ()))
                if all(name.lower() != NAME for name, _ in headers):
                    # Whose hosts lie below a studio's own is not ours to know; a byte path says that it is one.
                    value = strict.partition(b";")[0] if scope.get("studio_host") else strict
                    event = {**event, "headers": [*headers, (NAME, value)]}
            await send(event)

        await self.app(scope, receive, told)


def wanted(*, below: bool = True) -> bytes | None:
    """What the header says by the settings, as Django says it. below: also of hosts below, if the settings do."""
    if not settings.SECURE_HSTS_SECONDS:
        return None
    too = "; includeSubDomains" if below and settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    return f"max-age={settings.SECURE_HSTS_SECONDS}{too}".encode()
