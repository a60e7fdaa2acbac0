"""What the tests of sharing have in common: an album with real files, a link to it, a client's browser."""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, PhotoState, Placement, Section, Version
from apps.library.questions.tree import read
from apps.media import cas
from apps.media.models import Blob, Rendition
from apps.media.serving import picture_url
from apps.media.storage import store
from apps.sharing.gallery import pictures
from apps.sharing.links import lifecycle
from apps.sharing.models import ShareLink
from apps.smart_collections.models import Collection, SmartCollection
from apps.web.ids import uuid7
from apps.web.wsgi_bridge import Asgi
from tests.albums.conftest import may_analyze  # noqa: F401  (a fixture)
from tests.factories import (
    AlbumFactory,
    PhotoFactory,
    RenditionFactory,
    SectionFactory,
    jpeg,
    many_in,
)

PASSWORD = "open sesame"
WIDTHS = {"tile": 400, "thumb": 800, "web": 2400}


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """No test meets the remembered decisions of another. (Its budgets are its own already: see tests/actors.py.)"""
    pictures.RIGHTS.clear()
    pictures.PLACES.clear()


@dataclass
class Share:
    """An album as it is shared."""

    studio: Studio
    album: Album
    photos: list[Photo]
    link: ShareLink
    token: str

    def url(self, name: str | None = "gallery", photo: Photo | None = None) -> str:
        """Address of a guest page."""
        return reverse(f"sharing:{name}", args=[self.token, *([photo.pk] if photo else [])])

    def picture(self, kind: str = "tile", photo: Photo | None = None) -> str:
        """Address of a rendition."""
        return picture_url(self.studio.pk, self.album.pk, (photo or self.photos[0]).pk, kind)

    def reload(self) -> None:
        """Read the link's row again."""
        with acting_in(self.studio):
            self.link.refresh_from_db()

    def change(self, **terms: Any) -> None:
        """Give the link other terms, the rest as it is."""
        self.reload()
        with acting_in(self.studio):
            kept = {"label": self.link.label, "download": self.link.download, "expires_on": self.link.expires_on}
            lifecycle.change(self.link, by=self.link.created_by, **{**kept, "password": None, **terms})  # type: ignore[arg-type]


def real_photo(album: Album, name: str, **fields: Any) -> Photo:
    """A ready photo with an original and three renditions that are really stored."""
    photo: Photo = PhotoFactory.create(
        studio=album.studio, camera_name=name, original__data=jpeg(), **{"width": 6000, "height": 4000, **fields}
    )
    for kind, width in WIDTHS.items():
        RenditionFactory.create(
            source=photo.original,
            kind=kind,
            width=width,
            height=width * 2 // 3,
            blob__data=webp(),
        )
    return photo


def real_photos(album: Album, section: Section, count: int) -> list[Photo]:
    """What `real_photo` makes, `count` times, placed in a section: a statement for each table, not for each row. For
    `shared`, which hundreds of tests begin with."""
    studio, blobs, photos, renditions = album.studio, [], [], []
    for number in range(count):
        original = _stored(studio, jpeg(), "image/jpeg")
        blobs.append(original)
        photos.append(
            Photo(
                studio=studio, camera_name=f"ZQX_{number}.JPG", original=original, state=PhotoState.READY,
                width=6000, height=4000, color="#aabbcc",
            )
        )  # fmt: skip
        for kind, width in WIDTHS.items():
            blobs.append(_stored(studio, webp(), "image/webp"))
            renditions.append(
                Rendition(
                    studio=studio, source=original, blob=blobs[-1], kind=kind, recipe=1, width=width,
                    height=width * 2 // 3,
                )
            )  # fmt: skip
    versions = [Version(studio=studio, photo=photo, blob=photo.original) for photo in photos]
    places = [
        Placement(
            studio=studio, album=album, photo=photo, section=section, section_rank=section.rank,
            sort_key=f"{number:03}", manual_key=f"{number:010}",
        )
        for number, photo in enumerate(photos)
    ]  # fmt: skip
    Blob.objects.for_studio(studio).bulk_create(blobs)
    Photo.objects.for_studio(studio).bulk_create(photos)
    Version.objects.for_studio(studio).bulk_create(versions)
    Rendition.objects.for_studio(studio).bulk_create(renditions)
    Placement.objects.for_studio(studio).bulk_create(places)
    return photos


