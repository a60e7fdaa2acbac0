"""Passwords that anybody would try first here: words of the trade and of the product, and little else."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

# docs/security.md lists them too. The longest first, so that no word hides in another.
CONTEXT_WORDS: Final = (
    "photographer", "photography", "galleries", "password", "glassine", "weddings", "gallery", "welcome", "wedding",
    "clients", "client", "photos", "studio", "admin", "owner", "photo",
)  # fmt: skip
# What is left without those words must be a password by itself: the 8 characters of NIST SP 800-63B.
LEFT_OVER: Final = 8


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
