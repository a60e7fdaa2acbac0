"""The containers of this installation, as Docker tells of them at the socket that GLASSINE_DOCKER_SOCKET names.

It is asked and never told: by GET alone, without an address of anybody else in it. A Docker that hangs costs a page
two seconds, and what it did not say is left out.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.utils.dateparse import parse_datetime

from apps.web.logs import redact

PROJECT: Final = "com.docker.compose.project"
SERVICE: Final = "com.docker.compose.service"
NUMBER: Final = "com.docker.compose.container-number"
# The name that docker/compose.yml gives, for a process that runs in none of its containers.
USUAL_PROJECT: Final = "glassine"
# Seconds, for one answer and for all that a page asks.
ANSWER_SECONDS, PAGE_SECONDS = 2.0, 3.0
MOST_BYTES: Final = 4 * 1024**2
MOST_LINES: Final = 200
# What begins each piece of a log: which stream, and how many bytes follow.
_FRAME: Final = struct.Struct(">BxxxL")


class DockerAway(Exception):
    """Docker does not answer at the socket, or says what nobody understands."""


@dataclass(frozen=True, slots=True)
class ContainerState:
    """A container. status: in Docker's words.  restarts, started_at, health: None or "" where it did not say."""

    id: str
    service: str
    number: int
    image: str
    state: str
    status: str
    health: str = ""
    restarts: int | None = None
    started_at: datetime | None = None
    exit_code: int = 0
    out_of_memory: bool = False
    comes_back: bool = True

    @property
    def name(self) -> str:
        return f"{self.service} {self.number}"

    @property
    def trouble(self) -> str:
        """What is wrong with it, after its name; "" for nothing."""
        if self.state == "running":
            return "does not pass its health check" if self.health == "unhealthy" else ""
        if self.state == "exited" and self.exit_code == 0 and not self.comes_back:
            # The set-up, which has done its work.
            return ""
        if self.out_of_memory:
            return "was ended because memory ran out"
        if self.state in ("exited", "dead"):
            return f"has ended with {self.exit_code}"
        return f"is {self.state}"


def all_of_ours() -> list[ContainerState]:
    """The containers of this compose project, by service and number; none without a socket. Raises DockerAway."""
    if not settings.DOCKER_SOCKET:
        return []
    until = time.monotonic() + PAGE_SECONDS
    found = [_listed(row) for row in _ours(_json("/containers/json?all=true"))]
    shown = []
    for container in sorted(found, key=lambda one: (one.service, one.number)):
        try:
            if time.monotonic() < until:
                container = _inspected(container, _json(f"/containers/{container.id}/json"))
        except DockerAway:
            # It may just have gone; what the list said of it is still worth reading.
            pass
        shown.append(container)
    return shown


def log_of(container_id: str) -> tuple[ContainerState, list[str]] | None:
    """A container of ours and its last lines, the newest last; None if it is none of ours. Raises DockerAway."""
    container = next((one for one in all_of_ours() if one.id == container_id), None)
    if container is None:
        return None
    body, kind = _get(f"/containers/{container.id}/logs?stdout=true&stderr=true&tail={MOST_LINES}")
    text = _unframed(body) if "multiplexed" in kind or _is_framed(body) else body
    # Other programs write their own lines; ours are redacted already.
    return container, [redact(line) for line in text.decode(errors="replace").splitlines()[-MOST_LINES:]]


def _ours(rows: Any) -> list[dict[str, Any]]:
    """Those of the project that this process runs in."""
    if not isinstance(rows, list):
        raise DockerAway("the list of containers is none")
    host = socket.gethostname()
    of_projects = [row for row in rows if PROJECT in (row.get("Labels") or {})]
    # Docker names a container's host after its id, unless somebody chose another name.
    own = next((row for row in of_projects if len(host) >= 12 and row["Id"].startswith(host)), None)
    project = own["Labels"][PROJECT] if own else USUAL_PROJECT
    return [row for row in of_projects if row["Labels"][PROJECT] == project]


def _listed(row: dict[str, Any]) -> ContainerState:
    labels = row["Labels"]
    number = labels.get(NUMBER, "1")
    return ContainerState(
        id=row["Id"],
        service=labels.get(SERVICE, row["Id"][:12]),
        number=int(number) if number.isdecimal() else 1,
        image=row.get("Image", ""),
        state=row.get("State", ""),
        status=row.get("Status", ""),
        health="unhealthy" if "(unhealthy)" in row.get("Status", "") else "",
        # The list tells of an end only in words.
        exit_code=0 if "Exited (0)" in row.get("Status", "") else 1,
        comes_back="Exited (0)" not in row.get("Status", ""),
    )


def _inspected(container: ContainerState, told: Any) -> ContainerState:
    state = told.get("State", {})
    policy = told.get("HostConfig", {}).get("RestartPolicy", {}).get("Name", "")
    return replace(
        container,
        state=state.get("Status", container.state),
        health=state.get("Health", {}).get("Status", ""),
        restarts=told.get("RestartCount"),
        started_at=parse_datetime(state.get("StartedAt", "")),
        exit_code=state.get("ExitCode", 0),
        out_of_memory=bool(state.get("OOMKilled")),
        comes_back=policy in ("always", "unless-stopped", "on-failure"),
    )


# -- the socket ------------------------------------------------------------------------------------------------------


class _DockerConnection(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(settings.DOCKER_SOCKET or "")


def _get(path: str) -> tuple[bytes, str]:
    """Body and type of an answer. Raises DockerAway for every other answer than 200."""
    line = _DockerConnection("docker")
    try:
        line.request("GET", quote(path, safe="/?&=%"), headers={"Connection": "close"})
        answer = line.getresponse()
        body = answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise DockerAway(str(error)) from error
    finally:
        line.close()
    if answer.status != 200:
        raise DockerAway(f"{path} is answered by {answer.status}")
    return body, answer.getheader("Content-Type", "")


def _json(path: str) -> Any:
    body, _ = _get(path)
    try:
        return json.loads(body)
    except ValueError as error:
        raise DockerAway(f"{path} is no JSON") from error


def _is_framed(body: bytes) -> bool:
    """Older Dockers send frames under the type of plain bytes."""
    return len(body) >= _FRAME.size and body[0] in (0, 1, 2) and body[1:4] == b"\0\0\0"


def _unframed(body: bytes) -> bytes:
    """The pieces of a log without what stands before each. A last one that was cut off is left as long as it is."""
    text, at = [], 0
    while at + _FRAME.size <= len(body):
        _, length = _FRAME.unpack_from(body, at)
        at += _FRAME.size
        text.append(body[at : at + length])
        at += length
    return b"".join(text)
