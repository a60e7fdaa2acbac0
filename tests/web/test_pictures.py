"""docs/images holds what README and docs show, and nothing else: the rest of the picture book stays out of the tree."""

from __future__ import annotations

import re
from pathlib import Path

from tests.installation import ROOT


def test_every_picture_is_shown_and_every_shown_picture_is_there() -> None:
    pages = [Path(ROOT, "README.md"), *Path(ROOT, "docs").rglob("*.md")]
    shown = {name for page in pages for name in re.findall(r"!\[[^]]*\]\([^)]*images/([^)]+)\)", page.read_text())}
    assert {picture.name for picture in Path(ROOT, "docs", "images").iterdir()} == shown