def _stored(studio: Studio, data: bytes, mime: str) -> Blob:
    """The row, not yet saved, of bytes that are really stored."""
    received, blob_id = cas.receive(io.BytesIO(data), limit=len(data)), uuid7()
    key = cas.storage_key(studio.pk, received.sha256, blob_id)
    store().put(received.temp, key, sha256=received.sha256)
    return Blob(
        id=blob_id, studio=studio, sha256=received.sha256, size=received.size, crc32=received.crc32, mime=mime,
        storage_key=key,
    )  # fmt: skip


def webp() -> bytes:
    """A small WebP file that differs at every call."""
    file = io.BytesIO()
    Image.frombytes("RGB", (20, 14), secrets.token_bytes(840)).save(file, "WEBP", lossless=True, quality=0, method=0)
    return file.getvalue()


Make = Callable[..., Share]


@pytest.fixture
def shared_kind() -> str:
    """What `shared` shares; a module whose promise holds for every kind asks for all of `KINDS`."""
    return "album"


# A gallery, and both kinds of collections.
KINDS = ("album", "collection", "smart")


@pytest.fixture
def shared(north: Studio, alice_user: User, shared_kind: str) -> Make:
    """Make an album of three photos in one section and a link to it; arguments are those of `lifecycle.create`.

    Of another kind the link is to a collection of these photos.
    """

    def make(**terms: Any) -> Share:
        with many_in(north):
            album = AlbumFactory.create(studio=north, title="Zqx wedding", description="Zqx words")
            section = SectionFactory.create(album=album, title="Zqx ceremony", rank=1)
            photos = real_photos(album, section, 3)
        with acting_in(north):
            if shared_kind != "album":
                album = collected(album, photos, shared_kind, by=alice_user)
            link, token = lifecycle.create(album, by=alice_user, **{"label": "Zqx couple", **terms})
        return Share(north, album, photos, link, token)

    return make


def collected(album: Album, photos: list[Photo], kind: str, *, by: User) -> Album:
    """The gallery of a collection of these photos: chosen by hand, or found by lying in the album."""
    if kind == "collection":
        made, _ = Collection.create(album.studio, title=album.title, photos=[one.pk for one in photos], by=by)
        return made.gallery()
    rule = {"field": "album", "op": "is", "value": str(album.pk)}
    tree = read({"match": "all", "rules": [rule]})
    return SmartCollection.create(album.studio, title=album.title, tree=tree, by=by).gallery()


def unlocked(share: Share, password: str = PASSWORD, client: Client | None = None) -> Client:
    """A browser that was let in."""
    client = client or Client()
    client.get(share.url())
    assert client.post(share.url(), {"password": password}).status_code == 303
    return client


@dataclass
class Reply:
    """What a raw ASGI application answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    path: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)


def fetch(
    client: Client,
    path: str,
    *,
    app: Asgi = pictures.picture,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
) -> Reply:
    """Ask a raw ASGI application as the browser of `client` would."""
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items() if morsel.value)
    sent = {"host": "testserver", **({"cookie": cookies} if cookies else {}), **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": urlencode(query or {}).encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "extensions": dict(extensions or {}),
    }
    events: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        # As a server does: a piece's memory is used again when it was taken.
        events.append({name: bytes(value) if name == "body" else value for name, value in event.items()})

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    start = events[0]
    return Reply(
        status=start["status"],
        headers={name.decode(): value.decode("latin-1") for name, value in start["headers"]},
        body=b"".join(event.get("body", b"") for event in events[1:]),
        path=next((event["path"] for event in events if event["type"] == "http.response.pathsend"), None),
        events=events,
    )


def body_of(response: Any) -> bytes:
    """The bytes of a Django answer, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)
