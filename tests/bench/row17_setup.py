"""Row 17: from a fresh clone to the ready line by `make run`, once all packages are downloaded."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench import Context, Row
from tests.bench.goals import at_most
from tests.installation import ROOT, free_port

LONGEST = 600


def run(context: Context) -> Iterator[Row]:
    """A virtual environment, packages, databases, tables, first owner: all of it, offline. Then a second start."""
    clone, wheels = context.folder / "clone", context.folder / "wheels"
    shutil.rmtree(clone, ignore_errors=True)
    _download(wheels)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], check=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GLASSINE_")},
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "GLASSINE_PORT": str(free_port()),
        "GLASSINE_ADMIN_EMAIL": "owner@example.com",
        "GLASSINE_ADMIN_PASSWORD": "a fine long password",
    }
    try:
        first = _until_ready(clone, environment)
        again = _until_ready(clone, environment)
    finally:
        shutil.rmtree(clone, ignore_errors=True)
    yield context.row(
        17, "fresh clone to the ready line by `make run`, packages downloaded before", first, "s", None, at_most(60)
    )
    yield context.row(17, "the second `make run` to the ready line", again, "s", None, at_most(5))


def _download(wheels: Path) -> None:
    """The files of requirements/base.txt and ml.txt, those that are there already once."""
    wheels.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "-d", str(wheels)]
    # The models exist as source only; see ml.in.
    source_only = ["--no-build-isolation", "--no-binary", "face-recognition-models"]
    for more in (["-r", "base.txt"], [*source_only, "-r", "ml.txt"]):
        subprocess.run([*command, *more], check=True, cwd=ROOT / "requirements")


def _until_ready(clone: Path, environment: Mapping[str, str]) -> float:
    """Seconds from the command to its ready line; then it is stopped as by Ctrl-C. Raises AssertionError."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if line.startswith("Glassine is ready at"):
                return time.monotonic() - began
            if time.monotonic() - began > LONGEST:
                break
        raise AssertionError(f"it did not come up:\n{''.join(said[-40:])}")
    finally:
        # Ctrl-C reaches make and all that it started.
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        process.wait(60)
