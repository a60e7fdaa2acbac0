"""Tables as CSV. They are opened by spreadsheets, so nothing in them is a formula (G34)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# Before the first line: with it, a spreadsheet reads umlauts rightly.
UTF8_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(values: Iterable[object]) -> str:
    """One row. A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay."""
    text = io.StringIO()
    csv.writer(text).writerow([_plain(value) if isinstance(value, str) else value for value in values])
    return text.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
