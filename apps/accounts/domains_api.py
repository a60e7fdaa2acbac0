"""What the proxy asks before it gets a certificate for a host."""

from __future__ import annotations

import ipaddress
from typing import Final

from django.conf import settings
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import hosts
from apps.accounts.domain_names import LONGEST
from apps.accounts.endpoints import Open
from apps.web.openapi import extend_schema
from apps.web.proxies import is_trusted
from apps.web.rate_limit import RateLimit, reserve

ASKS: Final = RateLimit("domain-ask", tries=300, window=60)


class DomainAskView(Open):
    """`?domain=`: 200 for a verified host of a studio, else 404. For a proxy alone, here or trusted.

    Strangers make a proxy ask about any name they please, so asking is bounded.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        peer = str(request.META.get("REMOTE_ADDR", ""))
        # What a proxy passes on says for whom; its own question does not.
        is_passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
        if is_passed_on or not _is_near(peer):
            raise Http404
        reserve(ASKS, peer)
        name = request.query_params.get("domain", "")
        if not name or len(name) > LONGEST or not name.isascii() or not hosts.is_verified(name):
            raise Http404
        return Response(headers={"Cache-Control": "no-store"})


def _is_near(peer: str) -> bool:
    try:
        is_loopback = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
    return is_loopback or is_trusted(peer, settings.TRUSTED_PROXIES)
