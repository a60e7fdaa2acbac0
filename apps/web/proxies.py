"""X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host, believed if a trusted proxy sends them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from apps.web.wsgi_bridge import Asgi, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_trusted(address: str, proxies: Sequence[Network]) -> bool:
    """Whether what this peer says of its client is believed."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed.version == network.version and parsed in network for network in proxies)


# Some proxies write the port too: "203.0.113.7:1234", "[2001:db8::7]:1234", "[2001:db8::7]".
_WITH_PORT = re.compile(r"(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)


def _address(hop: str) -> str | None:
    """The IP address that a hop of the header names, without its port; None for what names none."""
    match = _WITH_PORT.fullmatch(hop)
    text = (match[1] or match[2]) if match else hop
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def client_of(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The client's IP address: the last one in X-Forwarded-For that is none of a trusted proxy.

    A hop that cannot be read names nobody: what wrote it is then the client, so that nothing a client makes up becomes
    an address of its own for the rate limits.
    """
    client = peer
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not is_trusted(client, proxies):
            break
        address = _address(hop)
        if address is None:
            break
        client = address
    return client


class BehindProxies:
    """ASGI middleware: gives the wrapped application the client's own IP address, scheme and host."""

    def __init__(self, app: Asgi, proxies: Sequence[Network]) -> None:
        self.app = app
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.proxies and scope.get("client") and "headers" in scope:
            peer = str(scope["client"][0])
            if is_trusted(peer, self.proxies):
                headers = {name.lower(): value for name, value in scope["headers"]}
                # Several lines are one list (RFC 9110, section 5.2).
                hops = [value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
                forwarded = b",".join(hops).decode("latin-1")
                scope["client"] = (client_of(peer, forwarded, self.proxies), 0)
                if headers.get(b"x-forwarded-proto") == b"https":
                    scope["scheme"] = "https" if scope["type"] == "http" else "wss"
                asked = headers.get(b"x-forwarded-host", b"").strip()
                # A list has entries of who knows whom; with it the proxy's own word holds.
                if asked and b"," not in asked:
                    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
                    scope["headers"] = [*others, (b"host", asked)]
        await self.app(scope, receive, send)
