"""The embedded Redis: its settings, a kill -9."""

import os
import signal
import time
from contextlib import suppress

import pytest
from redis import Redis

from tests.config.services import Services, gone

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_redis_drops_nothing_and_writes_a_log(services: Services) -> None:
    client = Redis.from_url(services.urls["REDIS_URL"])
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_killed_redis_comes_back_with_its_queue(services: Services) -> None:
    client = Redis.from_url(services.urls["REDIS_URL"])
    client.rpush("queue", *range(100))
    # The log is flushed each second, so a kill may cost the last one.
    time.sleep(1.5)
    before = services.pid("redis")
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    deadline = time.monotonic() + 30
    length = 0
    while not length and time.monotonic() < deadline:
        with suppress(Exception):
            length = int(client.llen("queue"))
        time.sleep(0.1)
    assert length == 100
