"""Keeps the processors from falling asleep while latencies are measured.

A virtual processor that idles takes the host a tenth of a millisecond or more to wake, at each of the twenty or so
times that a request goes from one process to the next. On a server with visitors they do not sleep. Processes of the
idle class run only when nobody else wants to, so they take nothing from what is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SPIN = "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass"


@contextmanager
def awake() -> Iterator[None]:
    """One process of the idle class per processor, for the time of the block."""
    spinning = [subprocess.Popen([sys.executable, "-c", _SPIN]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()
