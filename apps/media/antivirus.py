"""What comes in is shown to the operator's ClamAV before it is kept, where GLASSINE_CLAMD names its socket.

The protocol is that of clamd(8): `zINSTREAM`, pieces behind their length, a length of nought, and one line back. A
scanner that does not answer lets nothing in: what was sent waits and is tried again.
"""

from __future__ import annotations

import logging
import re
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from apps.media.formats import BadFile
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 120.0
PIECE = 1 << 20
_LENGTH: Final = struct.Struct(">L")
_FOUND: Final = re.compile(r"stream: (.+) FOUND")
TOO_LARGE: Final = "INSTREAM size limit exceeded"


class Infected(BadFile):
    """The scanner knows what is in the file."""

    code = "infected"

    def __init__(self, name: str) -> None:
        super().__init__(f"A virus was found in this file ({name}). It was not kept.")


class ScannerAway(Refusal):
    """The scanner cannot be reached, or said what nobody understands. It says nothing about the file."""

    status = 503
    code = "scanner_away"
    sentence = "Files can’t be scanned for viruses at the moment. Please try again in a minute."
    wait = 30


def look_at(path: Path) -> None:
    """Raises Infected or ScannerAway. Without a scanner every file is let by.

    What is larger than clamd takes (its `StreamMaxLength`) is let by and stands in the log.
    """
    if not settings.CLAMD:
        return
    answer = _ask(b"zINSTREAM\0", path)
    if answer == "stream: OK":
        return
    if found := _FOUND.fullmatch(answer):
        raise Infected(found[1])
    if answer.startswith(TOO_LARGE):
        log.warning("a file was not scanned: it is larger than StreamMaxLength of clamd")
        return
    log.error("clamd answers: %s", answer)
    raise ScannerAway


def probe() -> None:
    """Raises ScannerAway unless the scanner answers."""
    if _ask(b"zPING\0") != "PONG":
        raise ScannerAway


def _ask(command: bytes, path: Path | None = None) -> str:
    try:
        with _connected() as line:
            # It may have heard enough before the end: what it says of that still lies in the socket.
            with suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(command)
                if path is not None:
                    _send(line, path)
            return _read(line)
    except OSError as error:
        log.warning("clamd does not answer: %s", error)
        raise ScannerAway from error


def _connected() -> socket.socket:
    place: str = settings.CLAMD or ""
    if place.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECT_SECONDS)
        line.connect(place)
    else:
        host, _, port = place.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)
    line.settimeout(ANSWER_SECONDS)
    return line


def _send(line: socket.socket, path: Path) -> None:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            line.sendall(_LENGTH.pack(len(piece)))
            line.sendall(piece)
    line.sendall(_LENGTH.pack(0))


def _read(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0"):
        part = line.recv(4096)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0\n").decode(errors="replace")
