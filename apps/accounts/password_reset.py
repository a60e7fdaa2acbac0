"""A new password by mail. The link works once, for one hour, and says nothing about who has an account."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse

from apps.accounts import mail, sessions
from apps.accounts.models import User
from apps.accounts.signing_in import ACCOUNT, note_everywhere
from apps.web.rate_limit import Budget, TooManyGuesses, forgive, reserve
from apps.web.refusal import Refusal

ASKED_FROM = Budget("reset-address", tries=20, window=3600)
MAILED_TO = Budget("reset-account", tries=3, window=3600)

# The token signs the password's hash, so that the first use ends it.
_tokens = PasswordResetTokenGenerator()


class LinkUsed(Refusal):
    """The reset link was used already, is too old, or was never made."""

    status = 410
    code = "link_used"
    sentence = "This link no longer works."


def ask(email: str, *, address: str) -> None:
    """Mail a link if the address belongs to an account. The caller cannot tell whether it does.

    Raises TooManyGuesses for the asking network address only.
    """
    reserve(ASKED_FROM, address)
    email = email.strip().lower()
    known = User.objects.filter(email=email, is_active=True).first()
    url = link(known or User(email=email))
    try:
        reserve(MAILED_TO, email)
    except TooManyGuesses:
        # Said to nobody: a mailbox is spared, and an attacker learns nothing.
        return
    if known is not None:
        mail.send_later(known.email, "Your new password", "mail/reset.txt", name=str(known), url=url)


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
