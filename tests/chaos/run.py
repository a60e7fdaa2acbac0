"""One storm over one installation, from its first photo to the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.bucket import bad_bucket
from tests.chaos.crowd import Crowd
from tests.chaos.disk import disk
from tests.chaos.storm import Storm
from tests.chaos.verdict import findings
from tests.installation import HASTY, Installation
from tests.uploads.cutting import CuttingLine


@dataclass(frozen=True)
class Outcome:
    """findings: what is not as it was acknowledged; none is good.  figures: what was done, and how it went."""

    findings: list[str]
    figures: dict[str, Any]


def storm(folder: Path, *, photos: int, kills: int, seed: int, say: Callable[[str], None] = print) -> Outcome:
    """Send so many photos while so many kills and all the other faults happen. folder: empty."""
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with bad_bucket(folder / "s3.log") as bucket, disk(folder / "disk") as small:
        glassine = Installation(small.path / "data", **HASTY, **bucket.environment).move_in()
        glassine.log = folder / "glassine.log"
        with glassine, CuttingLine(glassine.port, cuts=0, seed=seed) as line:
            crowd = Crowd(glassine, line.port, photos, seed)
            crowd.prepare()
            crowd.begin()
            raging = Storm(glassine, bucket, small, line, seed)
            raging.rage(crowd, kills, say)
            crowd.end(timeout=600 + photos)
            sent = time.monotonic()
            found, counts = findings(glassine, crowd, timeout=300 + photos)
            return Outcome(
                found,
                {
                    **counts,
                    "stars": len(crowd.ledger.ratings),
                    "hearts": len(crowd.ledger.hearts),
                    "originals downloaded": crowd.ledger.downloads,
                    "archives downloaded": crowd.ledger.archives,
                    "faults": dict(raging.done),
                    "connections cut": line.cuts,
                    "requests to a bad bucket": {name: n for name, n in bucket.met.items() if name != "well"},
                    "answers": dict(sorted(crowd.ledger.answers.items())),
                    "seconds of storm": round(sent - began),
                    "seconds until all was ready and compared": round(time.monotonic() - sent),
                },
            )
