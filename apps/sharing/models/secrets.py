"""The secrets of a link: its token, the copy that editors may see again, its password."""

from __future__ import annotations

import hmac
import secrets

from django.contrib.auth.hashers import check_password, make_password

from apps.web import sealed
from apps.web.typed import fold_password, matches

TOKEN_BYTES = 24
_TOKEN = "share-token"


def new_token() -> str:
    """192 random bits, urlsafe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_pin() -> str:
    """Six random digits, to be typed before a download."""
    return f"{secrets.randbelow(10**6):06}"


def seal(token: str) -> str:
    """The token, encrypted for the row."""
    return sealed.seal(token, _TOKEN)


def unseal(text: str) -> str:
    """The token again, or "" when the installation's secret has changed since: then nobody can show it."""
    return sealed.unseal(text, _TOKEN)


def _peppered(password: str) -> str:
    # Blanks around are what an email or a keyboard adds. The HMAC makes a stolen table useless without the
    # installation's secret, and any length fits bcrypt.
    pepper = sealed.key("share-password")
    return hmac.digest(pepper, password.strip().encode(), "sha256").hex()


def hash_password(password: str) -> str:
    """What the row keeps of a link's password."""
    return make_password(_peppered(fold_password(password)))


def is_password(password: str, password_hash: str) -> bool:
    """True if this is the password. Slow on purpose; reserve a guess before."""
    return matches(password.strip(), lambda one: check_password(_peppered(one), password_hash))
