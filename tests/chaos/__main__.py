"""The whole storm, for docs/reliability.md: `python -m tests.chaos [--photos 10000] [--kills 200] [--seed 1]`.

Writes what was done and found to var/chaos/figures.json, and ends with 1 if anything was lost.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
from datetime import UTC, datetime

import django

from tests.chaos.run import storm
from tests.installation import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    # A line for each request would hide the figures.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    folder = ROOT / "var" / "chaos"
    shutil.rmtree(folder, ignore_errors=True)
    outcome = storm(
        folder, photos=asked.photos, kills=asked.kills, seed=asked.seed, say=lambda line: print(line, flush=True)
    )
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": os.getloadavg(),
        "kills": asked.kills,
        **outcome.figures,
        "found": outcome.findings,
    }
    (folder / "figures.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
