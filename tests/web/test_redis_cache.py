"""The cache asks all its questions by one client, whose answers are those of Django's own."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis import Redis

from apps.web.redis_cache import OneClientCache


def test_many_questions_make_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = caches.create_connection("default")
    assert isinstance(cache, OneClientCache)
    made: list[Redis] = []
    init = Redis.__init__

    def counted(self: Any, *given: Any, **named: Any) -> None:
        made.append(self)
        init(self, *given, **named)

    monkeypatch.setattr(Redis, "__init__", counted)
    cache.set_many({"zqx.a": [1], "zqx.b": "two"})
    assert cache.get_many(["zqx.a", "zqx.b"]) == {"zqx.a": [1], "zqx.b": "two"}
    for _ in range(5):
        assert cache.get("zqx.a") == [1]
    # One that reads, one that writes.
    assert len(made) <= 2
    of_django = RedisCache(cast(Any, cache)._servers, {})
    assert of_django.get("zqx.b") == "two"
