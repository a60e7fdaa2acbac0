"""X-Forwarded-For and X-Forwarded-Proto, believed if a trusted proxy sends them."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from apps.web.wsgi_bridge import Asgi, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _is_trusted(address: str, proxies: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed.version == network.version and parsed in network for network in proxies)


def client_of(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The client's IP address: the last one in X-Forwarded-For that is none of a trusted proxy."""
    client = peer
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _is_trusted(client, proxies):
            break
        client = hop
    return client


class BehindProxies:
    """ASGI middleware: gives the wrapped application the client's own IP address and scheme."""

    def __init__(self, app: Asgi, proxies: Sequence[Network]) -> None:
        self.app = app
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.proxies and scope.get("client") and "headers" in scope:
            peer = str(scope["client"][0])
            if _is_trusted(peer, self.proxies):
                headers = dict(scope["headers"])
                forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
                scope["client"] = (client_of(peer, forwarded, self.proxies), 0)
                if headers.get(b"x-forwarded-proto") == b"https":
                    scope["scheme"] = "https" if scope["type"] == "http" else "wss"
        await self.app(scope, receive, send)
