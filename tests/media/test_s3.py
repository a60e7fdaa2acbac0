"""The store in a bucket, against a real S3 server (moto) on loopback. G41.

moto checks neither checksums nor signatures nor the expiry of presigned addresses: that altered bytes and forged or
old addresses are refused is a promise of the real service; here only what we send is looked at. `If-None-Match`,
ranges, copies and listings are the server's own.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, PhotoState
from apps.jobs import queue
from apps.media import bucket as buckets
from apps.media import cas, fsck, serving, sweeping
from apps.media.bucket import S3Store
from apps.media.models import Blob
from apps.media.storage import as_local_file, store, temp_directory
from apps.media.store import StorageAway, sha256_of
from apps.uploads import ingest
from config.tasks import STEPS
from tests.factories import AlbumFactory, jpeg, kept

pytestmark = [pytest.mark.s3, pytest.mark.django_db(transaction=True)]

PHOTO = Path(__file__).parent.parent / "data" / "formats" / "prairie_falcon.jpg"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(moto: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty bucket, into which the product stores now."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    name = f"glassine-{uuid4().hex[:12]}"
    boto3.client("s3", endpoint_url=moto, region_name="us-east-1").create_bucket(Bucket=name)
    settings.STORAGE_TEMP = str(tmp_path / "tmp")
    settings.STORAGE = ("s3", name, "photos", moto, None)
    return name


@pytest.fixture
def s3(bucket: str) -> S3Store:
    made = store()
    assert isinstance(made, S3Store)
    return made


def put(s3: S3Store, key: str, data: bytes) -> Path:
    temp = s3.temp / f"in.{uuid4()}"
    temp.write_bytes(data)
    s3.put(temp, key, sha256=hashlib.sha256(data).hexdigest())
    return temp


def keys(s3: S3Store, prefix: str = "") -> list[str]:
    return sorted(entry.key for entry in s3.entries(prefix))


# -- objects -----------------------------------------------------------------------------------------


def test_an_object_can_be_read_measured_and_listed(s3: S3Store) -> None:
    temp = put(s3, "a/b", b"seven b")
    assert s3.open("a/b").read() == b"seven b"
    assert (s3.size("a/b"), keys(s3), temp.exists()) == (7, ["a/b"], False)


def test_an_object_lies_below_the_prefix_of_the_settings(s3: S3Store) -> None:
    put(s3, "a/b", b"x")
    assert s3.client.list_objects_v2(Bucket=s3.bucket)["Contents"][0]["Key"] == "photos/a/b"


def test_bytes_are_sent_with_their_checksum_and_the_wish_not_to_replace(s3: S3Store) -> None:
    sent: dict[str, Any] = {}
    s3.client.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.update(request.headers))
    put(s3, "a/b", b"content")
    digest = b64encode(hashlib.sha256(b"content").digest())
    assert _text(sent["x-amz-checksum-sha256"]) == digest.decode()
    assert _text(sent["If-None-Match"]) == "*"


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def test_a_key_is_never_written_twice(s3: S3Store) -> None:
    put(s3, "a/b", b"first")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        put(s3, "a/b", b"other")
    assert s3.open("a/b").read() == b"first"


def test_a_missing_object_is_told_apart(s3: S3Store) -> None:
    assert s3.size("a/b") is None
    with pytest.raises(FileNotFoundError):
        s3.open("a/b")
    with pytest.raises(FileNotFoundError):
        s3.set_aside("a/b")


def test_deleting_twice_is_deleting_once(s3: S3Store) -> None:
    put(s3, "a/b", b"x")
    s3.delete("a/b")
    s3.delete("a/b")
    assert keys(s3) == []


def test_what_is_set_aside_is_kept_but_not_listed(s3: S3Store) -> None:
    put(s3, "a/b", b"odd")
    s3.set_aside("a/b")
    assert (keys(s3), s3.size("a/b")) == ([], None)
    body = s3.client.get_object(Bucket=s3.bucket, Key="photos/.quarantine/a/b")["Body"]
    assert body.read() == b"odd"


@pytest.mark.parametrize("key", ["../x", "/x", "a/../b", "a//b", "", ".quarantine/x"])
def test_a_key_that_climbs_is_refused(s3: S3Store, key: str) -> None:
    with pytest.raises(ValueError, match="below its root"):
        s3.size(key)


def test_threads_share_one_connection(s3: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(boto3, "Session", lambda **keys: made.append(keys))
    with ThreadPoolExecutor(4) as threads:
        urls = list(threads.map(lambda _: s3.signed_url("a/b", seconds=60, headers={}), range(4)))
    assert (all(urls), made) == (True, [])


def test_the_connection_is_as_patient_as_the_settings_say(s3: S3Store) -> None:
    config: Any = s3.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (buckets.CONNECT_SECONDS, buckets.ANSWER_SECONDS)
    assert s3.client.meta.region_name == "us-east-1"


def test_a_listing_of_several_answers_is_complete(s3: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket tells a thousand objects at once; this one ten."""
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    for number in range(25):
        s3.client.put_object(Bucket=s3.bucket, Key=f"photos/a/{number:05}", Body=b"x")
    told = s3.client.list_objects_v2(Bucket=s3.bucket, Prefix="photos/a/")
    assert (told["IsTruncated"], len(told["Contents"])) == (True, 10)
    assert keys(s3, "a/") == [f"a/{number:05}" for number in range(25)]


