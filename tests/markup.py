"""Markup as tests compare it: where its lines end is no part of what a page says."""

from __future__ import annotations

import re


def tight(html: bytes | str) -> str:
    """The markup without the blanks beside tags, and with one blank for each run of others."""
    text = html.decode() if isinstance(html, bytes) else html
    return re.sub(r"(?<=>) | (?=<)", "", " ".join(text.split()))
