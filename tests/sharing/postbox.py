"""A mail server on a loopback port, small enough to read: what it was given, and what it is to refuse."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default


@dataclass
class Postbox:
    """mails: (recipients, message) as taken in.

    refuse: address -> answer to `RCPT TO`.  cut: the connection ends in the middle of the mail.  after: called with
    each mail before it is confirmed.
    """

    port: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    connections: int = 0

    @property
    def taken(self) -> list[str]:
        """Addresses that got a mail, in order."""
        return [address for to, _ in self.mails for address in to]


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        box = self.server.box
        box.connections += 1
        to: list[str] = []
        self._say("220 postbox")
        while line := self.rfile.readline().decode("latin-1").strip():
            word = line.split(maxsplit=1)[0].upper()
            if word == "MAIL":
                to = []
                self._say("250 fine")
            elif word == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                answer = box.refuse.get(address, "250 fine")
                if answer.startswith("250"):
                    to.append(address)
                self._say(answer)
            elif word == "DATA":
                self._say("354 go on")
                data = self._data()
                if box.cut:
                    return
                box.mails.append((to, email.message_from_bytes(data, policy=default)))
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Postbox


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    """A server on a free port until the block ends."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.box = Postbox(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.box
        finally:
            server.shutdown()
            thread.join()