def test_an_object_can_be_worked_on_as_a_local_file_that_goes_afterwards(s3: S3Store) -> None:
    put(s3, "a/b", b"content")
    with as_local_file("a/b") as path:
        assert path.read_bytes() == b"content"
    assert not path.exists()


def test_a_large_object_hashes_to_what_was_put(s3: S3Store) -> None:
    data = bytes(range(256)) * 40_000
    put(s3, "a/b", data)
    assert sha256_of(s3.open("a/b")) == hashlib.sha256(data).hexdigest()


# -- addresses for clients ---------------------------------------------------------------------------


def test_a_client_can_fetch_by_a_signed_address_under_our_headers(s3: S3Store) -> None:
    put(s3, "a/b", b"content")
    told = {"Content-Type": "image/jpeg", "Content-Disposition": 'attachment; filename="x.jpg"'}
    url = s3.signed_url("a/b", seconds=60, headers=told)
    assert url
    answer = httpx.get(url)
    assert (answer.status_code, answer.content) == (200, b"content")
    assert {name: answer.headers[name] for name in told} == told


def test_a_client_can_fetch_a_part(s3: S3Store) -> None:
    put(s3, "a/b", b"0123456789")
    url = s3.signed_url("a/b", seconds=60, headers={})
    assert url
    answer = httpx.get(url, headers={"Range": "bytes=3-5"})
    assert (answer.status_code, answer.content) == (206, b"345")


def test_a_signed_address_names_its_end(s3: S3Store) -> None:
    url = s3.signed_url("a/b", seconds=60, headers={})
    assert url
    assert "X-Amz-Expires=60" in url


# -- the whole way -----------------------------------------------------------------------------------


