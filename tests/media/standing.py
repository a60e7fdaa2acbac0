"""How a process stands for the processor. A task for the jail, and a plain function."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def told(source: Path, out_dir: Path) -> dict[str, Any]:
    """policy and niceness of this process."""
    return {"policy": os.sched_getscheduler(0), "niceness": os.getpriority(os.PRIO_PROCESS, 0)}


def group(pid: int) -> int | None:
    """Niceness of the group in which a process's session stands; None where there are none, or it is in none."""
    try:
        # "/autogroup-123 nice 0", or nothing: the session of a machine's first process has no group.
        told = Path(f"/proc/{pid}/autogroup").read_text().split()
    except OSError:
        return None
    return int(told[-1]) if told else None
