"""Files as they lie in a backup: bare, or encrypted so that nobody but the holder of the key reads or alters them.

An encrypted file is a salt and frames of a mebibyte, each sealed with AES-256-GCM under a key of this file alone
(HKDF over the backup's key and the salt). The nonce of a frame is its number and whether it is the last one, so frames
can neither be swapped, left out nor cut off (the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizar, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015). The file's name is authenticated too: one file
cannot stand in the place of another.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# cryptography is imported where a file is opened: 7 MB, which a worker does without until then.

MAGIC = b"GLB1"
FRAME = 1 << 20
_SALT, _TAG = 16, 16
# 2**15 and 8 are what RFC 7914 and OWASP name for interactive use: 32 MB and a tenth of a second per guess.
_SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 << 20, "dklen": 32}


class BackupDamaged(Exception):
    """A file of the backup is not what was written. The message says which and how."""


class KeyDestroyed(BackupDamaged):
    """The bytes of a studio that was erased: nobody reads them any more."""


@dataclass(frozen=True, slots=True)
class Bare:
    """Files as they are."""

    def name(self, sha256: str) -> str:
        """Under which name bytes with this hash lie."""
        return sha256

    def size(self, plain: int) -> int:
        """Bytes that a file of `plain` bytes takes."""
        return plain

    def closed(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        """The file as it is written."""
        yield from chunks

    def opened(self, file: BinaryIO, name: str) -> Iterator[bytes]:
        """What was written. A bare file says nothing about itself: whoever reads compares the hash."""
        while chunk := file.read(FRAME):
            yield chunk


@dataclass(frozen=True, slots=True)
class Encrypted:
    """Files that only the holder of the key can read. key: 32 bytes."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, passphrase: str, salt: bytes) -> Encrypted:
        """The key that people write down, stretched."""
        return cls(hashlib.scrypt(passphrase.encode(), salt=salt, **_SCRYPT))

    @property
    def check(self) -> str:
        """Tells the right key from a wrong one, and nothing else."""
        return hmac.new(self.key, b"glassine.backup.check", hashlib.sha256).hexdigest()

    def name(self, sha256: str) -> str:
        """A name that tells nobody which picture lies there."""
        return hmac.new(self.key, sha256.encode(), hashlib.sha256).hexdigest()

    def size(self, plain: int) -> int:
        return len(MAGIC) + _SALT + plain + _TAG * max(1, -(-plain // FRAME))

    def closed(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        salt = os.urandom(_SALT)
        cipher = self._cipher(salt)
        yield MAGIC + salt
        for number, (frame, is_last) in enumerate(_with_last(_frames(chunks))):
            yield cipher.encrypt(_nonce(number, is_last=is_last), frame, name.encode())

    def opened(self, file: BinaryIO, name: str) -> Iterator[bytes]:
        from cryptography.exceptions import InvalidTag

        head = _read(file, len(MAGIC) + _SALT)
        if len(head) != len(MAGIC) + _SALT or not head.startswith(MAGIC):
            raise BackupDamaged(f"{name} is no encrypted file of a backup")
        cipher = self._cipher(head[len(MAGIC) :])
        sealed = iter(lambda: _read(file, FRAME + _TAG), b"")
        number = -1
        for number, (frame, is_last) in enumerate(_with_last(sealed)):
            try:
                yield cipher.decrypt(_nonce(number, is_last=is_last), frame, name.encode())
            except InvalidTag:
                raise BackupDamaged(f"{name} was altered or shortened") from None
        if number < 0:
            raise BackupDamaged(f"{name} is incomplete")

    def _cipher(self, salt: bytes) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"glassine.backup.file").derive(self.key))


Envelope = Bare | Encrypted


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _frames(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of `FRAME`; one empty piece for no bytes at all."""
    left = bytearray()
    is_empty = True
    for chunk in chunks:
        left += chunk
        while len(left) > FRAME:
            is_empty = False
            yield bytes(left[:FRAME])
            del left[:FRAME]
    if left or is_empty:
        yield bytes(left)


def _with_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last one."""
    walk = iter(pieces)
    piece = next(walk, None)
    while piece is not None:
        following = next(walk, None)
        yield piece, following is None
        piece = following


def _read(file: BinaryIO, wanted: int) -> bytes:
    """So many bytes, or fewer at the end of the file; a network gives less at a time."""
    parts = []
    while wanted and (chunk := file.read(wanted)):
        parts.append(chunk)
        wanted -= len(chunk)
    return b"".join(parts)
