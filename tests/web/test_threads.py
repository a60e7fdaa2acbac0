"""The threads of pages: no more than there should be, the warm one first, and nobody is forgotten."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

import pytest

from apps.web.threads import WarmThreads


def _who() -> int:
    return threading.get_ident()


def _held(gate: threading.Event) -> int:
    assert gate.wait(20)
    return threading.get_ident()


def test_who_comes_back_at_once_is_served_by_the_same_thread() -> None:
    pool, gate = WarmThreads(4, "test"), threading.Event()
    busy = [pool.submit(partial(_held, gate)) for _ in range(4)]
    gate.set()
    assert len({one.result(20) for one in busy}) == 4
    assert len({pool.submit(_who).result(20) for _ in range(100)}) == 1


def test_no_more_run_at_once_than_there_are_threads_and_all_others_follow() -> None:
    pool, gate = WarmThreads(2, "test"), threading.Event()
    first: list[Future[Any]] = [pool.submit(partial(_held, gate)) for _ in range(2)]
    done: list[int] = []
    others: list[Future[Any]] = [pool.submit(partial(done.append, number)) for number in range(20)]
    time.sleep(0.05)
    assert done == []
    gate.set()
    wait([*first, *others], 20)
    assert sorted(done) == list(range(20))


def test_who_came_first_is_served_first() -> None:
    pool, gate, order = WarmThreads(1, "test"), threading.Event(), list[int]()
    first: Future[Any] = pool.submit(partial(_held, gate))
    others: list[Future[Any]] = [pool.submit(partial(order.append, number)) for number in range(20)]
    gate.set()
    wait([first, *others], 20)
    assert order == list(range(20))


def test_an_error_reaches_who_asked_and_the_thread_goes_on() -> None:
    pool = WarmThreads(1, "test")

    def fail() -> None:
        raise KeyError("no")

    with pytest.raises(KeyError):
        pool.submit(fail).result(20)
    assert pool.submit(_who).result(20)


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    pool, gate = WarmThreads(1, "test"), threading.Event()
    ran: list[int] = []
    first: Future[Any] = pool.submit(partial(_held, gate))
    given_up = pool.submit(partial(ran.append, 1))
    assert given_up.cancel()
    after: Future[Any] = pool.submit(partial(ran.append, 2))
    gate.set()
    wait([first, after], 20)
    assert ran == [2]
