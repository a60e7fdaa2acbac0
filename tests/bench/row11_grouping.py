"""Row 11: 100,000 faces grouped from nothing, and the memory of the process that does it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from tests.bench import Context, Row
from tests.bench.goals import at_most
from tests.installation import ROOT

FACES = 100_000
#: Faces of one person, on the average; how far they lie from the person's point, which lies so far from the middle.
EACH, SPREAD, APART = 25, 0.25, 0.6
WITHIN = 0.50


def run(context: Context) -> Iterator[Row]:
    count = FACES // 10 if context.is_quick else FACES
    for _ in range(1 if context.is_quick else 3):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.row11_grouping", str(count)],
            cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = json.loads(done.stdout)
        # As many groups as people, each whole.
        if said["groups"] != count // EACH or said["wrong"]:
            raise AssertionError(f"{said['groups']} groups of {count // EACH} people, {said['wrong']} faces elsewhere")
        yield context.row(
            11, f"group {count:,} faces of {count // EACH:,} people, wall", said["wall"], "s", None, at_most(60)
        )
        yield context.row(11, f"the same, CPU of {said['cpus']} processors", said["cpu"], "s")
        yield context.row(11, "the same, most memory of the process", said["megabytes"], "MB")


def _measure(count: int) -> dict[str, float]:
    import os

    from apps.faces import clustering

    chance = np.random.default_rng(11)
    people = np.repeat(np.arange(count // EACH), EACH)
    points = chance.normal(size=(count // EACH, 128)).astype(np.float32)
    points *= APART / np.linalg.norm(points, axis=1, keepdims=True)
    faces = chance.normal(size=(count, 128)).astype(np.float32)
    faces *= SPREAD / np.linalg.norm(faces, axis=1, keepdims=True)
    faces += points[people]
    began, cpu = time.perf_counter(), time.process_time()
    labels = clustering.group(faces, within=WITHIN)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    firsts = labels[::EACH]
    return {
        "wall": wall,
        "cpu": cpu,
        "cpus": os.cpu_count() or 1,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "groups": len(np.unique(labels)),
        "wrong": int((labels != np.repeat(firsts, EACH)).sum()),
    }


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
