"""Row 23: 100,000 faces are forgotten, one person of them first, then all. One more face among them is of row 11."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from tests.bench import Context, Row
from tests.bench.goals import at_most
from tests.bench.house import environment_of, installed
from tests.installation import EMAIL, ROOT

FACES = 100_000
#: Seconds within which nothing may be left.
WITHIN = 600


def run(context: Context) -> Iterator[Row]:
    count = FACES // 10 if context.is_quick and context.rounds < 2 else FACES
    with installed(context, "forgetting") as glassine:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.forgetting", EMAIL, str(count)],
            cwd=ROOT, env=environment_of(glassine), check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    said = json.loads(done.stdout.splitlines()[-1])
    if said["left"]:
        raise AssertionError(f"something is left: {', '.join(said['left'])}")
    yield context.row(
        11, f"one more face among {count:,}: who is near", 1000 * said["one_more"], "ms", None, at_most(10)
    )
    yield context.row(23, f"erase a person in {said['theirs']:,} photos, of {count:,} faces", said["erased"], "s")
    what = f"switch off with {count:,} faces until nothing is left"
    yield context.row(23, what, said["off"], "s", None, at_most(WITHIN))
