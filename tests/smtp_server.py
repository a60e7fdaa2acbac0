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
from typing import Any

import pytest


@dataclass
class SmtpServer:
    """emails: (recipients, message) as taken in.

    refuse: address -> answer to `RCPT TO`.  cut: the connection ends in the middle of the email.  silent: nobody is
    greeted.  mute: the email is taken, and the answer never comes.  reached: set once a client has come so far.
    """

    port: int = 0
    emails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    silent: bool = False
    mute: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    @property
    def taken(self) -> list[str]:
        """Addresses that got an email, in order."""
        return [address for to, _ in self.emails for address in to]


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.house.connections += 1
        self.to: list[str] = []
        if self.server.house.silent:
            self._wait()
            return
        self._say("220 here")
        while line := self.rfile.readline().decode("latin-1").strip():
            word = line.split(maxsplit=1)[0].upper()
            answer = {"RCPT": self._recipient, "DATA": self._email}.get(word)
            if answer is not None:
                if not answer(line):
                    return
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _recipient(self, line: str) -> bool:
        address = line.partition("<")[2].partition(">")[0]
        answer = self.server.house.refuse.get(address, "250 fine")
        if answer.startswith("250"):
            self.to.append(address)
        self._say(answer)
        return True

    def _email(self, _: str) -> bool:
        """Take one in. False if the conversation ends here."""
        house = self.server.house
        self._say("354 go on")
        data = self._data()
        if house.cut:
            return False
        house.emails.append((self.to, email.message_from_bytes(data, policy=default)))
        self.to = []
        if house.mute:
            self._wait()
            return False
        self._say("250 taken")
        return True

    def _wait(self) -> None:
        """Say nothing more, until the other side is gone."""
        self.server.house.reached.set()
        self.rfile.read()

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
    house: SmtpServer


@contextmanager
def open_server() -> Iterator[SmtpServer]:
    """A server on a free port until the block ends."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.house = SmtpServer(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.house
        finally:
            server.shutdown()
            thread.join()


def use(settings: Any, server: SmtpServer) -> None:
    """Let the installation hand its emails to this server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Glassine <gallery@example.org>"


@pytest.fixture
def smtp_server(settings: Any) -> Iterator[SmtpServer]:
    """The installation hands its emails to a real server on a loopback port."""
    with open_server() as server:
        use(settings, server)
        yield server
