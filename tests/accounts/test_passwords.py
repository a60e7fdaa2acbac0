"""Passwords that anybody would try first here are refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.accounts.passwords import CONTEXT_WORDS


@pytest.mark.parametrize("password", ["studiophotos26", "GlassineGallery!", "wedding-photos-1", "photographer-7"])
def test_words_of_the_trade_are_no_password(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password", ["my studio in the old mill", "kestrel-umbra-26", "жёлтый дом у реки", "8362 9173 6490 12"]
)
def test_any_characters_make_a_password(password: str) -> None:
    validate_password(password)


def test_no_word_hides_in_one_that_is_looked_for_later() -> None:
    order = list(CONTEXT_WORDS)
    assert order == sorted(order, key=len, reverse=True)
