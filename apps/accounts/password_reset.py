"""A new password by email. The link works once, for one hour, and says nothing about who has an account."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox, sessions
from apps.accounts.models import User, secret_hash
from apps.accounts.signing_in import ACCOUNT, note_everywhere
from apps.web.rate_limit import RateLimit, forgive, is_left, reserve
from apps.web.refusal import Refusal

ASKED_FROM = RateLimit("reset-address", tries=20, window=3600)
MAILED_TO = RateLimit("reset-account", tries=3, window=3600)

# The token signs the password's hash, so that the first use ends it.
_tokens = PasswordResetTokenGenerator()


class LinkUsed(Refusal):
    """The reset link was used already, is too old, or was never made."""

    status = 410
    code = "link_used"
    sentence = "This link no longer works."


def ask(email: str, *, client_ip: str) -> None:
    """Email a link if the address belongs to an account. The caller cannot tell whether it does.

    Raises RateLimited for the asking network address only.
    """
    reserve(ASKED_FROM, client_ip)
    email = email.strip().lower()
    known = User.objects.filter(email=email, is_active=True).first()
    person = known or User(email=email)
    url = link(person)
    if not is_left(MAILED_TO, email):
        # Said to nobody: a mailbox is spared, and an attacker learns nothing.
        return
    words = outbox.rendered("Your new password", "accounts/emails/reset.txt", name=str(person), url=url)
    until = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    # An unknown address costs a row too, so that neither answer takes longer than the other.
    outbox.put(None, f"reset:{secret_hash(url)}", known.email if known else "", words, useful_until=until)


def link(user: User) -> str:
    """The address that lets `user` choose a new password."""
    token = f"{user.pk.hex}.{_tokens.make_token(user)}"
    return settings.PUBLIC_URL + reverse("accounts:reset", args=[token])


def holder(token: str) -> User | None:
    """Whose link this is, or None if it does not work."""
    return _holder(token, lock=False)


def _holder(token: str, *, lock: bool) -> User | None:
    user_id, _, proof = token.partition(".")
    try:
        people = User.objects.filter(pk=UUID(user_id), is_active=True)
    except ValueError:
        return None
    user = (people.select_for_update() if lock else people).first()
    return user if user is not None and _tokens.check_token(user, proof) else None


def set_password(token: str, password: str) -> User:
    """Give the holder a new password; all other sessions end, in browsers and in the API. Raises LinkUsed."""
    with transaction.atomic():
        user = _holder(token, lock=True)
        if user is None:
            raise LinkUsed
        user.set_password(password)
        user.save(update_fields=["password"])
        sessions.end_all(user)
        note_everywhere(user, "member.password_reset")
    forgive(ACCOUNT, user.email)
    return user
