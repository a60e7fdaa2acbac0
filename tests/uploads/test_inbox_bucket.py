"""A watched prefix of a bucket, against a real S3 server: each object once, nothing lost, nobody else's touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.uploads import inbox, inbox_state
from apps.uploads.models import InboxFile
from tests.factories import jpeg
from tests.uploads.test_inbox import arrived, files

pytestmark = [pytest.mark.s3, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Bucket:
    """The bucket that the operator gave, as whoever fills it sees it."""

    def __init__(self, address: str, name: str) -> None:
        self.client: Any = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
        self.name = name
        self.client.create_bucket(Bucket=name)

    def put(self, path: str, data: bytes | None = None) -> None:
        self.client.put_object(Bucket=self.name, Key=f"in/{path}", Body=jpeg() if data is None else data)

    def lying(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return sorted(item["Key"].removeprefix("in/") for item in found)

    def read(self, path: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=self.name, Key=f"in/{path}")["Body"].read()
        return body


@pytest.fixture
def bucket(moto: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(inbox, "STILL", timedelta(0))
    made = Bucket(moto, f"inbox-{uuid4().hex[:12]}")
    settings.INBOX, settings.INBOX_BUCKET = None, ("s3", made.name, "in", moto, None)
    return made


def look(times: int = 2) -> None:
    for _ in range(times):
        inbox.look()


def test_objects_become_photos_of_galleries_and_sections_and_go(bucket: Bucket, north: Studio, south: Studio) -> None:
    same = jpeg()
    for path in ("north/Anna/Ceremony/a.jpg", "north/b.jpg", "south/c.jpg", "nobody/d.jpg"):
        bucket.put(path)
    bucket.put("north/Anna/one.jpg", same)
    bucket.put("north/Anna/two.jpg", same)
    look(1)
    assert arrived(north) == [], "at the first sight nobody knows whether it stands still"
    look(1)
    assert arrived(north) == [("Anna", "", "one.jpg"), ("Anna", "Ceremony", "a.jpg"), ("Inbox", "", "b.jpg")]
    assert arrived(south) == [("Inbox", "", "c.jpg")]
    look(1)
    assert (bucket.lying(), files(north)) == (["nobody/d.jpg"], [])
    with acting_in(north):
        assert inbox_state.state_of(north) == "on"


def test_what_is_no_photo_lies_aside_with_its_reason_and_can_be_tried_again(bucket: Bucket, north: Studio) -> None:
    bucket.put("north/Anna/a.jpg", b"no photo")
    bucket.put("north/_rejected/Anna/a.jpg", b"of last week")
    look()
    assert bucket.lying() == [f"north/_rejected/Anna/{name}" for name in ("a (2).jpg", "a (2).jpg.txt", "a.jpg")]
    (row,) = files(north)
    assert bucket.read("north/_rejected/Anna/a (2).jpg.txt").decode().strip() == row.reason
    inbox.retry(north, [row])
    assert bucket.lying() == ["north/Anna/a.jpg", "north/_rejected/Anna/a.jpg"]


def test_unfinished_hidden_and_strange_keys_are_left_alone(bucket: Bucket, north: Studio) -> None:
    strange = ["north/", "north/.hidden/a.jpg", "north/Anna/a.jpg.part", "north/../south/a.jpg", "north//a.jpg"]
    for path in strange:
        bucket.put(path)
    look(3)
    assert (arrived(north), bucket.lying()) == ([], sorted(strange))


@pytest.mark.parametrize("moment", ["_keep", "_remove"])
def test_a_worker_that_dies_takes_an_object_once(
    moment: str, bucket: Bucket, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*args: object) -> None:
        raise KeyboardInterrupt

    bucket.put("north/a.jpg")
    look(1)
    with monkeypatch.context() as dying:
        dying.setattr(inbox, moment, dies)
        with pytest.raises(KeyboardInterrupt):
            look(1)
    look()
    assert (len(arrived(north)), bucket.lying()) == (1, [])


def test_what_was_put_in_its_place_meanwhile_is_neither_lost_nor_mixed_up(
    bucket: Bucket, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = inbox._keep

    def meanwhile(*args: Any) -> bool:
        monkeypatch.setattr(inbox, "_keep", keep)
        bucket.put("north/a.jpg")
        return keep(*args)

    bucket.put("north/a.jpg")
    look(1)
    monkeypatch.setattr(inbox, "_keep", meanwhile)
    look(1)
    assert (len(arrived(north)), bucket.lying()) == (1, ["north/a.jpg"])
    look()
    assert (len(arrived(north)), bucket.lying()) == (2, [])


def test_a_bucket_that_is_away_loses_nothing(bucket: Bucket, north: Studio, settings: Settings) -> None:
    bucket.put("north/a.jpg")
    look(1)
    kind, name, prefix, address, region = settings.INBOX_BUCKET
    settings.INBOX_BUCKET = (kind, name, prefix, "http://127.0.0.1:9", region)
    look(1)
    with acting_in(north):
        assert InboxFile.objects.for_studio(north).count() == 1
    settings.INBOX_BUCKET = (kind, name, prefix, address, region)
    look(1)
    assert (len(arrived(north)), bucket.lying()) == (1, [])
