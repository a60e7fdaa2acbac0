"""Encryption of texts that are kept in a row.

Keys are derived from the installation's secret, one per purpose, so none of them opens what another closed.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def key(purpose: str) -> bytes:
    """32 bytes that belong to this installation and this purpose."""
    return _derived(settings.SECRET_KEY, purpose)


@cache
def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"glassine.{purpose}".encode()).derive(secret.encode())


def _fernet(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key(purpose)))


def seal(text: str, purpose: str) -> str:
    """The text, encrypted for the row."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """The text again, or "" when the installation's secret has changed since: then nobody can read it."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
