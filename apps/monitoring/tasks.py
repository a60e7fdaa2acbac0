"""What the scheduler asks of monitoring."""

import logging

from celery import shared_task

from apps.monitoring.canary import rounds

log = logging.getLogger(__name__)
# A round takes a third of one core.
REST = 2.0


@shared_task(name="monitoring.canary")
def canary() -> None:
    """Every quarter of an hour: one studio tries every address of another one."""
    done = rounds.keep_watch(rest=REST)
    for leak in done.leaks:
        log.error("a door between studios is open: %s", leak)
