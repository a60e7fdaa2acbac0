"""A backup in a bucket, from a storage that is a bucket, against a real S3 server (moto) on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.backups.backup import take
from apps.backups.destination import open_destination
from apps.backups.restore import restore
from tests.backups.conftest import KEY, Elsewhere, every_byte
from tests.backups.rows import fingerprints
from tests.factories import BlobFactory, StudioFactory, jpeg

pytestmark = [pytest.mark.slow, pytest.mark.s3, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


@pytest.fixture
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_from_bucket_to_bucket_to_bucket(
    server: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Elsewhere
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    names = [f"{kind}-{uuid4().hex[:8]}" for kind in ("photos", "backup", "elsewhere")]
    for name in names:
        boto3.client("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket=name)
    (tmp_path / "tmp").mkdir()
    settings.STORAGE_TEMP = str(tmp_path / "tmp")
    settings.STORAGE = ("s3", names[0], "", server, None)
    studio: Studio = StudioFactory.create(name="In a bucket")
    for _ in range(3):
        BlobFactory.create(studio=studio, data=jpeg())
    rows, data = fingerprints("backups_backupcopy"), every_byte()
    place = open_destination(("s3", names[1], "nightly", server, None), KEY, create=True)
    assert take(place).new_files == 3
    assert take(place).new_files == 0
    elsewhere()
    settings.STORAGE = ("s3", names[2], "", server, None)
    assert restore(place).missing == []
    assert (fingerprints("backups_backupcopy"), every_byte()) == (rows, data)
