"""Sizes as pages say them."""

import pytest

from apps.web.templatetags.sizes import file_size


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (13_870_112, "14 MB"),
        (999_600_000, "1 GB"),
        (9_400_000_000, "9.4 GB"),
        (500 * 10**9, "500 GB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_a_size_is_said_by_thousands(size: int, words: str) -> None:
    assert file_size(size).replace("\N{NO-BREAK SPACE}", " ") == words
