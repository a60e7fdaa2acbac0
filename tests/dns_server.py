"""A name server on a loopback port that speaks the protocol: what is in the world's DNS, and how it fails."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

KINDS = {1: "A", 5: "CNAME", 16: "TXT", 28: "AAAA"}
NUMBERS = {name: number for number, name in KINDS.items()}


@dataclass
class DnsServer:
    """records: (name, type) -> values.  code: of every answer (2: it failed).  is_silent: nobody is answered.

    is_short: by UDP it says that there is more, as of a long answer.  is_foreign: it answers another question.
    asked: questions in order, with the way they came.
    """

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    code: int = 0
    is_silent: bool = False
    is_short: bool = False
    is_foreign: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def answer(self, data: bytes, way: str) -> bytes:
        number = struct.unpack_from("!H", data)[0]
        name, at = _name(data, 12)
        kind = KINDS[struct.unpack_from("!H", data, at)[0]]
        self.asked.append((name, kind, way))
        question = data[12 : at + 4]
        found = self._records(name, kind)
        flags = 0x8180 | self.code | (0x0200 if self.is_short and way == "udp" else 0)
        known = any(owner == name for owner, _ in self.records)
        if not known and not self.code:
            flags |= 3
        if self.is_foreign:
            number ^= 1
        shown = [] if self.is_short and way == "udp" else found
        return struct.pack("!6H", number, flags, 1, len(shown), 0, 0) + question + b"".join(shown)

    def _records(self, name: str, kind: str) -> list[bytes]:
        """With the aliases before them, as a resolver tells them."""
        found = []
        while alias := self.records.get((name, "CNAME")):
            found.append(_record(name, "CNAME", _written(alias[0])))
            name = alias[0]
        return found + [_record(name, kind, _value(kind, value)) for value in self.records.get((name, kind), [])]


def _name(data: bytes, at: int) -> tuple[str, int]:
    labels = []
    while length := data[at]:
        labels.append(data[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels).lower(), at + 1


def _written(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def _record(name: str, kind: str, data: bytes) -> bytes:
    # The first name is that of the question, to which answers point.
    return _written(name) + struct.pack("!HHIH", NUMBERS[kind], 1, 60, len(data)) + data


def _value(kind: str, value: str) -> bytes:
    if kind == "TXT":
        text = value.encode()
        parts = [text[begin : begin + 255] for begin in range(0, len(text), 255)]
        return b"".join(bytes([len(part)]) + part for part in parts)
    return socket.inet_pton(socket.AF_INET if kind == "A" else socket.AF_INET6, value)


@contextmanager
def serving() -> Iterator[DnsServer]:
    """A name server without records, by UDP and TCP at one port, until the end of the block."""
    house = DnsServer()

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, line = self.request
            if not house.is_silent:
                line.sendto(house.answer(data, "udp"), self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            answer = house.answer(self.rfile.read(length), "tcp")
            self.wfile.write(struct.pack("!H", len(answer)) + answer)

    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp) as tcp,
        socketserver.ThreadingUDPServer(tcp.server_address, Udp) as udp,
    ):
        house.port = tcp.server_address[1]
        for server in (tcp, udp):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield house
        finally:
            for server in (tcp, udp):
                server.shutdown()
