"""What editors write into an XMP packet. It is searched, never parsed: no XML of a stranger reaches a parser. Pure."""

from __future__ import annotations

import re
from html import unescape

_PROPERTY = 20_000
_MOST_ITEMS = 200


def items(packet: str, name: str) -> list[str]:
    """The texts of a property, as an attribute, as an element or as a list in one; [] if it is not there."""
    start = re.search(rf"<{name}\b[^>]{{0,200}}>|\b{name}\s*=\s*(?=[\"'])", packet)
    if start is None or start[0].endswith("/>"):
        return []
    rest = packet[start.end() : start.end() + _PROPERTY]
    if not start[0].startswith("<"):
        return [unescape(rest[1:].partition(rest[0])[0])]
    rest = rest.partition(f"</{name}")[0]
    found = re.findall(r"<rdf:li\b[^>]{0,200}>([^<]*)", rest) or [rest.partition("<")[0]]
    return [unescape(text).strip() for text in found[:_MOST_ITEMS] if text.strip()]


def every(packet: str, name: str) -> list[str]:
    """The texts of a property at every place where it stands, as the name of each frame in a picture."""
    found = re.findall(rf"\b{name}\s*=\s*\"([^\"]*)\"|\b{name}\s*=\s*'([^']*)'|<{name}>([^<]*)<", packet)
    texts = [unescape("".join(one)).strip() for one in found[:_MOST_ITEMS]]
    return [text for text in texts if text]


def first(packet: str, *names: str) -> str:
    """The first text of the first of these properties that says something, or ""."""
    return next((text for name in names for text in items(packet, name) if text), "")


def degrees(text: str, sides: str, most: float) -> float | None:
    """A coordinate as XMP writes it ("47,22.55N" or "47,22,33N", XMP part 2, 2.3.1) in degrees, or None.

    sides: the letters of the positive and the negative half.
    """
    match = re.fullmatch(r"\s*(\d{1,3}),(\d{1,2}(?:\.\d{1,12})?)(?:,(\d{1,2}(?:\.\d{1,12})?))?([A-Za-z])\s*", text)
    if match is None or match[4].upper() not in sides:
        return None
    value = int(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    if value > most or float(match[2]) >= 60 or float(match[3] or 0) >= 60:
        return None
    return round(-value if match[4].upper() == sides[1] else value, 7)
