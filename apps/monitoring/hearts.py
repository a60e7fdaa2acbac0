"""The heart of a process: a thread that shows a sign of life every 20 seconds, and looks after the others.

Every process looks, so that whichever dies, another one tells it (see `judge`). At each beat it gives back what memory
it does not need any more.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from apps.accounts.tenancy import across_studios
from apps.monitoring import judge, outage
from apps.monitoring.models import Heartbeat
from apps.web import free_memory
from apps.web.failures import DatabaseAway, refusal_of
from apps.web.ids import uuid7

log = logging.getLogger(__name__)

BEAT_SECONDS = 20.0
CONNECT_SECONDS = 2.0
NO_PICTURE = b"\xff" * 4
_BEAT = """
    insert into monitoring_heartbeat (id, service, instance, at, drift_ms)
    select %(id)s, %(service)s, %(instance)s, clock_timestamp(),
        round(extract(epoch from %(clock)s - clock_timestamp()) * 1000)
    on conflict (service, instance) do update set at = excluded.at, drift_ms = excluded.drift_ms
"""
_started: set[str] = set()


def start(services: Sequence[str]) -> None:
    """Begin to beat for what this process does. A second call for the same does nothing."""
    new = [service for service in services if service not in _started]
    _started.update(new)
    if new:
        threading.Thread(target=_live, args=[new], name="heart", daemon=True).start()


def _live(services: Sequence[str]) -> None:
    grown_up = _soon()
    while True:
        try:
            beat([*services, *answering(services)])
            if outage.is_over():
                # The others have not shown a sign of life either since it began.
                grown_up = _soon()
            judge.look_if_due(is_starting=time.monotonic() < grown_up)
        except (OperationalError, InterfaceError) as error:
            log.warning("the heartbeat could not be written: %s", error)
            if isinstance(refusal_of(error), DatabaseAway):
                outage.noticed()
        except Exception:
            log.exception("the heart of this process missed a beat")
        finally:
            # A connection for a few statements a minute would be missing elsewhere.
            connection.close()
        free_memory.give_back()
        time.sleep(BEAT_SECONDS)


def _soon() -> float:
    """When every process has shown a sign of life, if it lives (time.monotonic)."""
    return time.monotonic() + Heartbeat.SILENT.total_seconds()


def answering(services: Sequence[str]) -> list[str]:
    """What shows no sign of life of its own but answers to this process: the engine of selfies, to a web process.

    The engine is closed off from the database, and a web process asks the one on its own machine.
    """
    if "web" not in services:
        return []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(settings.FACES_SOCKET)
            # The system answers for a process that hangs; a picture of no size that may be is turned away by itself.
            line.sendall(NO_PICTURE)
            line.recv(1)
        except OSError:
            return []
    return ["selfies"]


def beat(services: Sequence[str]) -> None:
    """Show a sign of life for these services."""
    instance = f"{socket.gethostname()}:{os.getpid()}"
    with across_studios(), connection.cursor() as cursor:
        for service in services:
            cursor.execute(
                _BEAT, {"id": uuid7(), "service": service, "instance": instance[:120], "clock": timezone.now()}
            )
