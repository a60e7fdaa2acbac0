"""The process that looks at selfies: `python -m apps.faces.engine_server <socket>`.

It is asked at a Unix socket by the web processes of the same host, which know no models. A picture comes in memory,
is decoded in the jail of this process, in memory too, and is forgotten with the answer: nothing of it is written
anywhere, nor logged. The models lie in the jail's forkserver, which starts with the first that is asked.

Protocol: four bytes, the length (big-endian), then the picture; a length of 0 only wakes the models. The answer is JSON
until the end: `{"faces": [...]}` as of `engine.recognise`, `{"rejected": sentence}`, or `{"failed": true}`.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import sys
import threading
from pathlib import Path
from typing import Any, Final

from apps.faces.findings import MOST_SELFIE_BYTES
from apps.media import jail

_CREW: Final = "apps.faces.engine:preload"
_TASK: Final = "apps.faces.engine:recognise"
_LIMITS: Final = jail.Limits(cpu_seconds=15, wall_seconds=20.0)
#: At a time. More would make each of them slower than a guest waits.
_AT_ONCE: Final = 2
#: Seconds for a turn, and for a picture to arrive.
_PATIENCE: Final = 15.0
_turn = threading.BoundedSemaphore(_AT_ONCE)


class _Asked(socketserver.BaseRequestHandler):
    """One question."""

    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(_PATIENCE)
        try:
            length = int.from_bytes(self._read(4), "big")
            if length > MOST_SELFIE_BYTES:
                return
            answer = answer_to(self._read(length)) if length else _woken()
            self.request.sendall(json.dumps(answer).encode())
        except (TimeoutError, ConnectionError, EOFError):
            # Whoever asked is gone, and with them the picture.
            return

    def _read(self, length: int) -> bytes:
        """So many bytes. Raises EOFError."""
        read = bytearray()
        while len(read) < length:
            part = self.request.recv(min(1 << 16, length - len(read)))
            if not part:
                raise EOFError
            read += part
        return bytes(read)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def answer_to(picture: bytes) -> dict[str, Any]:
    """The faces of a picture, or why there are none."""
    if not _turn.acquire(timeout=_PATIENCE):
        return {"failed": True}
    try:
        return jail.run(_TASK, picture, Path(os.devnull), limits=_LIMITS, crew=_CREW)
    except jail.Rejected as rejected:
        return {"rejected": rejected.reason}
    except jail.Crashed as crashed:
        print(f"a selfie could not be looked at: {crashed.reason}", file=sys.stderr, flush=True)
        return {"failed": True}
    finally:
        _turn.release()


def _woken() -> dict[str, Any]:
    """The models are there, so that the picture that comes next does not wait for them."""
    try:
        jail.warm(_CREW)
    except jail.Crashed:
        return {"failed": True}
    return {"faces": []}


def serve(place: Path) -> socketserver.BaseServer:
    """A server that listens there; nobody but this user may ask. Raises OSError."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        return _Server(str(place), _Asked)
    finally:
        os.umask(before)


def main() -> None:
    """Serve until killed."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with serve(Path(sys.argv[1])) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
