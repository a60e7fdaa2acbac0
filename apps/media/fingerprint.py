"""The perceptual hash of a photo, as answers of the jail and rows have it. `appearance` takes it of a picture."""

import re

#: Raise this number whenever `appearance.phash` gives other bits: photos are then hashed again in the background
#: (apps.albums.stale_fingerprints). 1: imagehash.phash of the thumb; what was stored before has the same bits.
VERSION = 1


def as_signed(phash: object) -> int:
    """The hash as a row holds it: PostgreSQL's integers have a sign. Raises ValueError unless it is 16 hex digits."""
    if not isinstance(phash, str) or not re.fullmatch("[0-9a-f]{16}", phash):
        raise ValueError("no perceptual hash")
    return int.from_bytes(bytes.fromhex(phash), signed=True)
