"""A server on a socket that speaks what Docker's Engine API speaks, as its reference (v1.47) has it."""

from __future__ import annotations

import json
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROJECT = "com.docker.compose.project"


def container(number: int, service: str, **said: Any) -> dict[str, Any]:
    """A container as `docker inspect` tells of it. said: of its `State`, and `project`, `restarts`, `policy`."""
    state = {"Status": "running", "ExitCode": 0, "OOMKilled": False, "StartedAt": "2026-11-30T04:00:00.123456789Z"}
    policy, restarts = said.pop("policy", "unless-stopped"), said.pop("restarts", 0)
    project = said.pop("project", "photos")
    labels = {
        PROJECT: project,
        "com.docker.compose.service": service,
        "com.docker.compose.container-number": "1",
    }
    return {
        "Id": f"{number:064x}",
        "Created": "2026-11-30T03:59:59Z",
        "State": state | said,
        "RestartCount": restarts,
        "HostConfig": {"RestartPolicy": {"Name": policy, "MaximumRetryCount": 0}},
        "Config": {"Image": f"glassine-{service}", "Labels": labels, "Tty": False, "Env": ["SECRET=do not tell"]},
    }


def listed(one: dict[str, Any]) -> dict[str, Any]:
    """The same container as the list has it."""
    state = one["State"]
    health = f" ({state['Health']['Status']})" if "Health" in state else ""
    up = state["Status"] == "running"
    return {
        "Id": one["Id"],
        "Image": one["Config"]["Image"],
        "Labels": one["Config"]["Labels"],
        "State": state["Status"],
        "Status": f"Up 3 hours{health}" if up else f"Exited ({state['ExitCode']}) 2 minutes ago",
    }


def frames(*lines: tuple[int, str]) -> bytes:
    """A log as Docker sends it: each piece behind eight bytes, of which stream and how long."""
    return b"".join(struct.pack(">BxxxL", stream, len(text.encode())) + text.encode() for stream, text in lines)


class DockerServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """asked: method and path of each request.  mute: paths with this in them are not answered."""

    daemon_threads = True

    def __init__(self, path: Path, containers: list[dict[str, Any]], logs: dict[str, bytes] | None = None) -> None:
        self.containers, self.logs = containers, logs or {}
        self.asked: list[tuple[str, str]] = []
        self.mute = ""
        self.released = threading.Event()
        super().__init__(str(path), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: DockerServer
    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "socket"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path))
        path = urlsplit(self.path).path
        if self.server.mute and self.server.mute in path:
            self.server.released.wait(10)
            return
        if path == "/containers/json":
            self.send_chunks(json.dumps([listed(one) for one in self.server.containers]).encode(), "application/json")
            return
        _, _, wanted, what = path.split("/")
        found = next((one for one in self.server.containers if one["Id"] == wanted), None)
        if found is None:
            self.send(404, json.dumps({"message": f"No such container: {wanted}"}).encode(), "application/json")
        elif what == "json":
            self.send(200, json.dumps(found).encode(), "application/json")
        else:
            kind = "application/vnd.docker.multiplexed-stream"
            self.send_chunks(self.server.logs.get(found["Id"], b""), kind)

    def send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_chunks(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(body), 1000):
            piece = body[start : start + 1000]
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")


@contextmanager
def serving(path: Path, *containers: dict[str, Any], logs: dict[str, bytes] | None = None) -> Iterator[DockerServer]:
    server = DockerServer(path, list(containers), logs)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        path.unlink()
        thread.join()
