"""G29, G40 to G44 together: everything breaks at once, and what was acknowledged is there. All of it: `make chaos`."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.amounts import LONG
from tests.chaos import bucket as buckets
from tests.chaos.bucket import bad_bucket
from tests.chaos.run import storm
from tests.installation import Installation, noise, sha256

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not LONG, reason="a quarter of an hour: make long, or make chaos for all of it"),
]

PHOTOS, KILLS = 600, 30


def test_nothing_that_was_acknowledged_is_lost_in_the_storm(tmp_path: Path) -> None:
    outcome = storm(tmp_path / "storm", photos=PHOTOS, kills=KILLS, seed=7)
    print(outcome.figures)
    assert outcome.findings == []


def test_a_bucket_that_sends_other_bytes_is_noticed(tmp_path: Path) -> None:
    """The comparison of the storm can fail: these bytes are as many as were sent, and not those."""
    with bad_bucket(tmp_path / "s3.log") as bucket:
        glassine = Installation(tmp_path / "data", **bucket.environment).move_in()
        with glassine:
            album, data = glassine.make_album("Changed"), noise()
            assert glassine.client().put(album, data, "one.jpg").status_code == 201
            [photo] = glassine.wait_ready(album, 1)
            bucket.mood = buckets.CHANGING
            with glassine.api() as api:
                got = {_original(api, photo["id"]) for _ in range(20)}
            assert got - {sha256(data)}


def _original(api: httpx.Client, photo: str) -> str:
    answer = api.get(f"/api/photos/{photo}/original", follow_redirects=True)
    return sha256(answer.content)
