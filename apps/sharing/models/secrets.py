"""The secrets of a link: its token, the copy that editors may see again, its password."""

from __future__ import annotations

import hmac
import secrets

from django.contrib.auth.hashers import check_password, make_password

from apps.web import sealed
from apps.web.typed import fold_password, matches

TOKEN_BYTES = 24
TOKEN_PURPOSE = "share-token"
_PEPPER = "share-password"


def new_token() -> str:
    """192 random bits, urlsafe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_pin() -> str:
    """Six random digits, to be typed before a download."""
    return f"{secrets.randbelow(10**6):06}"


def seal(token: str) -> str:
    """The token, encrypted for the row."""
    return sealed.seal(token, TOKEN_PURPOSE)


def unseal(text: str) -> str:
    """The token again, or "" when the installation's secret has changed since: then nobody can show it."""
    return sealed.unseal(text, TOKEN_PURPOSE)


def _peppered(password: str, pepper: bytes) -> str:
    # Blanks around are what an email or a keyboard adds. The HMAC makes a stolen table useless without the
    # installation's secret, and any length fits bcrypt.
    return hmac.digest(pepper, password.strip().encode(), "sha256").hex()


def hash_password(password: str) -> str:
    """What the row keeps of a link's password."""
    return make_password(_peppered(fold_password(password), sealed.key(_PEPPER)))


def is_password(password: str, password_hash: str) -> bool:
    """True if this is the password, also under a former secret. Slow on purpose; reserve a guess before."""
    return any(_is_under(pepper, password.strip(), password_hash) for pepper in sealed.keys(_PEPPER))


def _is_under(pepper: bytes, password: str, password_hash: str) -> bool:
    return matches(password, lambda one: check_password(_peppered(one, pepper), password_hash))
