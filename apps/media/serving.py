"""Handing out bytes: addresses that cannot be bent, headers that nothing can run under, and the way out.

    /m/<album>/<photo>/<kind>.<mac>.webp       video.<mac>.mp4 for the copy of a video that plays
    /m/<album>/<photo>/live.<mac>.mp4          the same of the moving part of a live photo

The MAC binds studio, album, photo and kind, so an address cannot be changed into another one. It is no
permission: whoever asks must also pass a door (session or guest cookie), in every answer.

Nothing here asks who may see what; `sharing.access` and `accounts.access` do. What is decided here is how
bytes leave: by nginx (X-Accel-Redirect), from this process' disk, or by a redirect to the bucket.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hmac import compare_digest
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from apps.accounts.tenancy import acting_in
from apps.media import damage
from apps.media.mime import PLAIN_BYTES, disposition, download_name, safe_mime
from apps.media.models import Blob, Rendition
from apps.media.on_demand import VIDEO
from apps.media.presets import BY_NAME
from apps.media.storage import store
from apps.media.store import sha256_of

MAC_BYTES = 16
# What was revoked is gone after so many seconds in all. On a disk that is how long a decision may be remembered; of a
# bucket the address that was signed last is good for a while longer, and a browser may go there again by its redirect.
CACHED_SECONDS = 30
SIGNED_SECONDS, REDIRECTED_SECONDS = 15, 10
DAMAGED = b"This file is damaged on our side. The studio's administrator has been told."
MADE_AGAIN = b"This picture is being prepared again. Please try again in a minute."

#: The moving part that lies beside a photo.
LIVE = "live"
_FILMS = (VIDEO, LIVE)
_PATH = re.compile(r"/m/([0-9a-f]{32})/([0-9a-f]{32})/([a-z]{1,8})\.([0-9a-f]{32})\.(webp|mp4)")


def decided_seconds() -> int:
    """For how long a decision that let somebody in may be remembered on the server."""
    return CACHED_SECONDS if settings.STORAGE[0] == "local" else CACHED_SECONDS - SIGNED_SECONDS


# -- addresses ---------------------------------------------------------------------------------------


@cache
def _key(purpose: str) -> bytes:
    """A key of its own for each purpose, all from the installation's secret."""
    secret = hashlib.sha512(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(f"glassine.media.{purpose}".encode(), key=secret).digest()


def _mac(studio: str, album: str, photo: str, kind: str) -> str:
    said = f"{studio}{album}{photo}{kind}".encode()
    return hashlib.blake2b(said, key=_key("address"), digest_size=MAC_BYTES).hexdigest()


def picture_url(studio_id: UUID, album_id: UUID, photo_id: UUID, kind: str) -> str:
    """Address of a rendition ("tile", "thumb", "web") of a photo as seen in an album. Takes about 2 µs."""
    # Ids are written without hyphens: that is twice as fast, and a page holds hundreds of them.
    album, photo = album_id.hex, photo_id.hex
    return f"/m/{album}/{photo}/{kind}.{_mac(studio_id.hex, album, photo, kind)}.webp"


class PictureUrls:
    """Addresses of the pictures of one album, for the hundreds that a page has: as `picture_url` gives them."""

    def __init__(self, studio_id: UUID, album_id: UUID) -> None:
        self._before = f"/m/{album_id.hex}/"
        # What is the same for all of them has been said.
        said = f"{studio_id.hex}{album_id.hex}".encode()
        self._said = hashlib.blake2b(said, key=_key("address"), digest_size=MAC_BYTES)

    def of(self, photo: str, kind: str) -> str:
        """Address of a rendition. photo: its id without hyphens."""
        mac = self._said.copy()
        mac.update(f"{photo}{kind}".encode())
        return f"{self._before}{photo}/{kind}.{mac.hexdigest()}.webp"


def video_url(studio_id: UUID, album_id: UUID, photo_id: UUID) -> str:
    """Address of the copy of a video that browsers play, made or not."""
    return f"{picture_url(studio_id, album_id, photo_id, VIDEO).removesuffix('webp')}mp4"


def live_url(studio_id: UUID, album_id: UUID, photo_id: UUID) -> str:
    """Address of what moves of a live photo, as browsers play it."""
    return f"{picture_url(studio_id, album_id, photo_id, LIVE).removesuffix('webp')}mp4"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. Believe it only after `check`."""

    album_id: UUID
    photo_id: UUID
    kind: str
    mac: str


@lru_cache(maxsize=4096)
def parse(path: str) -> Asked | None:
    """Read an address, or None if it is none of ours. Guests of one gallery ask for the same ones."""
    match = _PATH.fullmatch(path)
    if match is None or match[3] not in (BY_NAME if match[5] == "webp" else _FILMS):
        return None
    return Asked(UUID(match[1]), UUID(match[2]), match[3], match[4])


def check(asked: Asked, studio_id: UUID) -> bool:
    """True if this installation made the address, for this studio. Takes the same time for any wrong one."""
    true = _mac(studio_id.hex, asked.album_id.hex, asked.photo_id.hex, asked.kind)
    return compare_digest(true, asked.mac)


# -- places ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Location:
    """Where bytes lie and what they are. size in bytes; path only where the store is this machine's disk."""

    blob_id: UUID
    studio_id: UUID
    storage_key: str
    sha256: str = field(repr=False)
    mime: str
    size: int

    @property
    def path(self) -> Path | None:
        return store().local_path(self.storage_key)

    @property
    def etag(self) -> str:
        """Changes with the bytes and tells nothing about them: a hash of them would answer who holds what."""
        return f'"{hashlib.blake2b(self.blob_id.bytes, key=_key("etag"), digest_size=12).hexdigest()}"'


FIELDS = ("id", "studio_id", "storage_key", "sha256", "mime", "size")


def location_of(blob: Blob) -> Location:
    """Where the bytes of a blob at hand lie."""
    return Location(*(getattr(blob, name) for name in FIELDS))


def locate(studio_id: UUID, photo_id: UUID, kind: str) -> Location | None:
    """The rendition of a photo's original, or of its moving part; None if there is none (yet). One query.

    A photo that was retouched since does not move: its moving part shows what it was before.
    """
    wanted = Q(kind=kind, source__photos=photo_id)
    if kind == LIVE:
        # The kind of a version is `albums.VersionKind.LIVE`, which stands above.
        still = {"source__versions__photo_id": photo_id, "source__versions__photo__retouched_at__isnull": True}
        wanted = Q(kind=VIDEO, source__versions__kind=LIVE, **still)
    with acting_in(studio_id):
        row = (
            Rendition.objects.for_studio(studio_id)
            .filter(wanted)
            .values_list(*(f"blob__{name}" for name in FIELDS))
            .first()
        )
    return Location(*row) if row else None


def original_location(studio_id: UUID, photo_id: UUID) -> Location | None:
    """The original of a photo, or None if there is no such photo. One query."""
    with acting_in(studio_id):
        row = Blob.objects.for_studio(studio_id).filter(photos=photo_id).values_list(*FIELDS).first()
    return Location(*row) if row else None


# -- headers -----------------------------------------------------------------------------------------


def safety_headers(mime: str) -> dict[str, str]:
    """What every answer with a studio's bytes carries: what it is, run by nobody, kept by no proxy."""
    return {
        "Content-Type": safe_mime(mime),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Vary": "Cookie",
    }


# -- the way out -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A decided answer. `path` is a file to send whole (Content-Length is set), else `body` is all of it."""

    status: int
    headers: dict[str, str]
    path: Path | None = None
    body: bytes = b""


def picture_answer(location: Location, *, if_none_match: str = "") -> Answer:
    """How a rendition leaves, once a door has let the visitor in.

    The browser may show it again for `CACHED_SECONDS`; then it asks, and is told 304 if nothing changed.
    """
    if location.etag in parse_etags(if_none_match):
        return Answer(304, _picture_headers(location))
    if location.path is not None and not is_whole(location.path, location.size):
        return _damaged(location, "bytes are missing or have another length")
    return undamaged_picture(location)


def undamaged_picture(location: Location) -> Answer:
    """`picture_answer` of a rendition that is known to be whole, for who has no copy of it."""
    return _hand_over(location, _picture_headers(location))


def _picture_headers(location: Location) -> dict[str, str]:
    return safety_headers(location.mime) | {
        "Content-Disposition": "inline",
        "Cache-Control": f"private, max-age={CACHED_SECONDS}",
        "ETag": location.etag,
    }


def download_answer(location: Location, *, filename: str, inline: bool = False) -> Answer:
    """How a file leaves that somebody takes home: its bytes are read and compared with their hash first.

    A file on this disk that is not what was recorded is answered by 500 and an alarm, never by 200. In a
    bucket the provider's checksums and the monthly re-reading stand for that (docs/decisions).

    inline: shown in the browser instead of saved, if its type can be shown.
    """
    headers = safety_headers(location.mime)
    attachment = not inline or headers["Content-Type"] == PLAIN_BYTES
    name = download_name(filename, location.mime)
    headers["Content-Disposition"] = disposition(name, attachment=attachment)
    headers |= {"Cache-Control": "private, no-cache", "ETag": location.etag}
    if location.path is not None and not _is_true(location.path, location.sha256):
        return _damaged(location, "bytes are missing or differ from their hash")
    return _hand_over(location, headers)


def _hand_over(location: Location, headers: dict[str, str]) -> Answer:
    if settings.ACCEL_PREFIX:
        return Answer(200, headers | {"X-Accel-Redirect": settings.ACCEL_PREFIX + location.storage_key})
    if location.path is not None:
        return Answer(200, headers | {"Content-Length": str(location.size)}, path=location.path)
    told = {name: headers[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")}
    url = store().signed_url(location.storage_key, seconds=SIGNED_SECONDS, headers=told)
    # The browser may follow the same redirect again for as long as the address is surely valid.
    kept = {"Location": url or "", "Cache-Control": f"private, max-age={REDIRECTED_SECONDS}"}
    left_out = ("ETag", "Content-Type", "Content-Disposition")
    return Answer(302, {name: value for name, value in headers.items() if name not in left_out} | kept)


def is_whole(path: Path | str, size: int) -> bool:
    """True if a file has the length that was recorded. A look at a disk takes microseconds."""
    try:
        return os.stat(path).st_size == size  # noqa: PTH116  (a Path takes longer to make than to look)
    except OSError:
        return False


def _is_true(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return sha256_of(file) == sha256
    except OSError:
        return False


def _damaged(location: Location, reason: str) -> Answer:
    """Raise the alarm over bytes that are not what was recorded, and say so."""
    is_original = damage.report(location.studio_id, location.blob_id, reason)
    words = DAMAGED if is_original else MADE_AGAIN
    headers = safety_headers(PLAIN_BYTES) | {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(words)),
        "Cache-Control": "no-store",
    }
    return Answer(500, headers, body=words) if is_original else Answer(503, headers | {"Retry-After": "30"}, body=words)


def as_response(answer: Answer) -> HttpResponseBase:
    """The answer for an ordinary Django view."""
    if answer.path is None:
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    response = FileResponse(answer.path.open("rb"), status=answer.status)
    # Set afterwards: on its own Django would tell the name that the file has on our disk.
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def file_response(location: Location, *, filename: str, inline: bool = False) -> HttpResponseBase:
    """`download_answer` for an ordinary Django view."""
    return as_response(download_answer(location, filename=filename, inline=inline))
