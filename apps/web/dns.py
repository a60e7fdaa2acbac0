"""Questions to a name server: TXT, A and AAAA, by UDP, and by TCP where the answer is too long for it (RFC 1035).

The system's own resolver tells addresses alone; what proves a domain is a TXT record, and a test has to be able to say
who is asked.
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final

PORT: Final = 53
# For one server to answer one question.
TRY_SECONDS: Final = 2.0
# Of a name (RFC 1035, section 3.1), and of what is read of one answer by UDP. 512 is all that a server may send to who
# names no other length; some send more.
LONGEST_NAME, LONGEST_UDP = 255, 4096
# Names of a name: more than any sensible chain, so that a circle ends.
MOST_ALIASES: Final = 8

RESOLV_CONF: Final = Path("/etc/resolv.conf")

Server = tuple[str, int]


class RecordKind(IntEnum):
    """Types of records, by their numbers in RFC 1035 and RFC 3596."""

    A = 1
    CNAME = 5
    TXT = 16
    AAAA = 28


class Unresolved(Exception):
    """No server answered, or none in a way that can be understood: it is not known what is there."""


@dataclass(frozen=True, slots=True)
class DnsRecords:
    """values: texts or addresses, as written; none where there is no such record.  aliases: the names it went by."""

    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class _Message:
    """An answer that is being read. Raises ValueError, IndexError or struct.error for what is none."""

    data: bytes
    at: int = 0
    aliases: list[str] = field(default_factory=list)

    def numbers(self, layout: str) -> tuple[int, ...]:
        found: tuple[int, ...] = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return found

    def name(self) -> str:
        """The name that stands here. What was said before may be pointed to, never what comes later."""
        labels, at, behind = [], self.at, 0
        while (length := self.data[at]) != 0:
            if length & 0xC0:
                target = struct.unpack_from("!H", self.data, at)[0] & 0x3FFF
                if length & 0xC0 != 0xC0 or target >= at:
                    raise ValueError("a name that points nowhere")
                behind, at = behind or at + 2, target
                continue
            labels.append(self.data[at + 1 : at + 1 + length].decode("latin-1").lower())
            at += 1 + length
            if sum(map(len, labels)) > LONGEST_NAME:
                raise ValueError("a name that is too long")
        self.at = behind or at + 1
        return ".".join(labels)

    def texts(self, length: int) -> str:
        """The strings of a TXT record as one (RFC 7208, section 3.3, joins them so)."""
        end, parts = self.at + length, []
        while self.at < end:
            size = self.data[self.at]
            parts.append(self.data[self.at + 1 : min(end, self.at + 1 + size)])
            self.at += 1 + size
        return b"".join(parts).decode("utf-8", "replace")


def servers_of(text: str) -> tuple[Server, ...]:
    """The servers that a `resolv.conf` names."""
    lines = (line.split() for line in text.splitlines())
    return tuple((words[1], PORT) for words in lines if len(words) > 1 and words[0] == "nameserver")


def usual_servers() -> tuple[Server, ...]:
    """Those of this machine; none where it names none."""
    try:
        return servers_of(RESOLV_CONF.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ()


def ask(name: str, kind: RecordKind, servers: Sequence[Server], *, until: float) -> DnsRecords:
    """What the first server that answers knows of a name. until: by `time.monotonic`.

    The servers resolve for others (recursion), as those of a machine do. Raises Unresolved.
    """
    for server in servers:
        seconds = min(TRY_SECONDS, until - time.monotonic())
        if seconds <= 0:
            break
        try:
            return _asked(name, kind, server, seconds)
        except (OSError, ValueError, IndexError, struct.error):
            # The next one may know.
            continue
    raise Unresolved(name)


def _asked(name: str, kind: RecordKind, server: Server, seconds: float) -> DnsRecords:
    number = secrets.randbelow(1 << 16)
    question = _question(number, name, kind)
    data = _by_udp(question, server, seconds)
    if data[2] & 0x02:
        data = _by_tcp(question, server, seconds)
    return _read(data, number, name.lower(), kind)


def _question(number: int, name: str, kind: RecordKind) -> bytes:
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    if any(not 0 < len(label) < 64 for label in labels):
        raise ValueError("no name of a host")
    named = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    # One question; recursion is wanted. Of the internet's class.
    return struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + named + struct.pack("!2H", kind, 1)


def _by_udp(question: bytes, server: Server, seconds: float) -> bytes:
    with socket.socket(_family(server), socket.SOCK_DGRAM) as line:
        line.settimeout(seconds)
        # Connected: the kernel drops what comes from anybody else.
        line.connect(server)
        line.send(question)
        return line.recv(LONGEST_UDP)


def _by_tcp(question: bytes, server: Server, seconds: float) -> bytes:
    with socket.create_connection(server, timeout=seconds) as line:
        line.sendall(struct.pack("!H", len(question)) + question)
        with line.makefile("rb") as coming:
            (length,) = struct.unpack("!H", coming.read(2))
            data = coming.read(length)
    if len(data) < length:
        raise ValueError("half an answer")
    return data


def _family(server: Server) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server[0] else socket.AF_INET


def _read(data: bytes, number: int, name: str, kind: RecordKind) -> DnsRecords:
    message = _Message(data)
    told, flags, questions, answers, *_ = message.numbers("!6H")
    code = flags & 0x0F
    # 3: there is no such name, which is an answer too.
    if told != number or not flags & 0x8000 or questions != 1 or code not in (0, 3):
        raise ValueError("no answer to this question")
    if message.name() != name.rstrip(".") or message.numbers("!2H") != (kind, 1):
        raise ValueError("the answer to another question")
    values = [value for _ in range(answers) if (value := _record(message, kind)) is not None]
    return DnsRecords(tuple(values), tuple(message.aliases[:MOST_ALIASES]))


def _record(message: _Message, kind: RecordKind) -> str | None:
    """The next record's value, if it is of this kind. An alias is remembered."""
    message.name()
    found, of_class, _seconds, length = message.numbers("!HHIH")
    begin = message.at
    value = None
    if of_class == 1 and found == RecordKind.CNAME:
        message.aliases.append(message.name())
    elif of_class == 1 and found == kind == RecordKind.TXT:
        value = message.texts(length)
    elif of_class == 1 and found == kind:
        family = socket.AF_INET if kind == RecordKind.A else socket.AF_INET6
        value = socket.inet_ntop(family, message.data[begin : begin + length])
    message.at = begin + length
    return value
