"""G19: downloads at each size and right; ranges; names that browsers can be trusted with."""

from __future__ import annotations

import io
from itertools import product
from urllib.parse import unquote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.accounts.tenancy import acting_in
from apps.media import serving
from apps.media.mime import disposition
from apps.sharing.models import Download
from apps.web import ranges
from tests.factories import PlacementFactory
from tests.sharing.conftest import Make, Share, body_of, real_photo

pytestmark = pytest.mark.django_db


def original(share: Share) -> bytes:
    with acting_in(share.studio):
        location = serving.original_location(share.studio.pk, share.photos[0].pk)
    assert location is not None
    assert location.path is not None
    return location.path.read_bytes()


@pytest.mark.parametrize(
    ("right", "size"), list(product(Download, ["", "web", "original", "tile", "thumb", "gold", "x"]))
)
def test_g19_a_download_needs_its_right(shared: Make, right: str, size: str) -> None:
    share = shared(download=right)
    response = Client().get(share.url("download", share.photos[0]), {"size": size} if size else {})
    granted = {"none": set(), "web": {"", "web"}, "original": {"", "web", "original"}}[right]
    assert response.status_code == (200 if size in granted else 404)
    if size in granted:
        is_original = size == "original" or (right == "original" and not size)
        assert response["Content-Type"] == ("image/jpeg" if is_original else "image/webp")
        assert (body_of(response) == original(share)) == is_original


@pytest.mark.parametrize("right", Download)
def test_g19_pages_offer_what_the_link_grants(shared: Make, right: str) -> None:
    share = shared(download=right)
    client = Client()
    page = client.get(share.url()).content.decode()
    assert f'data-download="{right}"' in page
    assert ("data-name=" in page) == (right != "none")
    one = client.get(share.url("photo", share.photos[0])).content.decode()
    assert ("/download/" in one) == (right != "none")


def test_a_download_has_its_camera_name_and_safe_headers(shared: Make) -> None:
    share = shared(download="original")
    response = Client().get(share.url("download", share.photos[0]))
    assert response["Content-Disposition"] == disposition("ZQX_0.JPG")
    assert int(response["Content-Length"]) == len(original(share))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Accept-Ranges"] == "bytes"
    assert share.photos[0].original.sha256 not in str(dict(response.headers))


def test_the_web_size_ends_as_what_it_is(shared: Make) -> None:
    share = shared(download="web")
    response = Client().get(share.url("download", share.photos[0]))
    assert response["Content-Disposition"] == disposition("ZQX_0.webp")


@pytest.mark.parametrize(
    "name",
    [
        'a"b.jpg', "a\\b.jpg", "a\r\nSet-Cookie: x=1.jpg", "Grüße aus Köln.jpg", "写真 1.jpg", "🎉.jpg",
        "a;filename=evil.exe.jpg",
        "x" * 250 + ".jpg", "..jpg", "a%0d%0ab.jpg", "a'b.jpg", "evil.html", "\u202egpj.exe",
    ],
)  # fmt: skip
def test_hostile_names_stay_names(shared: Make, name: str) -> None:
    share = shared(download="original")
    photo = real_photo(share.album, name)
    PlacementFactory.create(album=share.album, photo=photo)
    response = Client().get(share.url("download", photo))
    told = response["Content-Disposition"]
    assert response.status_code == 200
    assert told.startswith("attachment; filename")
    assert not set(told) & {"\r", "\n", "\x00"}
    assert told.isascii()
    assert response.cookies.get("x") is None
    shown = unquote(told.partition("filename*=UTF-8''")[2]) or told.partition('filename="')[2]
    assert shown.rstrip('"').lower().endswith((".jpg", ".jpeg"))
    assert "/" not in shown


