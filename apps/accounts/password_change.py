"""A new password by who knows the present one. This browser stays signed in; all other sessions end."""

from __future__ import annotations

from django.db import transaction

from apps.accounts import sessions
from apps.accounts.models import User
from apps.accounts.signing_in import WrongPassword, identify, note_everywhere


class NotYourPassword(WrongPassword):
    """The present password was not given right."""

    status = 422
    sentence = "This is not your password."


def change_password(user: User, current: str, new: str, *, client_ip: str) -> User:
    """Give the person a new password, with the guess limits of signing in; the person afresh.

    address: where the try comes from.  Raises RateLimited or NotYourPassword.
    """
    try:
        known = identify(user.email, current, client_ip=client_ip)
    except WrongPassword:
        raise NotYourPassword from None
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=known.pk)
        if person.password != known.password:
            # Another browser, or a reset link, was faster: what was compared is no longer the password.
            raise NotYourPassword
        person.set_password(new)
        person.save(update_fields=["password"])
        sessions.end_all(person)
        note_everywhere(person, "member.password_changed")
    return person
