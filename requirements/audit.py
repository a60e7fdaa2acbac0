"""Compare the pinned packages with a database of known weaknesses that lies here, and with our promised times.

    python requirements/audit.py all.zip [--day 2027-01-31]

all.zip is the export of OSV for PyPI (https://google.github.io/osv.dev/data/): one JSON file for each weakness, of
GitHub's advisories and of the PyPA. Nothing is asked. Prints a line for each weakness with the days that are left, and
ends with 1 when one is past its time, when the lists are too old, or when the database is.
"""

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

HERE = Path(__file__).resolve().parent
# Days from the publication of a weakness until no list names the package in that version any more. docs/security.md
# promises them.
DAYS = {"CRITICAL": 7, "HIGH": 30, "MODERATE": 90, "LOW": 90}
# A weakness whose weight nobody told is taken for a heavy one.
UNTOLD = "HIGH"
# Days after which all packages are raised to their newest version (`make requirements`), weak or not.
RAISED_EVERY = 92
# A database that is older than this cannot tell what became known.
DATABASE_DAYS = 7
WEIGHTS = list(DAYS)


@dataclass
class Weakness:
    """One weakness of one pinned package, under all names that it has."""

    package: str
    version: str
    known_since: date
    weight: str
    names: set[str] = field(default_factory=set)
    mended_in: set[str] = field(default_factory=set)

    @property
    def ends(self) -> date:
        return self.known_since + timedelta(days=DAYS[self.weight])

    def take_in(self, other: "Weakness") -> None:
        """`other` is the same under another name: the earlier day and the heavier weight count."""
        self.names |= other.names
        self.mended_in |= other.mended_in
        self.known_since = min(self.known_since, other.known_since)
        self.weight = min(self.weight, other.weight, key=WEIGHTS.index)


def normal(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(folder: Path = HERE) -> dict[str, str]:
    """Version by name of all packages in all lists."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\\n]+)", path.read_text(), re.MULTILINE):
            found[normal(name)] = version
    return found


def records(database: Path) -> Iterator[dict[str, Any]]:
    """Each record of the database that was not withdrawn."""
    with zipfile.ZipFile(database) as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name)) if name.endswith(".json") else {"withdrawn": True}
            if not record.get("withdrawn"):
                yield record


def is_within(version: Version, events: list[dict[str, str]]) -> bool:
    """Whether a version lies in a range of OSV. `fixed` is no longer weak, `last_affected` still is."""
    weak = False
    for event in events:
        if "introduced" in event:
            weak = weak or event["introduced"] == "0" or version >= Version(event["introduced"])
        elif "fixed" in event:
            weak = weak and version < Version(event["fixed"])
        elif "last_affected" in event:
            weak = weak and version <= Version(event["last_affected"])
    return weak


def is_affected(version: str, affected: dict[str, Any]) -> bool:
    """Whether a version is one of those that a record names or spans. One that cannot be read counts."""
    if version in affected.get("versions", ()):
        return True
    try:
        return any(
            is_within(Version(version), span["events"])
            for span in affected.get("ranges", ())
            if span["type"] == "ECOSYSTEM"
        )
    except InvalidVersion:
        return True


def weaknesses(packages: dict[str, str], database: Path) -> tuple[list[Weakness], date]:
    """What is known of these packages, the next end first, and the day of the database's newest record."""
    found: list[Weakness] = []
    newest = date.min
    for record in records(database):
        newest = max(newest, date.fromisoformat(record["modified"][:10]))
        for affected in record.get("affected", ()):
            package = affected.get("package", {})
            name = normal(package.get("name", ""))
            if package.get("ecosystem") == "PyPI" and name in packages and is_affected(packages[name], affected):
                add(found, weakness_of(record, affected, name, packages[name]))
    return sorted(found, key=lambda one: (one.ends, one.package)), newest


def weakness_of(record: dict[str, Any], affected: dict[str, Any], name: str, version: str) -> Weakness:
    told = str(record.get("database_specific", {}).get("severity", UNTOLD)).upper()
    events = [event for span in affected.get("ranges", ()) for event in span["events"] if span["type"] == "ECOSYSTEM"]
    return Weakness(
        name,
        version,
        date.fromisoformat(record.get("published", record["modified"])[:10]),
        told if told in DAYS else UNTOLD,
        {record["id"], *record.get("aliases", ())},
        {event["fixed"] for event in events if "fixed" in event},
    )


def add(found: list[Weakness], new: Weakness) -> None:
    """GitHub and the PyPA tell of the same weakness under names of their own."""
    for one in found:
        if one.package == new.package and one.names & new.names:
            one.take_in(new)
            return
    found.append(new)


def sentences(found: list[Weakness], day: date) -> Iterator[tuple[str, bool]]:
    """A line for each weakness, and whether it is past its time."""
    for one in found:
        left = (one.ends - day).days
        when = f"{left} days left" if left >= 0 else f"{-left} days past its time"
        mended = f"mended in {', '.join(sorted(one.mended_in))}" if one.mended_in else "not mended by its authors yet"
        yield (
            f"{one.package} {one.version}: {', '.join(sorted(one.names))}, {one.weight.lower()}, {mended}: {when}",
            left < 0,
        )


def main(arguments: list[str] | None = None, folder: Path = HERE) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path, help="OSV's all.zip for PyPI")
    parser.add_argument("--day", type=date.fromisoformat, default=date.today(), help="the day to judge by")  # noqa: DTZ011
    asked = parser.parse_args(arguments)
    packages = pinned(folder)
    found, newest = weaknesses(packages, asked.database)
    lines = list(sentences(found, asked.day))
    raised = date.fromisoformat((folder / "raised").read_text().strip())
    if (asked.day - raised).days > RAISED_EVERY:
        lines.append(
            (f"All packages were raised on {raised}, more than {RAISED_EVERY} days ago: `make requirements`", True)
        )
    if (asked.day - newest).days > DATABASE_DAYS:
        lines.append((f"The database is of {newest}: fetch a newer one", True))
    for line, _ in lines:
        print(line)
    print(f"{len(packages)} packages, {len(found)} known weaknesses")
    return int(any(is_late for _, is_late in lines))


if __name__ == "__main__":
    sys.exit(main())
