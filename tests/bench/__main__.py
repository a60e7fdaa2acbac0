"""python -m tests.bench [row1_render ...]: measure, print a table, write var/bench/latest.json."""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import django

from tests.bench import Context, Row
from tests.bench.goals import MET, MET_AT_SPEED, SHORT

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "var" / "bench"


def main() -> int:
    """Run the rows named, or all; 1 if a name is unknown or a row was not correct."""
    known = sorted((path.stem for path in HERE.glob("row*_*.py")), key=_number)
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("rows", nargs="*", help="of: " + ", ".join(known))
    parser.add_argument("--rounds", type=int, default=5, help="alternating turns, of which the median counts")
    parser.add_argument("--quick", action="store_true", help="one turn each, to see that it works")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - set(known):
        print(f"There is no row {', '.join(sorted(unknown))}. There are: {', '.join(known)}.", file=sys.stderr)
        return 1
    # What rows import of the product and of the tests' factories asks the settings and knows the models.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    # A line for each request would hide the figures.
    for noisy in ("httpx", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    ctx = Context(FOLDER, rounds=1 if asked.quick else asked.rounds)
    rows: list[Row] = []
    wrong: list[str] = []
    with ctx.kept:
        for name in asked.rows or known:
            try:
                ctx.machine.look(FOLDER)
                for row in importlib.import_module(f"tests.bench.{name}").run(ctx):
                    print(_line(row), flush=True)
                    rows.append(row)
            except AssertionError as error:
                # One wrong row is no reason to lose the others.
                wrong.append(name)
                print(f"{name} does not count: {error}", file=sys.stderr, flush=True)
    (FOLDER / "latest.json").write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    _sum_up(rows)
    return 1 if wrong else 0


def _sum_up(rows: Sequence[Row]) -> None:
    """How many goals are met, and the rows that are short."""
    asked = [row for row in rows if row.verdict]
    count = Counter(row.verdict for row in asked)
    speeds = sorted(row.speed for row in rows) or [1.0]
    print(f"\nThis machine has {speeds[0]:g} to {speeds[-1]:g} of the speed of the one that the goals are of.")
    print(f"{len(asked)} goals: " + ", ".join(f"{count[one]} {one}" for one in (MET, MET_AT_SPEED, SHORT)))
    for row in asked:
        if row.verdict == SHORT:
            print(f"short: {_line(row)}")


def _number(name: str) -> tuple[int, str]:
    return int(name.removeprefix("row").partition("_")[0]), name


def _line(row: Row) -> str:
    baseline = "-" if row.baseline is None else f"{row.baseline:g}"
    ratio = "-" if row.ratio is None else f"{row.ratio:.3f}"
    figure = f"{row.figure:g} {row.unit}"
    told = f"{row.row:>3}  {row.what:<110}  {figure:>16}  beside {baseline:>10}  ratio {ratio:>7}"
    return f"{told}  goal {row.goal or '-':<22}  {row.verdict or '-':<17}  load {row.load:.1f}"


if __name__ == "__main__":
    sys.exit(main())
