"""The programs with which people open a ZIP: each tests it, unpacks it, and says what it found."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# For each program: how it tests an archive, and how it unpacks one into the current directory.
READERS = {
    "unzip": (["unzip", "-tqq"], ["unzip", "-qq", "-o"]),
    "7z": (["7z", "t", "-bd", "-bso0"], ["7z", "x", "-y", "-bd", "-bso0"]),
    "bsdtar": (["bsdtar", "-tf"], ["bsdtar", "-xf"]),
    "python": ([sys.executable, "-m", "zipfile", "-t"], [sys.executable, "-m", "zipfile", "-e"]),
}


def is_installed(reader: str) -> bool:
    return shutil.which(READERS[reader][0][0]) is not None


def unpacked(reader: str, archive: Path) -> dict[str, str]:
    """SHA-256 by path of all files that this program unpacks, after it has tested the archive.

    Raises AssertionError with its words when it has anything to complain of.
    """
    test, unpack = READERS[reader]
    _run(reader, [*test, str(archive)], archive.parent)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        here = Path(folder)
        _run(reader, [*unpack, str(archive), *(["."] if reader == "python" else [])], here)
        return {path.relative_to(here).as_posix(): sha256_of(path) for path in here.rglob("*") if path.is_file()}


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(manifest: str) -> dict[str, str]:
    """SHA-256 by path as the manifest of an archive tells them."""
    return {row["name"]: row["sha256"] for row in csv.DictReader(manifest.splitlines())}


def _run(reader: str, command: list[str], folder: Path) -> None:
    # Names beyond ASCII are written as they are only where the locale knows them.
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode or done.stderr.strip():
        raise AssertionError(f"{reader}: {done.returncode} {(done.stderr + done.stdout)[-2000:]}")
