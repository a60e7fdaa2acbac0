"""The `Range` header (RFC 9110, section 14), as far as photos need it: one range of bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))\s*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range lies outside of the file (416)."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from `start` to `end`, both included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start + 1


def asked(header: str, *, size: int, if_range: str = "", etag: str = "") -> ByteRange | None:
    """The part asked for, or None for the whole file.

    size: of the file, in bytes.  if_range: send the part only if the file still has this ETag.
    Several ranges at once, other units and what cannot be read give the whole file, as the standard allows.
    Raises Unsatisfiable.
    """
    match = _ONE.fullmatch(header)
    if match is None or (if_range and if_range != etag):
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        if int(suffix) == 0 or size == 0:
            raise Unsatisfiable
        return ByteRange(max(0, size - int(suffix)), size - 1)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return ByteRange(start, end)
