"""The secrets of a link: its token, the copy that editors may see again, its password.

Keys are derived from the installation's secret, one per purpose, so none of them opens what another closed.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

TOKEN_BYTES = 24


@cache
def _key(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"glassine.{purpose}".encode()).derive(secret.encode())


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(settings.SECRET_KEY, "share-token")))


def new_token() -> str:
    """192 random bits, urlsafe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_pin() -> str:
    """Six random digits, to be typed before a download."""
    return f"{secrets.randbelow(10**6):06}"


def seal(token: str) -> str:
    """The token, encrypted for the row."""
    return _fernet().encrypt(token.encode()).decode()


def unseal(sealed: str) -> str:
    """The token again, or "" when the installation's secret has changed since: then nobody can show it."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def _peppered(password: str) -> str:
    # Blanks around are what a mail or a keyboard adds. The HMAC makes a stolen table useless without the
    # installation's secret, and any length fits bcrypt.
    pepper = _key(settings.SECRET_KEY, "share-password")
    return hmac.digest(pepper, password.strip().encode(), "sha256").hex()


def hash_password(password: str) -> str:
    """What the row keeps of a link's password."""
    return make_password(_peppered(password))


def is_password(password: str, password_hash: str) -> bool:
    """True if this is the password. Slow on purpose; reserve a guess before."""
    return check_password(_peppered(password), password_hash)


def opaque_tag(key: str) -> str:
    """A name for stored bytes that tells nothing about them (for ETag)."""
    return hmac.digest(_key(settings.SECRET_KEY, "etag"), key.encode(), "sha256").hex()[:32]
