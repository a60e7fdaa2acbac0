"""How large one file may be. Asked before the first byte, so by what its name promises."""

from __future__ import annotations

from django.conf import settings

from apps.media import cas
from apps.media.formats import VIDEO_EXTENSIONS


def most_bytes(name: str) -> int:
    """The most bytes that a file of this name may have: of a photo, or of a video."""
    is_film = name.rpartition(".")[2].lower() in VIDEO_EXTENSIONS
    return settings.MAX_VIDEO_BYTES if is_film else settings.MAX_PHOTO_BYTES


def check_length(name: str, length: int) -> None:
    """Raise cas.TooLarge, in words, for a file that is announced with more."""
    most = most_bytes(name)
    if length > most:
        raise cas.TooLarge.than(most)
