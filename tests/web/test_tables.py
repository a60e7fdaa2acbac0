"""G34: what somebody typed stays text in every table."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from apps.web import tables

APPS = Path(__file__).parents[2] / "apps"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_g34_a_text_that_begins_like_a_formula_stays_text(begin: str) -> None:
    (row,) = csv.reader(io.StringIO(tables.line([f"{begin}1", f"a{begin}", -1, None])))
    assert row == [f"'{begin}1", f"a{begin}", "-1", ""]


def test_g34_all_tables_are_written_here() -> None:
    """A writer of its own would have to know formulas again."""
    own = [path.name for path in APPS.rglob("*.py") if re.search(r"\bcsv\.(Dict)?[wW]riter\b", path.read_text("utf-8"))]
    assert own == ["tables.py"]
