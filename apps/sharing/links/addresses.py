"""What stands in a link's address. For editors and owners only."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from apps.sharing.links import secrets
from apps.sharing.models import ShareLink


def token_of(link: ShareLink) -> str:
    """The link's token, for editors and owners only; "" if it cannot be shown any more."""
    return secrets.unseal(link.token_sealed)


def pin_of(link: ShareLink) -> str:
    """The link's download PIN, for editors and owners only; "" if there is none or it cannot be shown any more."""
    return secrets.unseal(link.pin_sealed) if link.pin_sealed else ""


def key_of(link: ShareLink) -> str:
    """What stands in the address that the studio sends: the readable one, else the token.

    The readable address of a link for everybody ends with the public page, so the token is what is sent.
    """
    return readable_key(link) if link.slug and not link.is_for_everybody else token_of(link)


def readable_key(link: ShareLink) -> str:
    """What stands in a link's readable address. Its studio is at hand."""
    return f"{link.studio.slug}.{link.slug}"


def address_of(link: ShareLink) -> str:
    """What the studio sends to the client; "" if it cannot be shown any more."""
    key = key_of(link)
    return f"{settings.PUBLIC_URL}{reverse('sharing:gallery', args=[key])}" if key else ""
