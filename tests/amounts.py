"""How much of a heavy thing a test does: in the suite enough to see a promise break, in `make long` all of it."""

from __future__ import annotations

import os

LONG = os.environ.get("GLASSINE_TEST_LONG") == "1"


def amount(suite: int, long: int) -> int:
    """`suite`, or `long` under `make long`, which runs the tests marked `long`."""
    return long if LONG else suite
