"""Only a trusted proxy may say who the client is."""

import asyncio
import ipaddress
from typing import Any

import pytest

from apps.web.proxies import BehindProxies, client_of

PROXIES = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 10.1.1.1", "203.0.113.7"),
        ("198.51.100.9", "203.0.113.7", "198.51.100.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, unknown, 10.1.1.1", "10.1.1.1"),
        ("127.0.0.1", "203.0.113.7:50123", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7:50123, 10.1.1.1:443", "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::7]:50123", "2001:db8::7"),
        ("127.0.0.1", "[2001:db8::7]", "2001:db8::7"),
        ("127.0.0.1", "2001:DB8::7", "2001:db8::7"),
        ("127.0.0.1", "203.0.113.7:", "127.0.0.1"),
        ("127.0.0.1", "[2001:db8::7", "127.0.0.1"),
        ("127.0.0.1", "_hidden", "127.0.0.1"),
        ("not an address", "203.0.113.7", "not an address"),
    ],
)
def test_the_last_hop_nobody_of_ours_wrote_is_the_client(peer: str, forwarded: str, client: str) -> None:
    assert client_of(peer, forwarded, PROXIES) == client


def test_several_lines_of_the_header_are_one_list() -> None:
    seen: list[tuple[str, int]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"])

    lines = [(b"x-forwarded-for", b"1.2.3.4"), (b"X-Forwarded-For", b"203.0.113.7:5, 10.1.1.1")]
    scope = {"type": "http", "client": ("127.0.0.1", 9), "headers": lines}
    asyncio.run(BehindProxies(app, PROXIES)(scope, None, None))  # type: ignore[arg-type]
    assert seen == [("203.0.113.7", 0)]


@pytest.mark.parametrize(
    ("peer", "forwarded", "host"),
    [
        ("127.0.0.1", b"photos.example.com", b"photos.example.com"),
        ("127.0.0.1", b"a.example, b.example", b"inner"),
        ("127.0.0.1", b" ", b"inner"),
        ("198.51.100.9", b"photos.example.com", b"inner"),
    ],
)
def test_a_trusted_proxy_may_say_which_host_was_asked(peer: str, forwarded: bytes, host: bytes) -> None:
    seen: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(value for name, value in scope["headers"] if name == b"host")

    headers = [(b"host", b"inner"), (b"x-forwarded-host", forwarded)]
    scope = {"type": "http", "client": (peer, 9), "headers": headers}
    asyncio.run(BehindProxies(app, PROXIES)(scope, None, None))  # type: ignore[arg-type]
    assert seen == [host]
