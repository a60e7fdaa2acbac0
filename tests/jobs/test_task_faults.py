"""G42: kill -9 of real workers in the middle of a task of thousands of photos: it ends, exactly, nothing done twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.amounts import amount
from tests.bench.house import environment_of
from tests.installation import HASTY, ROOT, Installation

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]

PHOTOS = amount(suite=800, long=5_000)
KILLS = amount(suite=2, long=3)


@pytest.fixture
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("tasks") / "data", **HASTY).move_in() as installation:
        yield installation


def many_photos(glassine: Installation, deed: str, *arguments: str) -> Any:
    """What `many_photos` prints."""
    program = [sys.executable, "-m", "tests.jobs.many_photos", deed, glassine.client().slug, *arguments]
    environment = {**environment_of(glassine), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    told = subprocess.run(program, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(told.stdout)


def follow(glassine: Installation, task_id: str) -> dict[str, Any]:
    with glassine.api() as api:
        answer = api.get(f"/api/tasks/{task_id}")
        answer.raise_for_status()
        task: dict[str, Any] = answer.json()
        return task


def test_a_task_of_thousands_of_photos_survives_kill_9_of_its_workers(glassine: Installation) -> None:
    made = many_photos(glassine, "make", "Many", str(PHOTOS))
    with glassine.api() as api:
        answer = api.post("/api/photos/batch", json={"do": "move", **made})
        assert answer.status_code == 202, answer.text
    task = answer.json()["task"]
    killed_at: list[int] = []
    end = time.monotonic() + 600
    while task["result"] is None:
        assert time.monotonic() < end, task
        task = follow(glassine, task["id"])
        got_on = task["done"] > (killed_at[-1] if killed_at else 0)
        if got_on and task["done"] < PHOTOS and len(killed_at) < KILLS:
            glassine.kill("worker")
            # What it did until it died.
            killed_at.append(follow(glassine, task["id"])["done"])
        # Asked without a pause, the page of the task would take the time of the workers.
        time.sleep(0.1 if len(killed_at) < KILLS else 0.5)

    assert [done for done in killed_at if 0 < done < PHOTOS], f"killed too late: {killed_at}"
    assert (task["state"], task["done"], task["total"]) == ("done", PHOTOS, PHOTOS)
    # A slice done twice would count its photos twice, here and in the journal.
    assert task["result"] == {
        "message": f"{PHOTOS:,} photos moved to “Moved”.",
        "changed": PHOTOS,
        "failed": 0,
        "left": 0,
    }
    found = many_photos(glassine, "look", "Many")
    assert found == {"under": {"Moved": PHOTOS}, "moves": PHOTOS, "moved": PHOTOS}
