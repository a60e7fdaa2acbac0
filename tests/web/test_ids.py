"""Ids are ordered by time, grow within a process and never repeat."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from apps.web import ids
from apps.web.ids import first_uuid7, uuid7


def test_later_ids_are_larger() -> None:
    first = uuid7()
    time.sleep(0.002)
    assert uuid7() > first


def test_ids_say_what_they_are() -> None:
    value = uuid7()
    assert (value.version, value.variant) == (7, "specified in RFC 4122")


def test_a_thousand_ids_of_one_moment_differ() -> None:
    assert len({uuid7() for _ in range(1000)}) == 1000


def test_ids_of_one_moment_grow_in_the_order_in_which_they_are_made() -> None:
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made)


def test_they_grow_while_the_clock_stands_still_or_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([2_000_000_000] * 5_000 + [1_000_000_000] * 5_000)
    monkeypatch.setattr(ids, "_clock", ids._Clock())
    monkeypatch.setattr(time, "time_ns", lambda: next(moments))
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}


def test_threads_get_ids_in_the_order_in_which_they_ask() -> None:
    with ThreadPoolExecutor(4) as pool:
        for made in pool.map(lambda _: [uuid7() for _ in range(500)], range(8)):
            assert made == sorted(made)


def test_the_first_id_of_a_moment_is_below_all_that_follow() -> None:
    now = datetime.now(UTC)
    assert first_uuid7(now) < uuid7() < first_uuid7(now + timedelta(minutes=5))
