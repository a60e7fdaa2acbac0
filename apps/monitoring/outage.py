"""A time without the database: nothing can be written down in it, so operators are told past the outbox, by one of the
processes that are left, and what was goes into the history afterwards."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.utils import timezone

from apps.accounts import smtp
from apps.monitoring import judge, probes
from apps.monitoring.checks import NAMES, TROUBLE
from apps.web.ids import uuid7

log = logging.getLogger(__name__)

# In Redis while the database is away: one process has told, the others need not. It outlives three missed beats.
TOLD_KEY, TOLD_FOR = "monitoring:database-away", timedelta(seconds=120)


@dataclass
class _Known:
    """What this process saw of the outage. began_at: None while the database answers."""

    began_at: datetime | None = None
    is_told: bool = False


_known = _Known()


def noticed() -> None:
    """The database did not answer this process. Tells the operators if that has lasted, and nobody has told yet."""
    now = timezone.now()
    if _known.began_at is None:
        _known.began_at, _known.is_told = now, False
    _stay_told()
    if not _known.is_told and now - _known.began_at >= judge.TELL_AFTER:
        _known.is_told = True
        if _is_first():
            _tell(_known.began_at)


def is_over() -> bool:
    """The database answered. True if it was away before: that is history now."""
    began_at = _known.began_at
    if began_at is None:
        return False
    judge.note_outage(began_at)
    _known.began_at = None
    return True


def _stay_told() -> None:
    try:
        with probes.impatient_redis() as client:
            client.expire(TOLD_KEY, TOLD_FOR)
    except redis.RedisError as error:
        log.warning("Redis is away too: %s", error)


def _is_first() -> bool:
    """True for one process of all; for each if Redis is away too, because four emails are better than none."""
    try:
        with probes.impatient_redis() as client:
            return bool(client.set(TOLD_KEY, "1", nx=True, ex=TOLD_FOR))
    except redis.RedisError:
        return True


def _tell(began_at: datetime) -> None:
    words = judge.words_of_faults([(NAMES["database"], *TROUBLE["database"])], began_at)
    for address in settings.OPERATORS:
        try:
            with smtp.connected() as connection:
                smtp.hand_over(connection, smtp.message(uuid7(), address, words))
        except smtp.NotTaken as reason:
            log.error("nobody could be told that the database is away: %s", reason)
