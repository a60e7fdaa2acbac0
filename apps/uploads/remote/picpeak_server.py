"""Events of a PicPeak server, by its API v1 (`Authorization: Bearer`, a token with the scope `read`).

`GET /api/v1/events` and `/events/:id/photos` are pages of at most 100, `/events/:id/photos/:id/download` is the stored
original. PicPeak allows 300 requests in a quarter of an hour unless its settings say otherwise, and answers 429 beyond.
The originals of archived events lie in their archives alone (see `picpeak`), so those are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Final

from apps.albums.marks import LABELS, MOST_STARS
from apps.uploads.remote.http import RemoteApi, RemoteFault
from apps.uploads.remote.source import RemoteFile

PAGE: Final = 100
UNTITLED: Final = "Untitled"
# More would be an answer that never ends.
_MOST_PAGES: Final = 10_000
_TITLE, _SECTION = 120, 120


class PicpeakServer:
    """All events that the token's owner sees."""

    def __init__(self, url: str, token: str) -> None:
        """Raises RemoteFault."""
        self.api = RemoteApi(url, {"Authorization": f"Bearer {token}", "Accept": "application/json, */*"})

    def described(self, file: RemoteFile) -> RemoteFile:
        """The list says all."""
        return file

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of an original. Raises RemoteFault."""
        return self.api.open(path)

    def files(self) -> Iterator[RemoteFile]:
        """Every photo and video of every event, by file name as PicPeak shows them. Raises RemoteFault."""
        try:
            for event in self._pages("/api/v1/events", "events"):
                if not event.get("is_archived"):
                    yield from self._of_event(event)
        except (KeyError, TypeError, ValueError) as error:
            raise RemoteFault(f"PicPeak answers in a way that is not known: {error!r}.") from error

    def _of_event(self, event: Mapping[str, Any]) -> Iterator[RemoteFile]:
        title, address = str(event["event_name"]).strip() or UNTITLED, f"/api/v1/events/{int(event['id'])}/photos"
        for position, photo in enumerate(self._pages(address, "photos")):
            yield RemoteFile(
                gallery=title[:_TITLE],
                name=str(photo.get("original_filename") or photo["filename"]),
                path=f"{address}/{int(photo['id'])}/download",
                section=str(photo.get("category") or "")[:_SECTION],
                position=position,
                marks=_marks(photo),
            )

    def _pages(self, address: str, name: str) -> Iterator[dict[str, Any]]:
        """All that is listed there. The last page is the first that is not full."""
        for page in range(1, _MOST_PAGES):
            found: list[dict[str, Any]] = self.api.json(f"{address}?page={page}&limit={PAGE}")[name]
            yield from found
            if len(found) < PAGE:
                return


def _marks(photo: Mapping[str, Any]) -> dict[str, Any]:
    """`rating` and `color_label` are what clients and the photographer gave, merged by PicPeak."""
    rating, label = int(photo.get("rating") or 0), str(photo.get("color_label") or "")
    found = {
        "rating": rating if 0 < rating <= MOST_STARS else 0,
        "label": label if label in LABELS else "",
        "flag": "pick" if photo.get("favorite_count") else "",
    }
    return {name: value for name, value in found.items() if value}
