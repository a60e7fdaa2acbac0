"""Is this the person? E-mail and password, the same for the pages and the API.

Known and unknown accounts take the same time and get the same answer, and each try is counted before it is checked.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from functools import cache

from django.contrib.auth.hashers import check_password, make_password

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.web import sealed
from apps.web.rate_limit import RateLimit, forgive, give_back, reserve
from apps.web.refusal import Refusal
from apps.web.typed import matches

log = logging.getLogger(__name__)

ACCOUNT = RateLimit("account", tries=5, window=10 * 60)
ADDRESS = RateLimit("address", tries=60, window=10 * 60)
# Beyond this a hash would only cost; bcrypt_sha256 itself takes any length.
LONGEST_PASSWORD = 1000


def _mark(email: str) -> str:
    """What stands in the log for an account: the same each time, and nobody without our secret finds the address."""
    return hmac.new(sealed.key("sign-in.log"), email.encode(), hashlib.sha256).hexdigest()[:12]


class WrongPassword(Refusal):
    """No such account, or not its password: the caller is not told which."""

    status = 401
    code = "wrong_password"
    sentence = "The email address or password is incorrect."


@cache
def _nobodys_hash() -> str:
    return make_password("nobody has this password")


def identify(email: str, password: str, *, client_ip: str) -> User:
    """The person with this e-mail and password.

    client_ip: where the try comes from; it has a limit of its own.  Raises RateLimited or WrongPassword.
    """
    email = email.strip().lower()
    reserve(ADDRESS, client_ip)
    reserve(ACCOUNT, email)
    user = User.objects.filter(email=email, is_active=True).first()
    kept = user.password if user else _nobodys_hash()
    right = matches(password[:LONGEST_PASSWORD], lambda one: check_password(one, kept))
    if user is None or not right:
        # Neither name nor IP address, which docs/privacy.md promises not to keep; the same account has the same mark.
        log.warning("sign-in refused: account %s", _mark(email))
        raise WrongPassword
    forgive(ACCOUNT, email)
    give_back(ADDRESS, client_ip)
    return user


def note_everywhere(user: User, verb: str, **detail: str) -> None:
    """Write into the journal of each studio the person works in."""
    with across_studios():
        studios = list(Studio.objects.filter(memberships__user=user).defer("logo"))
    for studio in studios:
        with acting_in(studio):
            note(studio, user, verb, user, **detail)
