"""What a browser says of itself, in two words."""

from __future__ import annotations

import re

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("SamsungBrowser", "Samsung Internet"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


def device_of(user_agent: str) -> str:
    """Kind of device and browser, like "Phone, Safari": enough to recognise one's own visit, too little to track."""
    agent = user_agent[:400]
    if re.search(r"iPad|Tablet|Android(?!.*Mobile)", agent):
        kind = "Tablet"
    elif re.search(r"Mobi|iPhone|Android", agent):
        kind = "Phone"
    else:
        kind = "Computer"
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    return f"{kind}, {browser}" if browser else kind
