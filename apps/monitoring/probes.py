"""Whether the parts answer: each probe raises, or returns. Whoever asks says what that means."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.accounts import outbox
from apps.jobs.tasks import HEARTBEAT_KEY
from apps.media import damage
from apps.media.storage import store, temp_directory

PROBED_KEY = "health"
ANSWER_SECONDS = 3.0
# With less room than two of the largest photos there may be, uploads fail.
FULL_BELOW = 2 * settings.MAX_PHOTO_BYTES
_asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probe")


def impatient_redis() -> redis.Redis:
    """A client that waits for no answer longer than two seconds."""
    no_retry = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=no_retry)


def probe_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def probe_redis() -> None:
    with impatient_redis() as client:
        client.ping()


def probe_storage() -> None:
    asked = _asking.submit(store().size, PROBED_KEY)
    try:
        # One question at a time: a bucket that hangs holds one thread, however often load balancers ask.
        asked.result(timeout=ANSWER_SECONDS)
    finally:
        asked.cancel()
    arriving = temp_directory()
    if not os.access(arriving, os.W_OK):
        raise OSError("the directory for arriving files cannot be written")
    free = shutil.disk_usage(arriving).free
    if free < FULL_BELOW:
        raise OSError(f"the disk for arriving files is full: {free} bytes are left")


def probe_worker() -> None:
    if heartbeat_age() is None:
        raise RuntimeError("no worker has shown a sign of life for a minute")


def heartbeat_age() -> int | None:
    """Seconds since the workers' last sign of life, or None if there is none."""
    with impatient_redis() as client:
        beat = client.get(HEARTBEAT_KEY)
    return None if beat is None else max(0, int(time.time()) - int(beat))


def probe_emails() -> None:
    if outbox.is_stuck():
        raise RuntimeError("an email has been due for a while and could not be sent")


def probe_originals() -> None:
    if damage.is_any():
        raise RuntimeError("the file of an original is damaged or missing")


PROBES: dict[str, Callable[[], None]] = {
    "database": probe_database,
    "redis": probe_redis,
    "storage": probe_storage,
    "worker": probe_worker,
    "emails": probe_emails,
    "originals": probe_originals,
}
