"""Row 24: photos that look like one among 1,000,000 perceptual hashes of a studio."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from tests.bench import Context, Row
from tests.bench.goals import at_most
from tests.bench.house import cpu_seconds, environment_of, family, installed
from tests.installation import ROOT, Installation

HASHES = 1_000_000
#: Milliseconds for one photo.
WITHIN = 50


#: Seconds for an album of a hundredth of them, of whose photos a tenth are copies of each other.
SCANNED_WITHIN = 30


def run(context: Context) -> Iterator[Row]:
    count = HASHES // 20 if context.is_quick else HASHES
    with installed(context, "hashes") as glassine:
        said = _said(glassine, str(count))
        _said(glassine, str(count), "album")
        before = cpu_seconds(family(glassine))
        scanned = _said(glassine, str(count), "scan")["seconds"]
        cpu = cpu_seconds(family(glassine)) - before
    what = f"photos within 7 bits of one, among {count:,} hashes"
    yield context.row(24, f"{what}, p50", said["p50"], "ms", said["scan"])
    yield context.row(24, f"{what}, p95", said["p95"], "ms", None, at_most(WITHIN))
    what = f"an album of {count // 100:,} among them is looked through for duplicates"
    yield context.row(24, what, scanned, "s", None, at_most(SCANNED_WITHIN))
    yield context.row(24, f"{what}, CPU of the whole installation", cpu, "CPU s")


def _said(glassine: Installation, *asked: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.hashes", *asked],
        cwd=ROOT, env=environment_of(glassine), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said
