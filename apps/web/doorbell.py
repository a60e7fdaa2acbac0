"""Waking the workers by a Celery message without arguments: what is to be done stands in the database alone."""

from __future__ import annotations

import logging
import time

from celery import current_app

log = logging.getLogger(__name__)

AWAY_SECONDS = 5.0


class _Broker:
    """What this process knows of the broker: until when not to try it again (time.monotonic seconds)."""

    away_until = 0.0


broker = _Broker()


def ring(task: str, *arguments: str, queue: str) -> None:
    """Send a task by its name. If the broker cannot be reached nothing is lost: the periodic schedule sends it too."""
    if time.monotonic() < broker.away_until:
        return
    try:
        current_app.send_task(task, args=arguments, queue=queue, retry=False, ignore_result=True)
    except Exception as error:
        # A broker that does not answer at all costs seconds, which uploads must not pay one by one.
        broker.away_until = time.monotonic() + AWAY_SECONDS
        log.warning("the doorbell of queue %s could not be rung (%s); the schedule will", queue, error)
