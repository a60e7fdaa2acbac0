"""Work that nobody waits for gives way to pages: alone it gets all processor time, beside them a tenth of it.

Not less: on a machine that is busy for hours photos would never be ready. Linux only. To step back needs no rights; to
come back does, so a process that has stepped back never tries. Where processes stand in groups of their own
(containers, services), the groups' shares count first: see docs/operations.md.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

#: Of a worker's own process, which holds rows and locks: a third of what a page gets. Of a decoder: a tenth.
BEHIND, LAST = 5, 10
# A session is a group of its own on most machines that people sit at (sched(7), "The autogroup feature"). It is empty
# where a session has none, as that of a container's first process.
_GROUP = Path("/proc/self/autogroup")
# The kernel lets groups be changed ten times a second, all of them together.
_TRIES, _PAUSE = 5, 0.11


def step_behind() -> None:
    """Let this process, the threads that it starts and its session stand behind those that serve pages."""
    _step_to(BEHIND)
    _step_with_group(BEHIND)


def step_last_with_group() -> None:
    """Let the session of this process come last. Its own place stays, for it has others to start."""
    _step_with_group(LAST)


def step_last() -> None:
    """Let this process come last, and interrupt nobody who is at work; of a process with more threads, this thread."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    _step_to(LAST)


def _step_to(niceness: int) -> None:
    os.setpriority(os.PRIO_PROCESS, 0, max(niceness, os.getpriority(os.PRIO_PROCESS, 0)))


def _step_with_group(niceness: int) -> None:
    for _ in range(_TRIES):
        with suppress(OSError):
            if _GROUP.exists() and _GROUP.read_text():
                _GROUP.write_text(str(niceness))
            return
        time.sleep(_PAUSE)
