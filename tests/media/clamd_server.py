"""A scanner on a socket that speaks what clamd(8) speaks, and knows one virus: the test file of EICAR."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# In two pieces, or scanners of the machine would take this file away.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class ClamdServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """limit: `StreamMaxLength`, in bytes.  says: answers everything by this instead.  seen: the files, whole."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.limit = 25 << 20
        self.says: bytes | None = None
        self.seen: list[bytes] = []
        super().__init__(str(path), _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: ClamdServer

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zPING\0":
            answer = b"PONG"
        elif command == b"zINSTREAM\0":
            answer = self.scan()
        else:
            answer = b"UNKNOWN COMMAND"
        self.wfile.write((self.server.says if self.server.says is not None else answer) + b"\0")

    def scan(self) -> bytes:
        data = b""
        while length := struct.unpack(">L", self.rfile.read(4))[0]:
            if len(data) + length > self.server.limit:
                # It hangs up without hearing the rest.
                return b"INSTREAM size limit exceeded. ERROR"
            data += self.rfile.read(length)
        self.server.seen.append(data)
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"


@contextmanager
def scanning(path: Path) -> Iterator[ClamdServer]:
    server = ClamdServer(path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        path.unlink()
        thread.join()
