"""A watched folder that is filled slowly while all of Glassine dies and comes back: every file exactly once, whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.amounts import amount
from tests.installation import HASTY, Installation, noise, sha256

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]

FILES = amount(suite=12, long=500)
#: Pieces in which a file is written, and how long the copying program waits between two.
PIECES, PAUSE = 3, 0.05
Put = Callable[[str, bytes], None]
Inbox: TypeAlias = tuple[dict[str, str], Callable[[str], Put], Callable[[], list[str]]]


@contextmanager
def folder(tmp_path: Path) -> Iterator[Inbox]:
    """A folder on the disk: the environment, what fills a studio's, and what lies there."""
    root = tmp_path / "inbox"
    root.mkdir()

    def filled(slug: str) -> Put:
        (root / slug / "Card").mkdir(parents=True)

        def put(name: str, data: bytes) -> None:
            with (root / slug / "Card" / name).open("wb") as file:
                for piece in range(PIECES):
                    file.write(data[piece * len(data) // PIECES : (piece + 1) * len(data) // PIECES])
                    file.flush()
                    time.sleep(PAUSE)

        return put

    yield {"GLASSINE_INBOX": str(root)}, filled, lambda: [str(one) for one in root.rglob("*") if one.is_file()]


@contextmanager
def bucket(tmp_path: Path) -> Iterator[Inbox]:
    """The same of a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address, name = f"http://{host}:{port}", f"inbox-{uuid4().hex[:12]}"
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    client.create_bucket(Bucket=name)

    def filled(slug: str) -> Put:
        def put(file: str, data: bytes) -> None:
            client.put_object(Bucket=name, Key=f"in/{slug}/Card/{file}", Body=data)
            time.sleep(PAUSE)

        return put

    environment = {
        "GLASSINE_INBOX_BUCKET": f"s3://{name}/in?endpoint={address}",
        "AWS_ACCESS_KEY_ID": "t",
        "AWS_SECRET_ACCESS_KEY": "t",
    }
    yield environment, filled, lambda: [o["Key"] for o in client.list_objects_v2(Bucket=name).get("Contents", [])]
    server.stop()


@pytest.mark.parametrize("kind", [folder, bucket], ids=["folder", "bucket"])
def test_files_that_come_slowly_are_taken_once_across_a_restart(
    kind: Callable[[Path], AbstractContextManager[Inbox]],
    tmp_path: Path,
) -> None:
    sent: dict[str, str] = {}
    with (
        kind(tmp_path) as (more, filled, lying),
        Installation(tmp_path / "data", **HASTY, **more).move_in() as one,
    ):
        put = filled(one.client().slug)
        for number in range(FILES):
            name, data = f"IMG_{number:04}.jpg", noise(60)
            put(name, data)
            sent[name] = sha256(data)
            if number == FILES // 2:
                # Some are taken, some wait, some are not there yet.
                time.sleep(6)
                one.kill_all()
                one.start()
        end = time.monotonic() + 240 + FILES
        while lying() and time.monotonic() < end:
            time.sleep(0.5)
        assert lying() == [], "what was taken is gone, and nothing was put aside"
        with one.api() as api:
            albums = api.get("/api/albums").json()["results"]
        assert [album["title"] for album in albums] == ["Card"]
        photos = one.wait_ready(albums[0]["id"], FILES)
    assert {photo["camera_name"]: photo["sha256"] for photo in photos} == sent
    assert len(photos) == FILES
