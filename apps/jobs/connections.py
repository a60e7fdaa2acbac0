"""The connections with PostgreSQL of a worker's threads, from task to task.

A new connection plans all triggers of a photo anew, which takes longer than what they do. One that has done jobs holds
those plans, some 20 MB on the server, which the schedule's small tasks need none of.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from django.db import close_old_connections, connections

#: Seconds after its last job for which a thread's connection waits for another.
IDLE_SECONDS: Final = 30.0


class _Worked(threading.local):
    """When this thread ended a job on the connection it has (`time.monotonic`), if it did."""

    at: float | None = None


_worked = _Worked()


def job_done() -> None:
    """This thread has done a job."""
    _worked.at = time.monotonic()


def begin_task() -> None:
    """Before each task: close what lost its server, and what was kept for jobs that did not come."""
    if _worked.at is not None and time.monotonic() - _worked.at > IDLE_SECONDS:
        _worked.at = None
        connections.close_all()
    close_old_connections()
