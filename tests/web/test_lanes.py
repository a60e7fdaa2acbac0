"""G61: what waits for a slow neighbour holds its own lane and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from apps.web import lanes
from apps.web.lanes import LaneFull, StoreLane
from apps.web.threads import THREADS, in_thread

# Threads of pools look after their connections, whatever they run.
pytestmark = pytest.mark.django_db(transaction=True)


class Neighbour:
    """Answers nobody before `answer` is called; `seen` are those that wait for it, in the order they came."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._answers = threading.Semaphore(0)

    def ask(self, who: str) -> str:
        self.seen.append(who)
        assert self._answers.acquire(timeout=60)
        return who

    def answer(self, times: int = 1) -> None:
        self._answers.release(times)


async def _until(reached: Any) -> None:
    while not reached():
        await asyncio.sleep(0.001)


def _go(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 30))


def test_a_lane_is_smaller_than_the_page_pool_and_no_owner_holds_all_of_it() -> None:
    for lane in (lanes.ARRIVING, lanes.LEAVING):
        assert lane.share < lane.places < THREADS


def test_an_owner_that_fills_its_share_leaves_places_to_others() -> None:
    async def story() -> None:
        lane, slow = StoreLane("test", places=3, share=2), Neighbour()
        greedy = [asyncio.ensure_future(lane.run("a", slow.ask, "a")) for _ in range(9)]
        await _until(lambda: len(slow.seen) == 2)
        other = asyncio.ensure_future(lane.run("b", slow.ask, "b"))
        await _until(lambda: len(slow.seen) == 3)
        assert slow.seen == ["a", "a", "b"]
        slow.answer(10)
        assert await asyncio.gather(other, *greedy) == ["b", *["a"] * 9]

    _go(story())


def test_owners_take_turns_however_many_calls_one_of_them_has_waiting() -> None:
    async def story() -> None:
        lane, slow = StoreLane("test", places=1, share=1), Neighbour()
        calls = [asyncio.ensure_future(lane.run(who, slow.ask, who)) for who in "aaaabc"]
        for number in range(1, len(calls) + 1):
            await _until(lambda number=number: len(slow.seen) == number)
            slow.answer()
        await asyncio.gather(*calls)
        assert slow.seen == list("aabcaa")

    _go(story())


def test_who_gets_no_place_in_time_is_told_so_and_holds_none() -> None:
    async def story() -> None:
        lane, slow = StoreLane("test", places=1, share=1), Neighbour()
        first = asyncio.ensure_future(lane.run("a", slow.ask, "first"))
        await _until(lambda: slow.seen)
        with pytest.raises(LaneFull, match="busy"):
            await lane.run_patiently(0.01, "b", lambda: slow.ask("late"))
        slow.answer(2)
        assert await first == "first"
        assert await lane.run("b", slow.ask, "again") == "again"

    _go(story())


def test_a_caller_that_leaves_gives_its_place_back_when_the_thread_is_free() -> None:
    async def story() -> None:
        lane, slow = StoreLane("test", places=1, share=1), Neighbour()
        gone = asyncio.ensure_future(lane.run("a", slow.ask, "gone"))
        await _until(lambda: slow.seen)
        waiting = asyncio.ensure_future(lane.run("a", slow.ask, "waiting"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        gone.cancel()
        slow.answer(2)
        await asyncio.wait([gone, waiting])
        assert await lane.run("b", slow.ask, "next") == "next"
        assert slow.seen == ["gone", "next"]

    _go(story())


@pytest.mark.parametrize("lane", [lanes.ARRIVING, lanes.LEAVING])
def test_pages_are_answered_while_a_hundred_and_twenty_wait_for_a_bucket(lane: StoreLane) -> None:
    async def story() -> None:
        slow = Neighbour()
        waiting = [asyncio.ensure_future(lane.run(number % 5, slow.ask, str(number))) for number in range(120)]
        await _until(lambda: len(slow.seen) == lane.places)
        assert await asyncio.gather(*(in_thread(str, number) for number in range(200))) == [*map(str, range(200))]
        assert len(slow.seen) == lane.places
        slow.answer(len(waiting))
        await asyncio.gather(*waiting)

    _go(story())
