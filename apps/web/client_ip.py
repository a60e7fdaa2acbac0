"""The IP address of the client."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The client's IP address, as rate limits count it: an IPv4 address, or the /64 of an IPv6 one.

    Behind a trusted proxy `apps.web.proxies` has put the visitor's own address there.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    try:
        parsed = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    # One household has a whole /64 to pick addresses from.
    return str(ipaddress.ip_network((parsed, 64), strict=False))
