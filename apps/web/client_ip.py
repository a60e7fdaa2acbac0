"""The IP address of the client."""

from __future__ import annotations

from django.http import HttpRequest

from apps.web.bodies import network_of


def client_ip(request: HttpRequest) -> str:
    """The client's IP address, as rate limits count it: an IPv4 address, or the /64 of an IPv6 one.

    Behind a trusted proxy `apps.web.proxies` has put the visitor's own address there.
    """
    return network_of(str(request.META.get("REMOTE_ADDR", "")))
