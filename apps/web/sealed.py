"""Encryption of texts that are kept in a row.

Keys are derived from the installation's secret, one per purpose, so none of them opens what another closed. What was
closed under a former secret (`SECRET_KEY_FALLBACKS`) still opens; `seal_anew` closes it under the present one.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# cryptography is imported where something is sealed: 7 MB, which a worker that never does so is spared.


def key(purpose: str) -> bytes:
    """32 bytes that belong to this installation and this purpose."""
    return _derived(settings.SECRET_KEY, purpose)


def keys(purpose: str) -> list[bytes]:
    """The key, and those of former secrets, the newest first."""
    return [_derived(secret, purpose) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@cache
def _derived(secret: str, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"glassine.{purpose}".encode()).derive(secret.encode())


def _fernet(purpose: str) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in keys(purpose)])


def seal(text: str, purpose: str) -> str:
    """The text, encrypted for the row."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str, *, seconds: int | None = None) -> str:
    """The text again, or "" when the installation's secret has changed since, or it is older than so many seconds."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except InvalidToken:
        return ""


def seal_anew(sealed: str, purpose: str) -> str | None:
    """What was sealed under any secret, under the present one; its age stays. None if no secret opens it."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(purpose).rotate(sealed.encode()).decode()
    except InvalidToken:
        return None
