"""Periodic work of which one at a time is enough for the installation.

A scheduler that was killed forgot what it rang for, and a slow machine is not done before the next bell. Two rounds
at once are done no sooner, and hold twice as many threads of a worker, of which there may be two.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import redis
from django.conf import settings

_LET_GO: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


@contextmanager
def alone(name: str, *, seconds: int) -> Iterator[bool]:
    """Whether nobody else is at it. Who is killed meanwhile stands in the way for so many seconds at most."""
    client, key, mine = redis.Redis.from_url(settings.REDIS_URL), f"alone:{name}", secrets.token_hex(16)
    is_ours = bool(client.set(key, mine, nx=True, ex=seconds))
    try:
        yield is_ours
    finally:
        if is_ours:
            client.eval(_LET_GO, 1, key, mine)
