"""Rate limits: a try is counted before the slow comparison, so parallel tries cannot slip through.

The counters live in Redis: one atomic INCR decides. When Redis is away nobody may try (fail closed);
wiping it gives back at most one window's tries.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from math import ceil

import redis
from django.conf import settings
from django.utils.translation import gettext_noop as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.web.refusal import Refusal

log = logging.getLogger(__name__)


class NoTry(Refusal):
    """Nothing may be tried, whatever the reason."""


class CounterAway(NoTry):
    """The counters cannot be reached or take nothing more, so nobody may try. It is nobody's guessing."""

    status = 503
    code = "counter_away"
    sentence = _("This cannot be checked at the moment. Please try again in a minute.")
    wait = 60


class RateLimited(NoTry):
    """The limit is reached. wait: seconds until the window ends."""

    status = 429
    code = "too_many_tries"
    wait: int

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"Too many attempts. Please wait {self.minutes} min and try again.")

    @property
    def minutes(self) -> int:
        """The wait in whole minutes, as pages tell it; at least one."""
        return max(1, ceil(self.wait / 60))


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`tries` within `window` seconds."""

    name: str
    tries: int
    window: int


@cache
def _redis() -> redis.Redis:
    # One more try at once (the server may have closed an idle connection), but nobody waits for a counter.
    once_more = Retry(NoBackoff(), 1)
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=2, retry=once_more)


PREFIX = "guess"

# INCR and the expiry in one step: a counter without an end would lock somebody out for ever.
_TAKE = """
local n = redis.call('incr', KEYS[1])
if n == 1 then redis.call('expire', KEYS[1], ARGV[1]) end
return {n, redis.call('ttl', KEYS[1])}
"""


# Never below zero and never a key without an end: the window may have closed meanwhile.
_GIVE = """
if tonumber(redis.call('get', KEYS[1]) or '0') > 0 then redis.call('decr', KEYS[1]) end
"""


def _key(limit: RateLimit, subject: str) -> str:
    return f"{PREFIX}:{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def reserve(limit: RateLimit, subject: str) -> int:
    """Take one of the tries of `subject` (an account, a client IP, a link) before comparing anything.

    Returns how many tries are left after this one. Raises RateLimited when none was left, CounterAway when nobody
    can tell.
    """
    try:
        used, wait = _redis().eval(_TAKE, 1, _key(limit, subject), limit.window)
    except redis.RedisError as error:
        log.error("tries cannot be counted: %s", error)
        raise CounterAway from error
    if int(used) > limit.tries:
        raise RateLimited(max(1, int(wait)))
    return limit.tries - int(used)


def reserve_all(*wanted: tuple[RateLimit, str]) -> None:
    """A try of each of these, or of none. Raises RateLimited or CounterAway."""
    taken: list[tuple[RateLimit, str]] = []
    for limit, subject in wanted:
        try:
            reserve(limit, subject)
        except NoTry:
            for one, whose in taken:
                give_back(one, whose)
            raise
        taken.append((limit, subject))


def is_left(limit: RateLimit, subject: str) -> bool:
    """`reserve` for what is left out without a word when nothing may be tried: one email more, one more count."""
    try:
        reserve(limit, subject)
    except NoTry:
        return False
    return True


def forgive(limit: RateLimit, subject: str) -> None:
    """A right guess starts the window anew."""
    try:
        _redis().delete(_key(limit, subject))
    except redis.RedisError:
        # The window ends by itself; the person is already let in.
        return


def give_back(limit: RateLimit, subject: str) -> None:
    """A right guess is not counted; the wrong ones of others stay so."""
    try:
        _redis().eval(_GIVE, 1, _key(limit, subject))
    except redis.RedisError:
        # The window ends by itself; the person is already let in.
        return
