"""Clients that cost little, so that what is measured is the server: uploads on threads, GETs on one event loop."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from queue import Empty, SimpleQueue
from typing import Any

from tests.bench.photos import Photo

Headers = dict[str, str]
# By how many bytes two answers with the same page differ at most (see `apps.web.compression`).
PADDING = 512


@dataclass(frozen=True)
class Sent:
    """One upload as its client saw it. Times by time.monotonic()."""

    photo: Photo
    status: int
    answer: dict[str, Any]
    began: float
    last_byte: float
    answered: float


def head_of(method: str, path: str, headers: Headers) -> bytes:
    """Request line and headers on the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Uploader:
    """One keep-alive connection that puts files, as a browser's tab holds up to four of."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def put(self, path: str, photo: Photo, headers: Headers) -> Sent:
        """Send one file and wait for the answer."""
        began = time.monotonic()
        head = head_of("PUT", path, {**headers, "Content-Length": str(len(photo))})
        self.socket.sendall(head + photo.head)
        self.socket.sendall(photo.tail)
        last_byte = time.monotonic()
        status, body = self._answer()
        return Sent(photo, status, json.loads(body), began, last_byte, time.monotonic())

    def _answer(self) -> tuple[int, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        length = _length(head)
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), body

    def _more(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        return data


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise ValueError("an answer without a length")


def put_all(
    port: int, photos: Sequence[Photo], path_of: Callable[[Photo], str], headers: Headers, clients: int = 4
) -> list[Sent]:
    """Send all photos from `clients` connections that take the next one as they get free."""
    waiting: SimpleQueue[Photo] = SimpleQueue()
    for photo in photos:
        waiting.put(photo)

    def work(number: int) -> list[Sent]:
        uploader = Uploader(port)
        with uploader.socket:
            return list(_drain(waiting, lambda photo: uploader.put(path_of(photo), photo, headers)))

    with ThreadPoolExecutor(clients) as pool:
        return [sent for part in pool.map(work, range(clients)) for sent in part]


def _drain(waiting: SimpleQueue[Photo], put: Callable[[Photo], Sent]) -> Iterator[Sent]:
    while True:
        try:
            photo = waiting.get_nowait()
        except Empty:
            return
        yield put(photo)


@dataclass(frozen=True)
class Got:
    """What a burst of GETs gave. seconds: of each request, by path; wall: of all; lengths: body bytes by path."""

    seconds: dict[str, list[float]]
    wall: float
    lengths: dict[str, int]

    @property
    def count(self) -> int:
        return sum(map(len, self.seconds.values()))

    @property
    def per_second(self) -> float:
        return self.count / self.wall


class _Reader(asyncio.Protocol):
    """One keep-alive connection; answers end by their Content-Length."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiter: asyncio.Future[int] | None = None
        self.head = b""
        self.left = -1
        self.length = 0
        # The length of a compressed page tells nothing of what is on it: some random bytes are added to it, and its
        # tokens are others each time.
        self.slack = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ask(self, request: bytes) -> asyncio.Future[int]:
        """Send a request; its body's length when the whole answer is here. Anything but 200 raises."""
        assert self.transport is not None
        self.waiter = asyncio.get_running_loop().create_future()
        self.head, self.left = b"", -1
        self.transport.write(request)
        return self.waiter

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.head += data
            head, found, body = self.head.partition(b"\r\n\r\n")
            if not found:
                return
            if head[9:12] != b"200":
                return self._end(RuntimeError(f"answered {head[:300]!r}"))
            self.length = self.left = _length(head)
            self.slack = PADDING if b"content-encoding: gzip" in head.lower() else 0
            data = body
        self.left -= len(data)
        if self.left == 0:
            self._end(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionError("the server hung up"))

    def _end(self, error: Exception | None) -> None:
        if self.waiter is None or self.waiter.done():
            return
        if error is None:
            self.waiter.set_result(self.length)
        else:
            self.waiter.set_exception(error)


def get_all(port: int, paths: Sequence[str], headers: Headers, *, clients: int, requests: int) -> Got:
    """`requests` GETs over the paths in turn, from `clients` keep-alive connections. Any answer but 200 raises."""
    return asyncio.run(_get_all(port, paths, headers, clients, requests))


async def _get_all(port: int, paths: Sequence[str], headers: Headers, clients: int, requests: int) -> Got:
    loop = asyncio.get_running_loop()
    readers = [(await loop.create_connection(_Reader, "127.0.0.1", port))[1] for _ in range(clients)]
    heads = {path: head_of("GET", path, headers) for path in paths}
    waiting = islice(cycle(heads.items()), requests)
    seconds: dict[str, list[float]] = {path: [] for path in paths}
    lengths: dict[str, int] = {}

    async def work(reader: _Reader) -> None:
        for path, head in waiting:
            began = time.perf_counter()
            length = await reader.ask(head)
            seconds[path].append(time.perf_counter() - began)
            if abs(lengths.setdefault(path, length) - length) > reader.slack:
                raise RuntimeError(f"{path} changes its length")

    began = time.perf_counter()
    await asyncio.gather(*(work(reader) for reader in readers))
    wall = time.perf_counter() - began
    for reader in readers:
        assert reader.transport is not None
        reader.transport.close()
    return Got(seconds, wall, lengths)
