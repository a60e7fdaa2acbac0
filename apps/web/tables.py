"""Tables as CSV. They are opened by spreadsheets, so nothing in them is a formula (G34)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Literal

# Before the first line: with it, a spreadsheet reads umlauts rightly.
UTF8_MARK = "\ufeff"
# Where a cell begins for one spreadsheet or another, and what begins a formula there; blanks before it are passed over.
_BEGINNING = re.compile(r"((?:^|[;,|\t\r\n])[ \"']*)(?=[=+\-@\t\r])")


def line(values: Iterable[object]) -> str:
    """One row for a person's spreadsheet. A text that it would take for a formula gets an apostrophe; numbers stay.

    Every text is quoted, and what follows a semicolon, a tab or a line break counts as a beginning too: spreadsheets
    of other countries part cells there, whatever the quotes say.
    """
    return _written((_plain(value) if isinstance(value, str) else value for value in values), csv.QUOTE_NONNUMERIC)


def exact_line(values: Iterable[object]) -> str:
    """One row for a program: every text as it is."""
    return _written(values, csv.QUOTE_MINIMAL)


def _written(values: Iterable[object], quoting: Literal[0, 2]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerow(values)
    return text.getvalue()


def _plain(text: str) -> str:
    return _BEGINNING.sub(r"\1'", text)