def test_head_tells_the_length(shared: Make) -> None:
    share = shared(download="original")
    response = Client().head(share.url("download", share.photos[0]))
    assert (response.status_code, response.content) == (200, b"")
    assert int(response["Content-Length"]) == len(original(share))


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=5-9", 5, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None),
     ("bytes=0-99999999", 0, None), ("bytes=-99999999", 0, None), ("BYTES=1-2", 1, 3)],
)  # fmt: skip
def test_a_range_gives_the_part(shared: Make, header: str, start: int, stop: int | None) -> None:
    share = shared(download="original")
    whole = original(share)
    response = Client().get(share.url("download", share.photos[0]), headers={"Range": header})
    part = whole[start:stop]
    assert response.status_code == 206
    assert body_of(response) == part
    assert int(response["Content-Length"]) == len(part)
    begin = start % len(whole)
    assert response["Content-Range"] == f"bytes {begin}-{begin + len(part) - 1}/{len(whole)}"
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=99999999-999999999", "bytes=-0"])
def test_a_range_outside_is_416(shared: Make, header: str) -> None:
    share = shared(download="original")
    response = Client().get(share.url("download", share.photos[0]), headers={"Range": header})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(original(share))}"


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-1,3-4",
        "bytes=5-2",
        "items=0-1",
        "bytes=",
        "bytes=a-b",
        "bytes=-",
        "bytes=1-2x",
        "bytes=" + "9" * 40 + "-",
    ],
)
def test_what_is_no_single_range_gives_the_whole_file(shared: Make, header: str) -> None:
    share = shared(download="original")
    response = Client().get(share.url("download", share.photos[0]), headers={"Range": header})
    assert response.status_code == 200
    assert body_of(response) == original(share)


def test_a_range_of_another_version_gives_the_whole_file(shared: Make) -> None:
    share = shared(download="original")
    client, path = Client(), share.url("download", share.photos[0])
    etag = client.get(path)["ETag"]
    same = client.get(path, headers={"Range": "bytes=0-1", "If-Range": etag})
    other = client.get(path, headers={"Range": "bytes=0-1", "If-Range": '"old"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_a_range_does_not_open_a_locked_link(shared: Make) -> None:
    share = shared(download="original", password="long enough")
    response = Client().get(share.url("download", share.photos[0]), headers={"Range": "bytes=0-1"})
    assert response.status_code == 403
    assert "Content-Range" not in response.headers


def test_g28_a_flipped_bit_is_never_a_download(shared: Make) -> None:
    share = shared(download="original")
    with acting_in(share.studio):
        location = serving.original_location(share.studio.pk, share.photos[0].pk)
    assert location is not None
    assert location.path is not None
    data = bytearray(location.path.read_bytes())
    data[len(data) // 2] ^= 1
    location.path.chmod(0o600)
    location.path.write_bytes(data)
    for headers in ({}, {"Range": "bytes=0-1"}):
        response = Client().get(share.url("download", share.photos[0]), headers=headers)
        assert response.status_code == 409
        assert bytes(data[:20]) not in response.content


def test_a_photo_of_another_album_is_not_downloaded_through_this_link(shared: Make) -> None:
    share, other = shared(download="original"), shared(download="original")
    assert Client().get(share.url("download", other.photos[0])).status_code == 404


@given(size=st.integers(0, 50), first=st.integers(0, 60), last=st.none() | st.integers(0, 60))
def test_a_part_lies_in_the_file(size: int, first: int, last: int | None) -> None:
    try:
        part = ranges.asked(f"bytes={first}-{'' if last is None else last}", size=size)
    except ranges.Unsatisfiable:
        assert first >= size
        return
    if part is None:
        assert last is not None
        assert last < first
    else:
        assert first == part.start <= part.end < size
        assert part.length == len(range(size)[first : None if last is None else last + 1])


def test_a_size_in_pixels_is_made_when_it_is_first_wanted_and_never_larger(shared: Make) -> None:
    share = shared(download="web")
    address = share.url("download", share.photos[0])
    response = Client().get(address, {"size": "2048"})
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(body_of(response))) as image:
        assert image.size == (64, 48)
    assert Client().get(address, {"size": "3600"}).status_code == 404
    assert Client().get(address, {"size": "2047"}).status_code == 404
