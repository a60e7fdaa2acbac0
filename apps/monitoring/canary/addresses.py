"""Every address that has something of a studio in it, read from the resolver, so that a new one is there by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# What is said to everybody, the answer to what is no address, and what is for operators alone.
PUBLIC = re.compile(
    r"^(brand/|p/<slug:slug>/|studio/<slug:slug>/logo|static/|reset/|invitation/|sign-up/|account/|status/|api/<path:rest>)"
)

# What names no thing of a studio: each caller reads the own studio's.
OWN = re.compile(r"^api/settings/<slug:key>$")
# Where a link is asked by programs.
GUEST_API = "api/galleries/<"


@dataclass(frozen=True)
class Address:
    """pattern: as in the resolver, with `<type:name>` for what stands in it.  names: of what stands in it."""

    pattern: str
    names: tuple[str, ...]

    def path(self, values: dict[str, str]) -> str:
        """The address with these values in it."""
        return "/" + _PLACE.sub(lambda place: values[place.group(1)], self.pattern)

    @property
    def is_of_studio(self) -> bool:
        """Whether it is for members, in a browser."""
        return self.pattern.startswith("studio/<slug:slug>/")

    @property
    def is_of_guest(self) -> bool:
        """Whether it is for who has a link."""
        return self.pattern.startswith(("g/<", GUEST_API))

    @property
    def is_of_api(self) -> bool:
        """Whether it is for programs."""
        return self.pattern.startswith("api/") and not self.is_of_guest


def addresses() -> list[Address]:
    """All that name something, in the order of their patterns."""
    found = {one for one in _walk(get_resolver().url_patterns) if one.names and not _is_left_out(one.pattern)}
    return sorted(found, key=lambda one: one.pattern)


def _is_left_out(pattern: str) -> bool:
    return PUBLIC.match(pattern) is not None or OWN.match(pattern) is not None


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[Address]:
    for entry in patterns:
        pattern = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, pattern)
        elif isinstance(entry, URLPattern):
            pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern).replace(r"\Z", "").replace("\\.", ".")
            # The same view again under an ending.
            if "<format>" not in pattern and "drf_format_suffix" not in pattern:
                yield Address(pattern, tuple(_PLACE.findall(pattern)))
