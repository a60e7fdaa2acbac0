"""The bare minimum of a durable upload: receive, hash, write, fdatasync, rename. The floor of row 4.

    python -m tests.bench.floor PORT DIRECTORY

Two processes with a thread for each connection, as little Python as can be: no framework, no session, no row in a
database, and the directory is not synced either.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from uuid import uuid4

BUFFER = 1 << 20
PROCESSES = 2


def main() -> None:
    """Serve until killed."""
    port, directory = int(sys.argv[1]), Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    children = [os.fork() for _ in range(PROCESSES - 1)]
    if 0 not in children:
        signal.signal(signal.SIGTERM, lambda *_: _end(children))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection, directory), daemon=True).start()


def _end(children: list[int]) -> None:
    for pid in children:
        os.kill(pid, signal.SIGTERM)
    os._exit(0)


def _serve(connection: socket.socket, directory: Path) -> None:
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return
                head += data
            head, _, body = head.partition(b"\r\n\r\n")
            length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))[15:])
            answer = json.dumps({"sha256": _receive(connection, body, length, directory)}).encode()
            connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))


def _receive(connection: socket.socket, first: bytes, length: int, directory: Path) -> str:
    temp = directory / f"in.{uuid4()}"
    digest = hashlib.sha256(first)
    buffer = memoryview(bytearray(BUFFER))
    handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(handle, first)
    left = length - len(first)
    while left:
        size = connection.recv_into(buffer, min(left, BUFFER))
        if not size:
            raise ConnectionError("the client hung up")
        digest.update(buffer[:size])
        os.write(handle, buffer[:size])
        left -= size
    os.fdatasync(handle)
    os.close(handle)
    name = digest.hexdigest()
    temp.rename(directory / name)
    return name


if __name__ == "__main__":
    main()
