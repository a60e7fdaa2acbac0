"""Who sends photos stands back while a page is made, in whichever process, and never for long."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest

from apps.web import pages_first
from apps.web.lanes import StoreLane
from apps.web.pages_first import STEP, PagesFirst


@pytest.fixture
def without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time runs out."""
    monkeypatch.setattr(pages_first, "LONGEST", 1000.0)
    monkeypatch.setattr(pages_first, "PATIENCE", 1000.0)


def _body(parts: int) -> Iterator[dict[str, Any]]:
    """A body of so many steps, each in two halves."""
    return ({"body": b"x" * (STEP // 2), "more_body": True} for _ in range(2 * parts))


@pytest.mark.usefixtures("without_end")
def test_the_next_step_of_a_body_begins_when_the_page_is_made() -> None:
    async def story() -> None:
        pages, events = PagesFirst(), _body(2)
        came: list[None] = []

        async def receive() -> dict[str, Any]:
            came.append(None)
            return next(events)

        behind = pages.behind(receive)
        await behind()
        with pages.page():
            await behind()
            step = asyncio.ensure_future(behind())
            await asyncio.sleep(0.05)
            assert len(came) == 2, "what is begun is not held up, the next is"
        await asyncio.wait_for(step, 30)
        assert len(came) == 3

    asyncio.run(story())


@pytest.mark.usefixtures("without_end")
def test_pages_that_are_made_at_once_are_all_waited_for() -> None:
    pages = PagesFirst()
    with pages.page():
        with pages.page():
            pass
        assert pages.are_made
    assert not pages.are_made


@pytest.mark.usefixtures("without_end")
def test_a_page_of_another_process_is_seen() -> None:
    pages = PagesFirst()
    (told, tell), (ended, end) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        with pages.page():
            os.write(tell, b"x")
            os.read(ended, 1)
        os.write(tell, b"x")
        os._exit(0)
    assert os.read(told, 1)
    assert pages.are_made
    os.write(end, b"x")
    assert os.read(told, 1)
    assert not pages.are_made
    os.waitpid(child, 0)
    for handle in (told, tell, ended, end):
        os.close(handle)


def test_a_page_of_a_process_that_was_killed_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_first, "LONGEST", 0.0)
    pages = PagesFirst()
    with pages.page():
        assert not pages.are_made


def test_pages_without_end_hold_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_first, "LONGEST", 1000.0)
    pages = PagesFirst()
    with pages.page():
        asyncio.run(asyncio.wait_for(pages.let_pass(), 30))
        assert pages.are_made


def test_uploads_take_turns_while_a_guest_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TURN", "LOOKED_AT", "LONGEST_TURN"):
        monkeypatch.setattr(pages_first, name, 1000.0 if name == "TURN" else 1e9)
    pages = PagesFirst()
    with pages.page(of_guest=True):
        pass
    waits = [pages.turn() for _ in range(4)]
    assert waits[0] == 0
    assert waits[1:] == [pytest.approx(1000 * number, abs=100) for number in (1, 2, 3)]


def test_pages_of_a_studio_and_those_of_a_while_ago_cost_uploads_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_first, "TURN", 1000.0)
    monkeypatch.setattr(pages_first, "LONGEST_TURN", 1000.0)
    pages = PagesFirst()
    with pages.page():
        pass
    for _ in range(3):
        asyncio.run(asyncio.wait_for(pages.let_pass(), 30))
    with pages.page(of_guest=True):
        pass
    monkeypatch.setattr(pages_first, "LOOKED_AT", 0.0)
    for _ in range(3):
        asyncio.run(asyncio.wait_for(pages.let_pass(), 30))


def test_no_step_waits_long_for_its_turn_however_many_uploads_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_first, "TURN", 1000.0)
    monkeypatch.setattr(pages_first, "LOOKED_AT", 1000.0)

    async def many(pages: PagesFirst) -> None:
        await asyncio.gather(*(pages.let_pass() for _ in range(50)))

    pages = PagesFirst()
    with pages.page(of_guest=True):
        pass
    asyncio.run(asyncio.wait_for(many(pages), 30))


def test_it_is_crowded_while_a_guest_looks_and_files_come_faster_than_their_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = PagesFirst()
    with pages.page(of_guest=True):
        pass
    assert not pages.are_crowded
    # The last part of a file and its rows, as of one sender on any line.
    pages.turn()
    pages.turn()
    assert not pages.are_crowded
    for _ in range(3):
        pages.turn()
    assert pages.are_crowded
    monkeypatch.setattr(pages_first, "LOOKED_AT", 0.0)
    assert not pages.are_crowded


def test_many_files_are_no_crowd_where_no_guest_looks() -> None:
    pages = PagesFirst()
    with pages.page():
        pass
    for _ in range(10):
        pages.turn()
    assert not pages.are_crowded


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("without_end")
def test_the_rows_of_a_file_are_written_when_the_page_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        pages, lane = PagesFirst(), StoreLane("test", places=1, share=1, behind_pages=True)
        monkeypatch.setattr("apps.web.lanes.PAGES", pages)
        with pages.page():
            call = asyncio.ensure_future(lane.run("a", str, "kept"))
            await asyncio.sleep(0.05)
            assert not call.done()
        assert await asyncio.wait_for(call, 30) == "kept"

    asyncio.run(story())
