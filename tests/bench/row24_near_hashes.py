"""Row 24: photos that look like one among 1,000,000 perceptual hashes of a studio."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from tests.bench import Context, Row
from tests.bench.house import environment_of, installed
from tests.installation import ROOT

HASHES = 1_000_000
#: Milliseconds for one photo.
WITHIN = 50


def run(context: Context) -> Iterator[Row]:
    count = HASHES // 20 if context.is_quick else HASHES
    with installed(context, "hashes") as glassine:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.hashes", str(count)],
            cwd=ROOT, env=environment_of(glassine), check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    said = json.loads(done.stdout.splitlines()[-1])
    what = f"photos within 7 bits of one, among {count:,} hashes"
    yield context.row(24, f"{what}, p50", said["p50"], "ms", said["scan"])
    yield context.row(24, f"{what}, p95", said["p95"], "ms", WITHIN)
