"""An S3 server behind a line that does to requests what buckets do to them on a bad day."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from config.launcher.process import die_with_parent
from tests.installation import bare_environment, free_port

KEYS = {"AWS_ACCESS_KEY_ID": "chaos", "AWS_SECRET_ACCESS_KEY": "chaos"}
NAME = "chaos"
# What a request meets on a bad day. Seconds of "slow".
WELL, SLOW, REFUSING, RESETTING, AWAY, CHANGING = "well", "slow", "refusing", "resetting", "away", "changing"
SLOW_SECONDS = 2.0


class BadBucket:
    """Passes each request on, or does what `mood` says.

    slow: after two seconds.  refusing: answers 503.  resetting: does what is asked, and breaks the line before its
    answer.  away: breaks the line at once.  changing: sends other bytes than lie there, as many; never set but to see
    that it is noticed.  met: how many requests met which mood.
    """

    def __init__(self, target: int) -> None:
        self.target, self.mood = target, WELL
        self.met: Counter[str] = Counter()
        self._chance = random.Random(41)
        self.server = _Server(("127.0.0.1", 0), type("Line", (_Line,), {"bucket": self}))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = {"STORAGE": f"s3://{NAME}?endpoint=http://127.0.0.1:{self.server.server_port}", **KEYS}

    def draw(self) -> str:
        """What the next request meets. Not all of them the mood: a try that comes again has to have a chance."""
        mood = self.mood if self._chance.random() < 0.8 else WELL
        self.met[mood] += 1
        return mood


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked was killed meanwhile."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Line(BaseHTTPRequestHandler):
    """Answers for the bucket."""

    bucket: BadBucket
    protocol_version = "HTTP/1.1"
    # Head and body go in two pieces, of which the second would wait for 40 ms until the first was acknowledged.
    disable_nagle_algorithm = True

    def do_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        mood = self.bucket.draw()
        if mood == REFUSING:
            self._tell(503, [], b"")
            return
        if mood == SLOW:
            time.sleep(SLOW_SECONDS)
        answer = None if mood == AWAY else self._passed_on(body)
        if answer is None or mood == RESETTING:
            self.close_connection = True
            return
        status, headers, content = answer
        if mood == CHANGING and self.command == "GET" and len(content) > 100:
            content = content[:50] + bytes([content[50] ^ 1]) + content[51:]
        self._tell(status, headers, content)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = do_any

    def _passed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """What the S3 server says; None if it says nothing."""
        upstream = HTTPConnection("127.0.0.1", self.bucket.target, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        try:
            upstream.request(self.command, self.path, body=body, headers=headers)
            answer = upstream.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except (OSError, HTTPException):
            return None
        finally:
            upstream.close()

    def _tell(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        with suppress(ConnectionError):
            # Who asked may have been killed meanwhile.
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            if self.command != "HEAD" and "content-length" not in {name.lower() for name, _ in headers}:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content if self.command != "HEAD" else b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Thousands of lines would hide the figures."""


@contextmanager
def bad_bucket(log: Path) -> Iterator[BadBucket]:
    """A bucket on an S3 server of its own process; both go at the end."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(
            die_with_parent(command, death_signal=signal.SIGKILL),
            env=bare_environment(), stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _make(port)
        bucket = BadBucket(port)
        yield bucket
        bucket.server.shutdown()
    finally:
        server.kill()
        server.wait()


def _make(port: int) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )
    for _ in range(100):
        with suppress(BotoCoreError, ClientError):
            client.create_bucket(Bucket=NAME)
            return
        time.sleep(0.2)
    raise AssertionError("the S3 server did not start")
