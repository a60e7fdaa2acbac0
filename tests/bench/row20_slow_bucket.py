"""Row 20: a bucket that takes 20 s for every request, under 60 uploads and 60 ZIPs: what becomes of everybody else.

G61: pages of others stay within 1.5 times of idle, nothing acknowledged is lost, and every answer is in words.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
from moto.server import ThreadedMotoServer

from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.figures import percentile
from tests.bench.goals import ratio_at_most
from tests.bench.house import installed
from tests.bench.photos import Camera
from tests.bench.row13_zip import shared_zip
from tests.installation import Browser, Installation, noise, sha256

UPLOADS, ZIPS, SLOW_SECONDS, PAGES = 60, 60, 20.0, 150
_MANY = httpx.Limits(max_connections=UPLOADS)
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}


class SlowBucket:
    """Stands before an S3 server and passes every request on after `seconds`."""

    def __init__(self, target: str) -> None:
        self.seconds = 0.0
        slow, host = self, urlsplit(target).netloc

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                time.sleep(slow.seconds)
                upstream = HTTPConnection(host, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
                upstream.request(self.command, self.path, body=body, headers=headers)
                answer = upstream.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.end_headers()
                with suppress(ConnectionError):
                    # Who asked may have gone meanwhile; that is what the row is about.
                    self.wfile.write(content if self.command != "HEAD" else b"")

            do_GET = do_PUT = do_HEAD = do_DELETE = do_any

            def log_message(self, format: str, *args: Any) -> None:
                """Thousands of lines would hide the figures."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@dataclass
class Crowd:
    """What became of the uploads and downloads. acknowledged: hashes of what was answered 201."""

    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    wordless: list[str] = field(default_factory=list)

    def note(self, kind: str, status: int, words: str) -> None:
        """One answer; what is refused has to say why."""
        self.statuses[f"{kind} {status}"] += 1
        if status >= 400 and "try again" not in words:
            self.wordless.append(f"{kind} {status}: {words[:200]}")


@contextmanager
def slow_bucket() -> Iterator[tuple[SlowBucket, dict[str, str]]]:
    """An S3 server behind one that can be slow, and the environment of an installation that keeps its files there."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    server = f"http://{host}:{port}"
    boto3.client(
        "s3",
        endpoint_url=server,
        region_name="us-east-1",
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    ).create_bucket(Bucket="slow")
    bucket = SlowBucket(server)
    try:
        yield bucket, {"STORAGE": f"s3://slow?endpoint={bucket.url}", **KEYS}
    finally:
        bucket.server.shutdown()
        moto.stop()


def run(context: Context) -> Iterator[Row]:
    with slow_bucket() as (bucket, place), installed(context, "slow", **place) as glassine:
        yield from _figures(context, glassine, bucket)


def _figures(context: Context, glassine: Installation, bucket: SlowBucket) -> Iterator[Row]:
    photos = Camera(textures(context.folder)).take(3)
    address, guest = shared_zip(glassine, photos)
    album, sender, reader = glassine.make_album("Under load"), glassine.client(), glassine.client()
    # One browser for all of them, with a connection for each.
    sender.http = httpx.Client(base_url=glassine.url, cookies=sender.http.cookies, limits=_MANY, timeout=300)
    idle = _pages(reader, album)
    bucket.seconds = SLOW_SECONDS
    crowd = Crowd()
    with ThreadPoolExecutor(UPLOADS + ZIPS) as pool:
        began = time.monotonic()
        asked = [pool.submit(_upload, sender, album, crowd) for _ in range(UPLOADS)]
        asked += [pool.submit(_download, glassine, address, guest, crowd) for _ in range(ZIPS)]
        time.sleep(2)
        busy = _pages(reader, album)
        for one in asked:
            one.result()
        wall = time.monotonic() - began
    bucket.seconds = 0.0
    if crowd.wordless:
        raise AssertionError(f"answers without words: {crowd.wordless[:3]}")
    kept = {photo["sha256"] for photo in glassine.photos(album)}
    if lost := crowd.acknowledged - kept:
        raise AssertionError(f"{len(lost)} uploads were acknowledged and are not there")
    told = ", ".join(f"{count} x {what}" for what, count in sorted(crowd.statuses.items()))
    for percent in (50, 95):
        yield context.row(
            20,
            f"pages of others, {UPLOADS} uploads and {ZIPS} ZIPs at a bucket of {SLOW_SECONDS:g} s, p{percent}; idle",
            1000 * percentile(busy, percent),
            "ms",
            1000 * percentile(idle, percent),
            *([ratio_at_most(1.5)] if percent == 95 else []),
        )
    yield context.row(20, f"seconds until the last of them was answered ({told})", wall, "s")


def _pages(browser: Browser, album: str) -> list[float]:
    """Seconds that each page takes which needs the bucket for nothing."""
    times = []
    for number in range(PAGES):
        path = f"/studio/{browser.slug}/albums/" if number % 2 else f"/studio/{browser.slug}/albums/{album}/"
        began = time.monotonic()
        browser.http.get(path).raise_for_status()
        times.append(time.monotonic() - began)
    return times


def _upload(browser: Browser, album: str, crowd: Crowd) -> None:
    data = noise()
    answer = browser.put(album, data, "slow.jpg")
    if answer.status_code == 201:
        crowd.acknowledged.add(sha256(data))
    crowd.note("upload", answer.status_code, answer.text)


def _download(glassine: Installation, address: str, headers: dict[str, str], crowd: Crowd) -> None:
    answer = httpx.get(f"{glassine.url}{address}", headers=headers, timeout=300)
    crowd.note("ZIP", answer.status_code, answer.text if answer.status_code >= 400 else "")
