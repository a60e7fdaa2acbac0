"""Archives of photos that lie in a bucket, against a real S3 server (moto) on loopback."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from apps.accounts.tenancy import acting_in
from apps.media.bucket import S3Store
from apps.media.models import BlobEvent
from apps.media.storage import store
from apps.media.store import StorageAway
from apps.sharing.downloads.archive import body
from apps.sharing.models import TakenPhoto
from tests.factories import PhotoFactory, PlacementFactory, jpeg
from tests.media.test_s3 import bucket, moto  # noqa: F401  (fixtures)
from tests.sharing.conftest import Make, Share
from tests.sharing.downloads.zipped import delivered, opened, zip_of

pytestmark = [pytest.mark.slow, pytest.mark.s3, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def share(bucket: str, shared: Make) -> Share:  # noqa: F811
    """Three small photos and one of several pieces, all in the bucket."""
    made = shared(download="original")
    large = PhotoFactory.create(
        studio=made.studio, camera_name="ZQX_large.JPG", original__data=jpeg(900, 600) + bytes(3 * body.CHUNK)
    )
    PlacementFactory.create(album=made.album, photo=large, sort_key="999")
    made.photos.append(large)
    assert isinstance(store(), S3Store)
    return made


def _key(share: Share, number: int) -> str:
    return share.photos[number].original.storage_key


def test_g55_an_archive_out_of_a_bucket_is_whole_to_the_byte(share: Share) -> None:
    read = opened(zip_of(share))
    by_name = {photo.camera_name: photo.original.sha256 for photo in share.photos}
    found = {info.filename: hashlib.sha256(read.read(info)).hexdigest() for info in read.infolist()}
    assert {path.rpartition("/")[2]: digest for path, digest in found.items() if "manifest" not in path} == by_name


@pytest.mark.parametrize("cut", ["within a photo", "to the end of it", "from its middle to the end of all"])
def test_a_part_is_a_part_of_the_whole(share: Share, cut: str) -> None:
    whole = zip_of(share)
    large = opened(whole).getinfo("ZQX_large.JPG")
    begin = whole.body.index(b"ZQX_large.JPG", large.header_offset) + len("ZQX_large.JPG")
    start = begin + body.CHUNK + 77
    end = {
        "within a photo": start + body.CHUNK,
        "to the end of it": large.header_offset + large.file_size + 60,
        "from its middle to the end of all": len(whole.body) - 1,
    }[cut]
    headers = {"range": f"bytes={start}-{end}", "if-range": whole.headers["etag"]}
    part = zip_of(share, headers=headers)
    assert (part.status, part.body) == (206, whole.body[start : end + 1])
    assert part.headers["content-range"] == f"bytes {start}-{end}/{len(whole.body)}"


def test_a_photo_that_is_gone_from_the_bucket_breaks_the_transfer_and_is_told(share: Share) -> None:
    delivery = delivered(share)
    store().delete(_key(share, 3))
    with pytest.raises(body.Broken):
        list(delivery.pouring())
    with acting_in(share.studio):
        assert BlobEvent.objects.for_studio(share.studio).get().blob_id == share.photos[3].original_id


def test_a_bucket_that_breaks_off_is_told_in_words_and_raises_no_alarm(
    share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise StorageAway

    monkeypatch.setattr(S3Store, "open", away)
    reply = zip_of(share, headers={"accept-language": "de"})
    assert (reply.status, reply.headers["retry-after"]) == (503, "30")
    assert "Der Fotospeicher antwortet im Moment nicht" in reply.body.decode()
    with acting_in(share.studio):
        assert not BlobEvent.objects.for_studio(share.studio).exists()
        assert not TakenPhoto.objects.for_studio(share.studio).exists()
