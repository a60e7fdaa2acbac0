"""Albums of an Immich server (`x-api-key`; scopes album.read, asset.read, asset.download).

Immich's API, 1.106 and newer: `GET /api/albums`, `GET /api/albums/:id` with its assets, `GET /api/assets/:id` with
people and tags, `GET /api/assets/:id/original`. `checksum` of an asset is the SHA-1 of its file in base64.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, BinaryIO

from apps.uploads.remote.http import RemoteApi, RemoteFault
from apps.uploads.remote.source import RemoteFile

_CAPTION, _KEYWORD, _KEYWORDS, _TITLE = 500, 80, 100, 120
UNTITLED = "Untitled"


class Immich:
    """One user's albums."""

    def __init__(self, url: str, key: str) -> None:
        """Raises RemoteFault."""
        self.api = RemoteApi(url, {"x-api-key": key, "Accept": "application/json"})

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of an asset. Raises RemoteFault."""
        return self.api.open(path)

    def files(self) -> Iterator[RemoteFile]:
        """Every photo and video of every album, in the order of the album. Raises RemoteFault."""
        try:
            for album in self.api.json("/api/albums"):
                whole = self.api.json(f"/api/albums/{album['id']}")
                title = (str(whole["albumName"]).strip() or UNTITLED)[:_TITLE]
                yield from self._of_album(title, whole["assets"])
        except (KeyError, TypeError) as error:
            raise RemoteFault(f"Immich answers in a way that is not known: {error!r} is missing.") from error

    def _of_album(self, title: str, assets: list[dict[str, Any]]) -> Iterator[RemoteFile]:
        for position, asset in enumerate(one for one in assets if not one.get("isTrashed")):
            yield RemoteFile(
                gallery=title,
                name=str(asset["originalFileName"]),
                path=f"/api/assets/{asset['id']}/original",
                sha1=_hex(asset.get("checksum", "")),
                position=position,
            )

    def described(self, file: RemoteFile) -> RemoteFile:
        """With people and tags, of which albums do not tell. Raises RemoteFault."""
        detail = self.api.json(file.path.removesuffix("/original"))
        try:
            return replace(file, marks=_marks(detail))
        except (AttributeError, TypeError, ValueError) as error:
            raise RemoteFault(f"Immich answers in a way that is not known: {error}.") from error


def _marks(asset: Mapping[str, Any]) -> dict[str, Any]:
    exif = asset.get("exifInfo") or {}
    rating = exif.get("rating") or 0
    # A person may be without a name; a tag's value is its path, "Places/Vienna".
    words = [tag.get("name") or tag.get("value") for tag in asset.get("tags") or []]
    words += [one.get("name") for one in asset.get("people") or [] if not one.get("isHidden")]
    found = {
        "rating": int(rating) if 0 < rating <= 5 else 0,
        "caption": str(exif.get("description") or "").strip()[:_CAPTION],
        "keywords": [str(word)[:_KEYWORD] for word in dict.fromkeys(words) if word][:_KEYWORDS],
        "flag": "pick" if asset.get("isFavorite") else "",
    }
    return {name: value for name, value in found.items() if value}


def _hex(checksum: str) -> str:
    try:
        return base64.b64decode(checksum, validate=True).hex()
    except binascii.Error:
        return ""
