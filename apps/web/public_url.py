"""The installation's address, and the same door under another host."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def public_host() -> str:
    """The host of the installation, in lower case and without a port."""
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def public_url(host: str = "") -> str:
    """The base of addresses, without a closing slash. host: one that leads here too; "" for the installation's."""
    if not host:
        return str(settings.PUBLIC_URL)
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
