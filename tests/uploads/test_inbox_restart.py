"""A watched folder that is filled slowly while all of Glassine dies and comes back: every file exactly once, whole.

One file is half copied all the time: before the end, while nothing runs, and long after everything came back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.amounts import amount
from tests.installation import HASTY, Installation, noise, sha256

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]

FILES = amount(suite=60, long=500)
#: Pieces in which a file is written, and how long the copying program waits between two; the same of a file that takes
#: minutes, where a second is less than it has to stand still.
PIECES, PAUSE = 3, 0.02
MANY_PIECES, LONG_PAUSE = 300, 1.0
#: A bucket takes no smaller part of an object but the last.
PART = 5 << 20


class Put(Protocol):
    def __call__(self, name: str, data: bytes, until: Event | None = None) -> None:
        """Copy a file into the folder; with `until` it is not whole before that."""


Inbox: TypeAlias = tuple[dict[str, str], Callable[[str], Put], Callable[[], list[str]]]


@contextmanager
def folder(tmp_path: Path) -> Iterator[Inbox]:
    """A folder on the disk: the environment, what fills a studio's, and what lies there."""
    root = tmp_path / "inbox"
    root.mkdir()

    def filled(slug: str) -> Put:
        (root / slug / "Card").mkdir(parents=True)

        def put(name: str, data: bytes, until: Event | None = None) -> None:
            pieces = MANY_PIECES if until else PIECES
            with (root / slug / "Card" / name).open("wb") as file:
                for piece in range(pieces):
                    file.write(data[piece * len(data) // pieces : (piece + 1) * len(data) // pieces])
                    file.flush()
                    if until:
                        until.wait(LONG_PAUSE)
                    else:
                        time.sleep(PAUSE)

        return put

    yield {"GLASSINE_INBOX": str(root)}, filled, lambda: [str(one) for one in root.rglob("*") if one.is_file()]


@contextmanager
def bucket(tmp_path: Path) -> Iterator[Inbox]:
    """The same of a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address, bucket_name = f"http://{host}:{port}", f"inbox-{uuid4().hex[:12]}"
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    client.create_bucket(Bucket=bucket_name)

    def filled(slug: str) -> Put:
        def put(name: str, data: bytes, until: Event | None = None) -> None:
            key = f"in/{slug}/Card/{name}"
            if until is None:
                client.put_object(Bucket=bucket_name, Key=key, Body=data)
                time.sleep(PIECES * PAUSE)
                return
            upload_id = client.create_multipart_upload(Bucket=bucket_name, Key=key)["UploadId"]
            parts: list[CompletedPartTypeDef] = []
            for number, start in enumerate(range(0, len(data), PART), 1):
                told = client.upload_part(
                    Bucket=bucket_name, Key=key, UploadId=upload_id, PartNumber=number, Body=data[start : start + PART]
                )
                parts.append({"PartNumber": number, "ETag": told["ETag"]})
                until.wait(MANY_PIECES * LONG_PAUSE)
            client.complete_multipart_upload(
                Bucket=bucket_name, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}
            )

        return put

    environment = {
        "GLASSINE_INBOX_BUCKET": f"s3://{bucket_name}/in?endpoint={address}",
        "AWS_ACCESS_KEY_ID": "t",
        "AWS_SECRET_ACCESS_KEY": "t",
    }
    listed = partial(client.list_objects_v2, Bucket=bucket_name)
    yield environment, filled, lambda: [item["Key"] for item in listed().get("Contents", [])]
    server.stop()


@pytest.mark.parametrize("kind", [folder, bucket], ids=["folder", "bucket"])
def test_files_that_come_slowly_are_taken_once_across_a_restart(
    kind: Callable[[Path], AbstractContextManager[Inbox]],
    tmp_path: Path,
) -> None:
    files = {f"IMG_{number:04}.jpg": noise(60) for number in range(FILES)}
    long_name, long = "IMG_LONG.jpg", noise(20_000)
    assert len(long) > PART, "or a bucket would get it in one part"
    rest = Event()
    with (
        kind(tmp_path) as (more, filled, lying),
        Installation(tmp_path / "data", **HASTY, **more).move_in() as one,
        ThreadPoolExecutor(1) as beside,
    ):
        put = filled(one.client().slug)
        copying = beside.submit(put, long_name, long, rest)
        for number, (name, data) in enumerate(files.items()):
            put(name, data)
            if number == FILES // 2:
                # Some are taken, some wait, one is half copied, some are not there yet.
                time.sleep(7)
                one.kill_all()
                one.start()
        rest.set()
        copying.result()
        end = time.monotonic() + 240 + FILES
        while lying() and time.monotonic() < end:
            time.sleep(0.5)
        assert lying() == [], "what was taken is gone, and nothing was put aside"
        with one.api() as api:
            albums = api.get("/api/albums").json()["results"]
        assert [album["title"] for album in albums] == ["Card"]
        photos = one.wait_ready(albums[0]["id"], FILES + 1)
    sent = {name: sha256(data) for name, data in (*files.items(), (long_name, long))}
    assert {photo["camera_name"]: photo["sha256"] for photo in photos} == sent
    assert len(photos) == FILES + 1
