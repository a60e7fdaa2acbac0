"""What a worker does when it is ready."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from kombu.exceptions import OperationalError

from apps.monitoring import hearts
from config import celery


def test_a_worker_that_is_ready_while_redis_takes_nothing_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis refuses on a full disk. The heart is begun once for a process: silenced here, it is silent for good."""
    begun: list[str] = []

    def refuse(*_: object) -> None:
        raise OperationalError("MISCONF Errors writing to the AOF file: No space left on device")

    monkeypatch.setattr(hearts, "start", begun.extend)
    monkeypatch.setattr(celery.app, "send_task", refuse)
    queues = [SimpleNamespace(name="images"), SimpleNamespace(name="default")]
    celery.say_hello(sender=SimpleNamespace(task_consumer=SimpleNamespace(queues=queues)))
    assert begun == ["worker:images", "worker:default"]
