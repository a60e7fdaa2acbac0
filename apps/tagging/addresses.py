"""Where pictures may be sent (G35): to hosts that the operator names in GLASSINE_AI_HOSTS, and nowhere else."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from apps.web.egress import Target, ips_of
from apps.web.refusal import Refusal

_PORTS: Final = {"https": 443, "http": 80}


class AddressRefused(Refusal):
    """The operator has not named this host, or it is no address."""

    status = 422
    code = "url_refused"
    sentence = "The operator of this installation has not allowed this server."


def check_url(url: str) -> str:
    """The address without what may follow it, as it is kept. Raises AddressRefused; asks no resolver."""
    scheme, host, port, path = _parts(url)
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}{'' if port == _PORTS[scheme] else f':{port}'}{path}"


def resolve(url: str, path: str) -> Target:
    """Where a path below the address leads now. Raises AddressRefused, OSError if the name is unknown."""
    scheme, host, port, above = _parts(url)
    return Target(scheme, host, port, above + path, ips_of(host, port))


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise AddressRefused("This is not a web address.") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or not port or parts.scheme not in _PORTS:
        raise AddressRefused("Enter an address that begins with https:// or http://.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise AddressRefused("Enter the address without a user name, ? or #.")
    if not parts.path.isascii() or any(letter.isspace() or ord(letter) < 33 for letter in parts.path):
        raise AddressRefused("This is not a web address.")
    if host not in settings.AI_HOSTS and f"{host}:{port}" not in settings.AI_HOSTS:
        raise AddressRefused
    return parts.scheme, host, port, parts.path.rstrip("/")