@pytest.fixture
def photo(bucket: str, north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> Photo:
    """A real photo: uploaded, rendered in the jail, stored in the bucket."""
    monkeypatch.setattr(queue, "ring", lambda name: None)
    album = AlbumFactory.create(studio=north)
    with PHOTO.open("rb") as file:
        photo = ingest.ingest_file(north, album, file, name="falcon.jpg", by=alice_user).photo
    assert queue.answer("images", STEPS)
    with acting_in(north):
        photo.refresh_from_db()
    return photo


@pytest.mark.slow
def test_a_photo_is_ingested_rendered_and_downloaded_through_the_bucket(photo: Photo, s3: S3Store) -> None:
    assert (photo.state, len(keys(s3, f"{photo.studio_id}/"))) == (PhotoState.READY, 4)
    location = serving.original_location(photo.studio_id, photo.pk)
    assert location
    response = serving.file_response(location, filename="falcon.jpg")
    assert response.status_code == 302
    assert httpx.get(response["Location"]).content == PHOTO.read_bytes()


@pytest.mark.slow
def test_a_rendition_leaves_by_a_redirect_that_may_be_kept_half_as_long_as_it_lives(photo: Photo) -> None:
    location = serving.locate(photo.studio_id, photo.pk, "tile")
    assert location
    answer = serving.picture_answer(location)
    assert (answer.status, answer.headers["Cache-Control"]) == (302, "private, max-age=10")
    picture = httpx.get(answer.headers["Location"])
    assert picture.headers["Content-Type"] == "image/webp"
    assert picture.content[8:12] == b"WEBP"


@pytest.mark.slow
def test_rows_and_bucket_agree_after_the_whole_way(photo: Photo) -> None:
    assert list(fsck.check_studio(photo.studio_id)) == []


def test_what_is_revoked_is_gone_within_thirty_seconds_and_the_address_tells_no_hash(
    s3: S3Store, north: Studio
) -> None:
    """G62: what the server remembers and how long the address is good for, one on top of the other."""
    blob = kept(north, jpeg())
    answer = serving.download_answer(serving.location_of(blob), filename="x.jpg")
    address = urlsplit(answer.headers["Location"])
    assert blob.sha256 not in answer.headers["Location"]
    signed = int(parse_qs(address.query)["X-Amz-Expires"][0])
    assert serving.decided_seconds() + signed <= 30
    assert f"max-age={serving.REDIRECTED_SECONDS}" in answer.headers["Cache-Control"]
    assert signed > serving.REDIRECTED_SECONDS


def test_what_nothing_refers_to_leaves_the_bucket(s3: S3Store, north: Studio) -> None:
    kept(north, jpeg())
    for _ in range(2):
        sweeping.sweep(north.pk, grace=sweeping.GRACE * 0)
    assert keys(s3) == []


# -- trouble on the way ------------------------------------------------------------------------------


class Proxy:
    """Stands before the S3 server and does, once each, what `troubles` says:

    "503": refuses.  "reset": ends the connection.  "lost": passes the request on and loses the answer.
    "stall": passes the request on and says nothing for a while.  "cut": answers with half of the bytes.

    is_plain: answers 501 to `If-None-Match`, as servers that know no conditional writes do.
    """

    def __init__(self, target: str) -> None:
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self.is_plain = False
        self.ended = threading.Event()
        self.host = urlsplit(target).netloc
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self) -> None:
                proxy.answer(self)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_any

            def log_message(self, format: str, *args: Any) -> None:
                proxy.requests.append(format % args)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        trouble = self.troubles.pop(0) if self.troubles else ""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        refused = 503 if trouble == "503" else self._unknown(request)
        if refused:
            request.send_response(refused)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        if trouble == "reset":
            request.close_connection = True
            return
        status, headers, content = self._pass_on(request, body)
        if trouble in ("lost", "stall"):
            request.close_connection = True
            if trouble == "stall":
                self.ended.wait(5)
            return
        request.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                request.send_header(name, value)
        request.end_headers()
        sent = 0 if request.command == "HEAD" else len(content)
        if trouble == "cut":
            request.close_connection = True
            sent //= 2
        request.wfile.write(content[:sent])

    def _unknown(self, request: BaseHTTPRequestHandler) -> int:
        return 501 if self.is_plain and "If-None-Match" in request.headers else 0

    def _pass_on(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection(self.host, timeout=20)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "expect"}
        upstream.request(request.command, request.path, body=body, headers=headers)
        response = upstream.getresponse()
        content = response.read()
        upstream.close()
        return response.status, response.getheaders(), content

    def stop(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def proxy(bucket: str, moto: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The product reaches its bucket through this, and loses patience after a second."""
    monkeypatch.setattr(buckets, "ANSWER_SECONDS", 1.0)
    made = Proxy(moto)
    settings.STORAGE = ("s3", bucket, "photos", made.url, None)
    yield made
    made.stop()


def rows(studio: Studio) -> int:
    with acting_in(studio):
        return Blob.objects.for_studio(studio).count()


def stored_in(bucket: str, moto: str) -> int:
    """Objects in the bucket, asked past the proxy."""
    client = boto3.client("s3", endpoint_url=moto, region_name="us-east-1")
    return int(client.list_objects_v2(Bucket=bucket)["KeyCount"])


@pytest.mark.slow
@pytest.mark.parametrize("troubles", [["503"], ["503", "503", "503"], ["reset"], ["lost"], ["stall"], ["lost", "503"]])
def test_trouble_while_storing_loses_nothing_and_doubles_nothing(
    proxy: Proxy, north: Studio, bucket: str, moto: str, troubles: list[str]
) -> None:
    data = jpeg()
    proxy.troubles = list(troubles)
    blob = kept(north, data)
    assert (rows(north), stored_in(bucket, moto)) == (1, 1)
    assert store().open(blob.storage_key).read() == data


@pytest.mark.slow
def test_a_bucket_that_stays_away_is_an_error_with_nothing_kept(
    proxy: Proxy, north: Studio, bucket: str, moto: str
) -> None:
    proxy.troubles = ["503"] * 20
    stored = cas.receive(io.BytesIO(jpeg()), limit=10**6)
    with pytest.raises(StorageAway), cas.keeping(north, stored):
        raise AssertionError("it was kept")
    stored.discard()
    assert (rows(north), stored_in(bucket, moto)) == (0, 0)
    assert list(Path(temp_directory()).iterdir()) == []


@pytest.mark.slow
def test_taking_a_lost_answer_for_a_failure_would_fail_an_upload_that_arrived(
    proxy: Proxy, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant: 412 after a lost answer is believed to be somebody else's object."""
    monkeypatch.setattr(S3Store, "_arrived", lambda *_: False)
    proxy.troubles = ["lost"]
    with pytest.raises(ClientError):
        kept(north, jpeg())


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["503", "reset", "lost"])
def test_trouble_while_reading_is_got_over(proxy: Proxy, north: Studio, trouble: str) -> None:
    data = jpeg()
    blob = kept(north, data)
    proxy.troubles = [trouble]
    with as_local_file(blob.storage_key) as path:
        assert path.read_bytes() == data


def test_a_server_that_knows_no_conditional_writes_gets_plain_ones(proxy: Proxy, north: Studio) -> None:
    proxy.is_plain = True
    first, second = jpeg(), jpeg()
    blobs = [kept(north, data) for data in (first, second)]
    assert [store().open(blob.storage_key).read() for blob in blobs] == [first, second]
    # It is asked once.
    assert len([line for line in proxy.requests if line.startswith('"PUT')]) == 3


def test_an_answer_that_breaks_off_is_no_damage(proxy: Proxy, north: Studio) -> None:
    blob = kept(north, jpeg())
    proxy.troubles = ["cut"]
    with pytest.raises(StorageAway), store().open(blob.storage_key) as file:
        sha256_of(file)
    assert store().open(blob.storage_key).read()


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["503", "reset", "stall"])
def test_a_bucket_that_stays_away_is_told_by_every_deed(proxy: Proxy, s3: S3Store, trouble: str) -> None:
    away = store()
    deeds: list[Callable[[], Any]] = [
        lambda: away.open("a/b"),
        lambda: away.size("a/b"),
        lambda: away.delete("a/b"),
        lambda: list(away.entries()),
    ]
    for deed in deeds if trouble == "503" else deeds[:1]:
        proxy.troubles = [trouble] * buckets.TRIES
        with pytest.raises(StorageAway):
            deed()
