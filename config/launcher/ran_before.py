"""Which version of Glassine ran here last: noted below the data once a start is well, read by one that upgrades it.

At that moment the code is the new one already, and nothing else would tell what to go back to.
"""

import hashlib
import json
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.launcher.process import ROOT

LISTS = ("base.txt", "ml.txt")


@dataclass(frozen=True)
class RanBefore:
    """revision: of git, "" where the code is no clone.  packages: SHA-256 over their lists.  at: when it was well."""

    revision: str
    packages: str
    at: datetime


def note(data: Path) -> None:
    """Note that the version at hand is well."""
    write(data, RanBefore(revision(), packages(), datetime.now(UTC)))


def write(data: Path, ran: RanBefore) -> None:
    """Note what a later rollback goes back to. Without the note it brings the database back and leaves the code."""
    with suppress(OSError):
        _file(data).write_text(json.dumps({**asdict(ran), "at": ran.at.isoformat()}))


def noted(data: Path) -> RanBefore | None:
    """What ran last, or None where nobody knows."""
    try:
        told = json.loads(_file(data).read_text())
        return RanBefore(str(told["revision"]), str(told["packages"]), datetime.fromisoformat(told["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _file(data: Path) -> Path:
    return data / "ran-last.json"


def packages() -> str:
    """SHA-256 over the lists of packages; an image of Docker holds one of them."""
    digest = hashlib.sha256()
    for path in (ROOT / "requirements" / name for name in LISTS):
        if path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_clone() -> bool:
    """Whether the code is a clone of its own, and does not just lie within somebody else's."""
    return (ROOT / ".git").exists()


def revision() -> str:
    """The commit of the code, or "" where git does not tell."""
    if not is_clone():
        return ""
    try:
        done = git("rev-parse", "HEAD")
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git on the code. Raises OSError where there is no git."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
