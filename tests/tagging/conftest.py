"""A studio that has photos described by servers on loopback."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.tagging import asking, consent, describe
from apps.tagging.models import AiProvider, AiSettings, Suggestion
from config.tasks import STEPS
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, jpeg, kept, many_in
from tests.tagging.provider_server import ProviderServer, serving

Provide = Callable[..., AiProvider]


@pytest.fixture
def first() -> Iterator[ProviderServer]:
    with serving() as server:
        yield server


@pytest.fixture
def second() -> Iterator[ProviderServer]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def real_picture() -> None:
    """The picture is made of the photo's own file, as the product makes it."""


@pytest.fixture(autouse=True)
def quick_picture(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoding is tested once; elsewhere the picture is at hand."""
    if "real_picture" not in request.fixturenames:
        monkeypatch.setattr(describe, "_bytes_of", lambda original: jpeg())


@pytest.fixture
def provide(north: Studio, settings: Any) -> Provide:
    """Let the studio have this server as its provider, and the operator name it."""

    def take(server: ProviderServer, *, kind: str = "ollama", position: int = 1, **columns: Any) -> AiProvider:
        settings.AI_HOSTS = (*settings.AI_HOSTS, server.host)
        url = f"http://{server.host}" + ("/v1" if kind == "openai" else "")
        row = AiProvider(studio=north, position=position, kind=kind, url=url, model=f"{kind}-vision", **columns)
        row.key = "sk-zqx-secret"
        with acting_in(north):
            row.save(force_insert=True)
        return row

    return take


@pytest.fixture
def agree(north: Studio, alice_user: User) -> Callable[..., AiSettings]:
    def agreed(**columns: Any) -> AiSettings:
        with acting_in(north):
            row = consent.switch_on(north, by=alice_user, agreed=True)
            for name, value in {"purposes": ["tags"], **columns}.items():
                setattr(row, name, value)
            row.save()
        return row

    return agreed


@pytest.fixture
def album(north: Studio) -> Album:
    album: Album = AlbumFactory.create(studio=north, title="Anna & Ben")
    return album


def camera_file() -> bytes:
    """A JPEG that says where it was taken, by whom and on what."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B], exif[0x010E] = "Zqx Camera", "Zqx Artist", "Zqx description"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (48.0, 12.0, 30.0)
    out = io.BytesIO()
    picture = Image.radial_gradient("L").resize((1800, 1200)).convert("RGB")
    picture.save(out, "JPEG", exif=exif, comment=b"Zqx comment")
    return out.getvalue()


@pytest.fixture
def photo(north: Studio, album: Album) -> Photo:
    with many_in(north):
        made: Photo = PhotoFactory.create(
            studio=north, original=kept(north, camera_file()), camera_name="IMG_1.jpg", state=PhotoState.READY
        )
        PlacementFactory.create(album=album, photo=made)
    return made


def work_off(name: Queue = Queue.FACES) -> int:
    """Do the jobs of a queue that are due. Returns how many."""
    done = 0
    while queue.answer(name, STEPS):
        done += 1
        assert done < 100
    return done


def have_described(photo: Photo, by: User) -> None:
    with acting_in(photo.studio):
        describe.begin(photo.studio, [photo.pk], by=by)
    work_off()


def suggested(photo: Photo) -> dict[str, tuple[str, int, str]]:
    """Texts -> purpose, percent, state."""
    with acting_in(photo.studio):
        rows = Suggestion.objects.for_studio(photo.studio).filter(photo_id=photo.pk)
        return {row.text: (row.purpose, row.confidence, row.state) for row in rows}


def afresh(photo: Photo) -> Photo:
    with acting_in(photo.studio):
        row: Photo = Photo.objects.for_studio(photo.studio).get(pk=photo.pk)
    return row
