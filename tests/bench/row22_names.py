"""Row 22: one photo of each person is named, then all others come: who joins by themselves, and who is asked about."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.bench import Context, Row
from tests.bench.goals import at_least, at_most
from tests.bench.house import environment_of, installed
from tests.installation import ROOT

#: Folder of the pictures, named after who is in them: s01_0001.jpg, two_s01_s05.jpg (left and right), noface_tree.jpg.
FOLDER = "GLASSINE_BENCH_FACES"
DRAWS = 20


def run(context: Context) -> Iterator[Row]:
    folder = os.environ.get(FOLDER)
    if not folder:
        raise AssertionError(f"{FOLDER} does not say where the pictures of people are")
    draws = 2 if context.is_quick and context.rounds < 2 else DRAWS
    with installed(context, "names") as glassine:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.names", folder, str(draws)],
            cwd=ROOT, env=environment_of(glassine), check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    said = json.loads(done.stdout.splitlines()[-1])
    what = f"{said['people']} people named by one photo, {said['faces']:,} faces in {draws} draws"
    what = f"{what}: join the right person by themselves"
    yield context.row(22, what, 100 * said["joined"] / said["faces"], "%", None, at_least(93))
    yield context.row(22, "the same, in the draw with the fewest", 100 * said["least"], "%")
    yield context.row(22, "the same, join a wrong person", said["wrong"], "faces", None, at_most(0))
    others = said["faces"] - said["joined"] - said["wrong"]
    yield context.row(
        22,
        f"of the {others} others: asked about with the right name",
        _share(said["asked"], others),
        "%",
        None,
        at_least(95),
    )
    yield context.row(22, "the same, asked about with a wrong name", said["misasked"], "faces")
    yield context.row(22, "the same, asked about with none", others - said["asked"] - said["misasked"], "faces")


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0
