"""Headers of the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload), read strictly."""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode
from collections.abc import Iterable

from apps.web.refusal import Refusal

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination,concatenation"
#: sha1 is the one that every server of the protocol must know.
CHECKSUMS = ("sha1", "sha256")
METADATA_BYTES = 8192
PARTIAL = "partial"
#: Pieces of one file. Clients send a handful at once; each takes a handle while they are put together.
MOST_PIECES = 100
LARGEST = 2**63 - 1


class BadHeader(Refusal):
    """A header of the request cannot be understood."""

    code = "malformed"


def single(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by lower-cased name; of one that was sent twice the first counts."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
    return found


def count(headers: dict[str, str], name: str) -> int:
    """A number of bytes. Raises BadHeader when it is missing or no such number."""
    text = headers.get(name.lower(), "")
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > LARGEST:
        raise BadHeader(f"{name} must be a number of bytes.")
    return int(text)


def metadata(text: str) -> dict[str, str]:
    """The pairs of `Upload-Metadata`; values that are no UTF-8 have their odd bytes replaced.

    Raises BadHeader for what the protocol forbids: empty or double keys, and values that are no Base64.
    """
    if len(text) > METADATA_BYTES or not text.isascii() or not text.isprintable():
        raise BadHeader(f"Upload-Metadata must be at most {METADATA_BYTES} printable ASCII characters.")
    found: dict[str, str] = {}
    for pair in text.split(",") if text else ():
        key, _, value = pair.strip().partition(" ")
        if not key or key in found:
            raise BadHeader("Upload-Metadata must have keys, each once.")
        found[key] = _decoded(value).decode(errors="replace")
    return found


def pieces(text: str) -> list[str]:
    """Addresses of the partial uploads that an `Upload-Concat` names in order; none where it says "partial".

    Raises BadHeader for anything else.
    """
    if text == PARTIAL:
        return []
    word, _, rest = text.partition(";")
    named = rest.split()
    if word != "final" or not named or not text.isascii() or not text.isprintable():
        raise BadHeader("Upload-Concat must be “partial”, or “final;” and the addresses of the partial uploads.")
    if len(named) > MOST_PIECES:
        raise BadHeader(f"A file can be put together from at most {MOST_PIECES} partial uploads.")
    return named


def checksum(text: str) -> tuple[hashlib._Hash, bytes]:
    """A fresh hash of the algorithm that `Upload-Checksum` names, and the digest that is expected of it.

    Raises BadHeader for an algorithm that is not offered and for what cannot be its digest.
    """
    name, _, value = text.partition(" ")
    if name not in CHECKSUMS:
        raise BadHeader(f"Upload-Checksum must be by one of {', '.join(CHECKSUMS)}.")
    digest, expected = hashlib.new(name), _decoded(value)
    if len(expected) != digest.digest_size:
        raise BadHeader(f"That is no {name} checksum.")
    return digest, expected


def _decoded(value: str) -> bytes:
    try:
        return b64decode(value.strip(), validate=True)
    except binascii.Error as error:
        raise BadHeader("A value is no Base64.") from error
