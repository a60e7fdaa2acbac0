"""The schedule kept by a thread of a worker: a process of its own costs a hundred megabytes to ring a doorbell.

    celery -A config worker --clock /path/of/the/schedule

For one worker of an installation. Where several run, one `celery beat` keeps the schedule instead.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any

from celery import Celery, bootsteps
from celery.beat import Service
from click import Option

log = logging.getLogger(__name__)


class Clock(bootsteps.StartStopStep):
    """Starts with the worker that was given `--clock`, and stops with it."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, clock: str | None = None, **options: Any) -> None:
        super().__init__(worker, **options)
        self.enabled = bool(clock)
        self.service = Service(worker.app, schedule_filename=clock) if clock else None

    def start(self, worker: Any) -> None:
        # It would tell of each doorbell, some every five seconds, among what a worker has to say.
        logging.getLogger("celery.beat").setLevel(logging.WARNING)
        threading.Thread(target=self._run, name="clock", daemon=True).start()

    def stop(self, worker: Any) -> None:
        if self.service is not None:
            self.service.stop()

    def _run(self) -> None:
        assert self.service is not None
        try:
            self.service.start(embedded_process=True)
        except Exception:
            log.exception("the clock stopped; the worker ends, so that whoever watches it starts both again")
            os.kill(os.getpid(), signal.SIGTERM)


def install(app: Celery) -> None:
    """Workers of this app take `--clock`."""
    told = "Keep the schedule too, and remember in this file what was due when."
    app.user_options["worker"].add(Option(["--clock"], help=told))
    app.steps["worker"].add(Clock)
