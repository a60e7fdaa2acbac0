"""Which tests `make quick` leaves out: each that took longest when all of them were timed, in `unhurried.txt`.

    make test ARGS="--junitxml=var/times.xml"            times one part after the other; stop behind the first
    .venv/bin/python -m tests.unhurried var/times.xml    writes the list

A test that is not on the list is hurried, so that new ones run until somebody times them. `make test` runs all.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

LIST = Path(__file__).with_name("unhurried.txt")
# Seconds that the mean of a function's tests may take on a quiet machine of two cores, setup and all.
HURRY = 0.04


def listed() -> frozenset[str]:
    """Functions of tests as pytest names them, without their parameters."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


def is_in(nodeid: str, functions: frozenset[str]) -> bool:
    return nodeid.partition("[")[0] in functions


def slowest(times: dict[str, list[float]], hurry: float = HURRY) -> list[str]:
    """Those whose tests take longer in the mean, in order."""
    return sorted(name for name, all_of_it in times.items() if sum(all_of_it) / len(all_of_it) >= hurry)


def times_of(report: Path) -> dict[str, list[float]]:
    """Seconds of each test by its function, from pytest's report for JUnit."""
    times: dict[str, list[float]] = defaultdict(list)
    for case in ElementTree.parse(report).iter("testcase"):
        where, name = case.get("classname", ""), case.get("name", "").partition("[")[0]
        parts = where.split(".")
        # What stands behind the file are classes.
        file = next(number for number, part in enumerate(parts) if part.startswith("test_"))
        nodeid = "::".join(["/".join(parts[: file + 1]) + ".py", *parts[file + 1 :], name])
        times[nodeid].append(float(case.get("time", "0")))
    return times


def main() -> None:
    LIST.write_text("".join(f"{name}\n" for name in slowest(times_of(Path(sys.argv[1])))), encoding="utf-8")


if __name__ == "__main__":
    main()
