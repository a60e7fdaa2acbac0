"""A line on loopback that breaks at random, and two clients of the tus protocol that we did not write."""

from __future__ import annotations

import random
import socket
import struct
import subprocess
import threading
import time
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

PART = 64_000
#: So many bytes of one connection are let through before it breaks.
LEAST, MOST = 10_000, 60_000
#: What a request has beside its body, at most.
HEAD = 4_000


class CuttingLine:
    """`with CuttingLine(port, cuts=5) as line:` forwards `line.port` to `port` and breaks that many connections.

    sent: bytes that clients sent, with the heads of their requests.  connections: how many there were.
    """

    def __init__(self, target: int, *, cuts: int, seed: int) -> None:
        self.target, self.left, self.cuts = target, cuts, 0
        self.sent = self.connections = 0
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> CuttingLine:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            # The web process was killed: so this connection breaks, too.
            client.close()
            return
        server.settimeout(None)
        threading.Thread(target=self._back, args=[server, client], daemon=True).start()
        with self._lock:
            room = self._chance.randrange(LEAST, MOST)
        try:
            while data := client.recv(16_384):
                server.sendall(data)
                with self._lock:
                    self.sent += len(data)
                    room -= len(data)
                    breaks = room <= 0 < self.left
                    if breaks:
                        self.left, self.cuts = self.left - 1, self.cuts + 1
                if breaks:
                    _break(client, server)
                    return
        except OSError:
            _break(client, server)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while data := server.recv(16_384):
                client.sendall(data)
        except OSError:
            return
        finally:
            _break(client, server)


def _break(*sockets: socket.socket) -> None:
    """Close so that the other side is told of a broken connection and not of an end."""
    for one in sockets:
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
        finally:
            one.close()


def send_by_tuspy(address: str, headers: dict[str, str], path: Path, album: str, *, until: float) -> None:
    """Send a file with tuspy, beginning again where it stands whenever the line breaks."""
    told = {"filename": path.name, "album": album}
    url = None
    while time.monotonic() < until:
        try:
            client = TusClient(address, headers=headers)
            uploader = client.uploader(str(path), chunk_size=PART, metadata=told, url=url)
            url = uploader.url or uploader.create_url()
            uploader.set_url(url)
            uploader.offset = uploader.get_offset()
            if uploader.offset < path.stat().st_size:
                uploader.upload()
            return
        except (TusCommunicationError, requests.RequestException, TypeError):
            # TypeError: tuspy 1.1 reads the offset of an answer that never came.
            time.sleep(0.2)
    raise AssertionError(f"{path.name} was not sent in time")


def send_by_curl(address: str, headers: dict[str, str], path: Path, album: str, *, until: float) -> None:
    """Send a file with curl: ask for the offset, send the rest, and so on."""
    size, url = path.stat().st_size, ""
    pairs = {"filename": path.name, "album": album}
    metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in pairs.items())
    while time.monotonic() < until:
        if not url:
            said = _curl("-X", "POST", address, headers | {"Upload-Length": str(size), "Upload-Metadata": metadata})
            url = urljoin(address, said["location"]) if "location" in said else ""
            continue
        said = _curl("-I", "", url, headers)
        if "upload-offset" not in said:
            time.sleep(0.2)
            continue
        offset = int(said["upload-offset"])
        if offset == size:
            return
        part = headers | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", "Expect": ""}
        _curl("-X", "PATCH", url, part, path.read_bytes()[offset:])
    raise AssertionError(f"{path.name} was not sent in time")


def _curl(how: str, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> dict[str, str]:
    """The headers of the answer, by their lower-cased names; none where the line broke."""
    command: list[str] = [
        "curl",
        "-s",
        "-m",
        "60",
        how,
        *([method] if method else []),
        "-D",
        "-",
        "-o",
        "/dev/null",
        url,
    ]
    for name, value in {"Tus-Resumable": "1.0.0", **headers}.items():
        command += ["-H", f"{name}: {value}"]
    extra: dict[str, Any] = {"input": body} if body is not None else {"stdin": subprocess.DEVNULL}
    if body is not None:
        command += ["--data-binary", "@-"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, **extra)
    lines = [line.partition(":") for line in done.stdout.decode("latin-1").splitlines()]
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}
