"""A client with types is generated from the schema that an installation publishes, and does a day's work with it."""

from __future__ import annotations

import compileall
import importlib
import io
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.clients.conftest import make_key
from tests.factories import jpeg
from tests.installation import Installation, sha256

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PACKAGE = "generated_glassine"
# The generator knows no pictures and no archives; it needs to be told that they are bytes.
BYTES = dict.fromkeys(("application/zip", "image/webp"), "application/octet-stream")
SETTINGS = {"content_type_overrides": BYTES, "post_hooks": []}


@pytest.fixture(scope="module")
def package(glassine: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The generated package, from which modules can be imported."""
    place = tmp_path_factory.mktemp("typed")
    (place / "schema.json").write_text(httpx.get(f"{glassine.url}/api/schema/?format=json", timeout=30).text)
    (place / "settings.json").write_text(json.dumps(SETTINGS))
    command = ["generate", "--meta", "none", "--fail-on-warning", "--path", str(place / "schema.json")]
    command += ["--config", str(place / "settings.json"), "--output-path", str(place / PACKAGE)]
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", *command], capture_output=True, text=True, timeout=120
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(place))
    yield place / PACKAGE
    sys.path.remove(str(place))
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def call(path: str) -> Any:
    """One operation, as "albums.albums_create"."""
    return importlib.import_module(f"{PACKAGE}.api.{path}").sync


def types_of(name: str) -> Any:
    return getattr(importlib.import_module(f"{PACKAGE}.models"), name)


def test_every_module_compiles_and_can_be_imported(package: Path) -> None:
    assert compileall.compile_dir(str(package), quiet=2, force=True)
    walked = pkgutil.walk_packages([str(package)], f"{PACKAGE}.")
    assert len([importlib.import_module(found.name) for found in walked]) > 200


def test_it_makes_a_gallery_fills_shares_reads_and_deletes_it(glassine: Installation, package: Path) -> None:
    key = make_key(glassine, "read", "upload", "albums", "share")
    root = importlib.import_module(PACKAGE)
    file_type = importlib.import_module(f"{PACKAGE}.types").File
    client = root.AuthenticatedClient(glassine.url, token=key, prefix="Api-Key", raise_on_unexpected_status=True)
    album = call("albums.albums_create")(client=client, body=types_of("AlbumRequest")(title="Typed"))
    assert (type(album.id), album.title, album.photo_count) == (UUID, "Typed", 0)
    assert isinstance(album.created_at, datetime)

    pictures = {name: jpeg() for name in ("IMG_1.jpg", "IMG_2.jpg")}
    files = [file_type(io.BytesIO(data), name, "image/jpeg") for name, data in pictures.items()]
    sent = call("photos.albums_photos_create")(
        album.id, client=client, body=types_of("FilesRequestRequest")(files=files)
    )
    assert [(one.name, one.status.value) for one in sent.results] == [(name, "stored") for name in pictures]
    hashes = {one.photo.camera_name: one.photo.sha256 for one in sent.results}
    assert hashes == {name: sha256(data) for name, data in pictures.items()}

    photos = [one.photo.id for one in sent.results]
    asked = [types_of("RememberedRequest")(sha256=sha256(data)) for data in pictures.values()]
    matches = call("finding.photos_match_create")(client=client, body=asked)
    assert [one.photo for one in matches.results] == photos
    replaced = call("photos.photos_file_update")(
        photos[0], client=client, name="IMG_1.jpg", body=file_type(io.BytesIO(jpeg()))
    )
    assert replaced.status.value == "replaced"
    order = types_of("ArrangeRequest")(photos=photos[::-1])
    call("albums.albums_order_update")(album.id, client=client, body=order)
    page = call("photos.albums_photos_list")(album.id, client=client, limit=1)
    assert ([one.id for one in page.results], isinstance(page.next_, str)) == (photos[::-1][:1], True)

    live = types_of("PatchedAlbumRequest")(state=types_of("AlbumStateEnum").LIVE)
    assert call("albums.albums_partial_update")(album.id, client=client, body=live).undo
    link = call("share_links.albums_share_create")(
        album.id, client=client, body=types_of("LinkRequest")(label="Anna", password="a good one")
    )
    assert link.is_password_protected
    assert link.url.startswith(glassine.url)
    marked = types_of("PatchedMarksRequest")(rating=4, keywords=["Vienna"])
    call("photos.albums_photos_partial_update")(album.id, photos[1], client=client, body=marked)
    [marks] = call("photos.albums_marks_list")(album.id, client=client).results
    assert (marks.photo, marks.own.rating, marks.visitors) == (photos[1], 4, [])

    call("albums.albums_destroy")(album.id, client=client)
    gone = call("albums.albums_retrieve")(album.id, client=client)
    assert (type(gone).__name__, gone.error.code) == ("Error", "not_found")
