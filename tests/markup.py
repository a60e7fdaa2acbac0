"""Markup as tests compare it: where its lines end is no part of what a page says."""

from __future__ import annotations

import re


def tight(html: bytes | str) -> str:
    """The markup without the blanks beside tags and at their ends, and with one blank for each run of others."""
    text = html.decode() if isinstance(html, bytes) else html
    # A no-break space is a character of the text.
    return re.sub(r"(?<=>) | (?=[<>])", "", re.sub(r"[ \t\r\n]+", " ", text))
