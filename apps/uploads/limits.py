"""How large one file may be. Asked before the first byte, so by what its name promises."""

from __future__ import annotations

from django.conf import settings

from apps.media import cas
from apps.media.formats import VIDEO_EXTENSIONS

#: A sidecar is some kilobytes of text; masks of an editor may make it megabytes.
MOST_SIDECAR = 8_000_000


def most_bytes(name: str) -> int:
    """The most bytes that a file of this name may have: of a photo, of a video, or of a sidecar."""
    if name.lower().endswith(".xmp"):
        return MOST_SIDECAR
    is_film = name.rpartition(".")[2].lower() in VIDEO_EXTENSIONS
    return settings.MAX_VIDEO_BYTES if is_film else settings.MAX_PHOTO_BYTES


def check_piece(length: int) -> None:
    """Raise cas.TooLarge for a piece of a file that alone is more than any file may be."""
    if length > settings.MAX_VIDEO_BYTES:
        raise cas.TooLarge.than(settings.MAX_VIDEO_BYTES)


def check_length(name: str, length: int) -> None:
    """Raise cas.TooLarge, in words, for a file that is announced with more."""
    most = most_bytes(name)
    if length > most:
        raise cas.TooLarge.than(most)
