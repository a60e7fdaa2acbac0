"""What the scheduler asks of monitoring."""

import logging

from celery import shared_task

from apps.jobs.alone import alone
from apps.monitoring.canary import rounds

log = logging.getLogger(__name__)
# A round takes a third of one core.
REST = 2.0
# Seconds. Several times what a round takes beside other work; half of what may pass without one (`checks.ROUND_AGE`).
LONGEST_ROUND = 1800


@shared_task(name="monitoring.canary")
def canary() -> None:
    """Every quarter of an hour: one studio tries every address of another one, unless a round is still under way."""
    with alone("monitoring.canary", seconds=LONGEST_ROUND) as is_ours:
        if not is_ours:
            return
        try:
            done = rounds.keep_watch(rounds.Pace(REST, _is_stopping))
        except rounds.CutShort:
            # A stop must not wait for the rest of half a minute. The next bell begins anew.
            return
    for leak in done.leaks:
        log.error("a door between studios is open: %s", leak)


def _is_stopping() -> bool:
    """Whether this worker was asked to end."""
    # Here, because web processes read this module too, and never what a worker is made of.
    from celery.worker import state

    return state.should_stop is not None or state.should_terminate is not None
