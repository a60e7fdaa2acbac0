"""Where a webhook may lead (G35): to the public internet, and to what the operator names in GLASSINE_WEBHOOK_HOSTS.

The name is resolved once per delivery and the connection goes to the very address that was checked, so an answer
that changes between look and use changes nothing. A name with any private address is refused.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from apps.web.egress import Target, ips_of
from apps.web.refusal import Refusal


class UrlRefused(Refusal):
    """A webhook must not lead there."""

    status = 422
    code = "url_refused"
    sentence = "This address is not reachable from the internet."


def check_url(url: str) -> None:
    """Raises UrlRefused for an address that can never be right, without asking the resolver."""
    _parts(url)


def resolve(url: str) -> Target:
    """Where this address leads now. Raises UrlRefused for a private network, OSError if the name is unknown."""
    scheme, host, port, path = _parts(url)
    ips = ips_of(host, port)
    if not _is_named(host, port) and not all(_is_public(ip) for ip in ips):
        raise UrlRefused
    return Target(scheme, host, port, path, ips)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        raise UrlRefused("This is not a web address.") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or not port or parts.scheme not in ("http", "https"):
        raise UrlRefused("The address must begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise UrlRefused("The address must not hold a user name or password.")
    named = _is_named(host, port)
    if parts.scheme != "https" and not named:
        raise UrlRefused("The address must begin with https://.")
    if not named and not _may_be_public(host):
        raise UrlRefused
    return parts.scheme, host, port, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def _may_be_public(host: str) -> bool:
    try:
        return _is_public(host)
    except ValueError:
        # A name; "localhost" and names without a dot are never those of the internet.
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))


def _is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # ::ffff:10.0.0.1, 64:ff9b::10.0.0.1 and 2002:0a00:0001:: lead to IPv4 addresses.
        inner = address.ipv4_mapped or address.sixtofour
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_named(host: str, port: int) -> bool:
    """True for what the operator lists: a host, or a host with its port."""
    return host in settings.WEBHOOK_HOSTS or f"{host}:{port}" in settings.WEBHOOK_HOSTS
