"""What workers have decoded comes last for the processor, as the decoder sees it; what a person waits for does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.media import giving_way, jail
from apps.web.pages_first import PagesFirst

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

_TOLD = """
import json, os
from pathlib import Path
from apps.media import jail
from tests.media import standing
out = {{}}
{before}
out["own"] = standing.told(Path(), Path())
out["decoder"] = jail.run("tests.media.standing:told", Path(standing.__file__), Path("/dev/null"))
[server] = jail._servers.values()
out["groups"] = [standing.group(os.getpid()), standing.group(server.process.pid)]
print(json.dumps(out))
"""


def _told_in(before: str) -> Any:
    """How a process stands that does this first, and how a decoder of its jail stands."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", _TOLD.format(before=before)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_worker_stands_behind_and_its_decoders_last() -> None:
    told = _told_in(
        "from celery.signals import worker_init; from config import celery; worker_init.send(sender=celery.app)"
    )
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert told["own"] == {"policy": os.SCHED_OTHER, "niceness": max(giving_way.BEHIND, before)}
    assert told["decoder"] == {"policy": os.SCHED_BATCH, "niceness": max(giving_way.LAST, before)}
    # A decoder has a session, and with it a group, of its own.
    assert told["groups"][0] in (giving_way.BEHIND, None)
    assert told["groups"][1] in (giving_way.LAST, None)


@pytest.mark.parametrize("before", ["import config.granian", "import apps.faces.engine_server"], ids=["web", "selfies"])
def test_what_a_person_waits_for_stands_where_pages_stand(before: str) -> None:
    told = _told_in(before)
    assert told["own"] == told["decoder"]
    assert told["decoder"] == {"policy": os.SCHED_OTHER, "niceness": os.getpriority(os.PRIO_PROCESS, 0)}
    assert told["groups"][1] in (0, None)


def test_threads_that_receive_files_come_last_and_those_of_pages_do_not() -> None:
    from apps.uploads.receiver import DISK

    def place() -> tuple[int, int]:
        return os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)

    policy, niceness = place()
    assert DISK.submit(place).result() == (os.SCHED_BATCH, max(giving_way.LAST, niceness))
    assert place() == (policy, niceness)


def test_a_session_without_a_group_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    none = tmp_path / "autogroup"
    none.touch()
    monkeypatch.setattr(giving_way, "_GROUP", none)
    giving_way.step_last_with_group()
    assert none.read_text() == ""


def test_whoever_is_further_behind_already_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(os, "getpriority", lambda *_: 15)
    monkeypatch.setattr(os, "setpriority", lambda *how: asked.append(how[2]))
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: None)
    giving_way.step_last()
    assert asked == [15]


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What pages say in turn when a decoder of a worker asks whether it is crowded."""
    said: list[bool] = []
    monkeypatch.setattr(PagesFirst, "are_crowded", property(lambda _: said.pop(0) if len(said) > 1 else said[0]))
    monkeypatch.setattr(jail, "_run_once", lambda *_: {"done": True})
    monkeypatch.setattr(jail, "_LOOK_SECONDS", 0.001)
    monkeypatch.setattr(jail._State, "place", "gives way")
    return said


def test_a_worker_decodes_when_a_guest_has_looked_among_many_files(crowd: list[bool]) -> None:
    crowd += [True, True, True, False]
    assert jail.run("a:task", Path(), Path()) == {"done": True}
    assert crowd == [False]


def test_no_file_waits_long_for_guests(crowd: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "LETS_PASS_SECONDS", 0.02)
    crowd.append(True)
    assert jail.run("a:task", Path(), Path()) == {"done": True}


def test_what_a_person_waits_for_is_decoded_at_once(crowd: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail._State, "place", "")
    crowd += [True, False]
    assert jail.run("a:task", Path(), Path()) == {"done": True}
    assert crowd == [True, False]
