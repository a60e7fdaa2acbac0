"""G52: a guest gets no metadata that the studio did not choose, in any format."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from apps.accounts.tenancy import acting_in
from apps.media import on_demand
from apps.media.mime import disposition
from apps.sharing.models import Metadata
from tests.factories import PhotoFactory, PlacementFactory
from tests.media import private_files
from tests.media.private_files import SECRET
from tests.sharing.conftest import Make, Share, body_of

pytestmark = pytest.mark.django_db


def private(shared: Make, name: str, **terms: Any) -> Share:
    """A link to an album with one photo that tells too much."""
    share = shared(download="original", **terms)
    data = private_files.ALL[name]()
    photo = PhotoFactory.create(studio=share.studio, camera_name=f"ZQX_1.{name.upper()}", original__data=data)
    PlacementFactory.create(album=share.album, photo=photo)
    share.photos = [photo]
    return share


@pytest.mark.parametrize("name", private_files.ALL)
@pytest.mark.parametrize("policy", Metadata)
def test_a_download_holds_what_the_link_grants(shared: Make, policy: str, name: str) -> None:
    share = private(shared, name, metadata=policy)
    response = Client().get(share.url("download", share.photos[0]))
    data = body_of(response)
    assert response.status_code == 200
    assert (SECRET.encode() in data) == (policy == Metadata.ALL)
    assert response["Content-Type"] == share.photos[0].original.mime
    assert int(response["Content-Length"]) == len(data)
    # Pillow finds the same picture.
    with Image.open(io.BytesIO(data)) as made, Image.open(io.BytesIO(private_files.ALL[name]())) as source:
        assert made.convert("RGB").tobytes() == source.convert("RGB").tobytes()


def test_name_and_headers_are_those_of_the_original(shared: Make) -> None:
    share = private(shared, "jpg", metadata="none")
    response = Client().get(share.url("download", share.photos[0]))
    assert response["Content-Disposition"] == disposition("ZQX_1.JPG")
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Accept-Ranges"] == "bytes"
    part = Client().get(share.url("download", share.photos[0]), headers={"Range": "bytes=0-99"})
    assert body_of(part) == body_of(Client().get(share.url("download", share.photos[0])))[:100]


def test_each_policy_has_an_etag_of_its_own(shared: Make) -> None:
    share = private(shared, "jpg", metadata="all")
    etags = set()
    for policy in Metadata:
        share.change(metadata=policy)
        first, second = (Client().get(share.url("download", share.photos[0]))["ETag"] for _ in range(2))
        assert first == second
        etags.add(first)
    assert len(etags) == 3


def test_a_file_that_cannot_be_cleaned_is_not_given_at_all(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = private(shared, "jpg", metadata="copyright")

    def fail(*_: object) -> None:
        raise on_demand.NotMade

    monkeypatch.setattr(on_demand, "ensure", fail)
    response = Client().get(share.url("download", share.photos[0]))
    assert response.status_code == 404
    assert SECRET.encode() not in body_of(response)
    share.change(metadata="all")
    assert Client().get(share.url("download", share.photos[0])).status_code == 200


def test_the_web_size_never_held_anything(shared: Make) -> None:
    share = shared(download="original", metadata="all")
    with acting_in(share.studio):
        assert share.photos[0].original is not None
    data = body_of(Client().get(share.url("download", share.photos[0]), {"size": "web"}))
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
        assert "xmp" not in image.info
