"""An upgrade as an operator lives it: it goes wrong, and `make rollback` brings back what was before it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.installation import ROOT, Installation, bare_environment, noise

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PHOTOS = 3
PARTS = ("apps", "config", "templates", "static", "requirements", "manage.py", "Makefile", ".gitignore")
MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("albums", "{after}")]
    operations = [migrations.RunSQL({sql!r})]
"""
RUINS = "alter table albums_album drop column title cascade"
FAILS = "select 1 / 0"


def test_what_an_upgrade_did_is_taken_back_and_the_old_version_runs_again(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "tree")
    here = Installation(tmp_path / "data")
    here.root = tree.root
    here.move_in()
    with here:
        album = here.make_album("Before the upgrade")
        browser = here.client()
        for number in range(PHOTOS):
            browser.put(album, noise(20), f"IMG_{number}.jpg", number=number).raise_for_status()
        photos = here.wait_ready(album, PHOTOS)
        here.stop()
        rows, files = _tables(here.data, tmp_path / "before.json"), _files(here.data)
        old = tree.revision()

        # It succeeds, and is used.
        new = tree.commit({"1001_index": "create index on albums_album (title)"})
        here.start()
        here.client().put(album, noise(20), "IMG_9.jpg", number=9).raise_for_status()
        here.wait_ready(album, PHOTOS + 1)
        assert "already runs" in tree.rollback(here.data, fails=True)
        here.stop()
        assert "1 photo and 0 galleries" in tree.rollback(here.data)
        assert tree.revision() == old

        # Another one fails half-way, behind a migration that changed tables.
        tree.checkout(new)
        tree.commit({"1001_index": RUINS, "1002_fails": FAILS})
        with pytest.raises(AssertionError, match="did not come up"):
            here.start()
        assert "`make rollback`" in here.log.read_text()
        tree.rollback(here.data)
        assert tree.revision() == old
        # What this one was before is what the first rollback left.
        assert _tables(here.data, tmp_path / "after.json") == rows

        here.starts -= 1
        here.start()
        assert [row["id"] for row in here.photos(album)] == [row["id"] for row in photos]
        # Nothing that was there is gone, and what came meanwhile is still there, too.
        there = _files(here.data)
        assert {name: there.get(name) for name in files} == files
        assert len(there) > len(files)


class Tree:
    """A clone of the code, with a commit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        # With what is compiled already.
        subprocess.run(["cp", "-a", *(str(ROOT / part) for part in PARTS), str(root)], check=True)
        self._make_environment()
        self._git("init", "--quiet", "--initial-branch", "main")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", "a version")
        self.migrations = root / "apps" / "albums" / "migrations"

    def _make_environment(self) -> None:
        """An environment of its own that holds the packages of this one, and is known to be complete."""
        ours, theirs = (ROOT / ".venv").resolve(), self.root / ".venv"
        theirs.mkdir()
        for name in ("bin", "lib"):
            (theirs / name).symlink_to(ours / name)
        (theirs / "pyvenv.cfg").write_bytes((ours / "pyvenv.cfg").read_bytes())
        stamp = (
            "import bootstrap as b; b.stamp('base').write_text(b.fingerprint('base')); assert b.is_installed('base')"
        )
        subprocess.run([sys.executable, "-c", stamp], cwd=self.root / "requirements", check=True)

    def revision(self) -> str:
        return self._git("rev-parse", "HEAD")

    def checkout(self, revision: str) -> None:
        self._git("checkout", "--quiet", revision)

    def commit(self, migrations: dict[str, str]) -> str:
        """A newer version, with more migrations; its revision."""
        after = max(path.stem for path in self.migrations.glob("0*.py"))
        for name, sql in migrations.items():
            (self.migrations / f"{name}.py").write_text(MIGRATION.format(after=after, sql=sql))
            after = name
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message", "a newer version")
        return self.revision()

    def rollback(self, data: Path, *, fails: bool = False) -> str:
        """What `make rollback` says."""
        done = subprocess.run(
            ["make", "--no-print-directory", f"PYTHON={sys.executable}", "rollback"],
            cwd=self.root,
            env={**bare_environment(), "GLASSINE_DATA": str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout
        return done.stdout

    def _git(self, *arguments: str) -> str:
        who = {f"GIT_{role}_{fact}": "test" for role in ("AUTHOR", "COMMITTER") for fact in ("NAME", "EMAIL")}
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**os.environ, **who}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


def _tables(data: Path, file: Path) -> dict[str, Any]:
    """A hash over the rows of each table."""
    launcher = [sys.executable, "-m", "config.launcher.main", "--only", "postgres,redis", "--data", str(data), "--"]
    subprocess.run(
        [*launcher, sys.executable, "-m", "tests.backups.tables", str(file)],
        cwd=ROOT,
        env={**bare_environment(), "GLASSINE_DATA": str(data)},
        capture_output=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(file.read_text())
    return told


def _files(data: Path) -> dict[str, str]:
    """The hash of each object by its key; what is received or set aside does not count."""
    root = data / "storage"
    found = (path for path in root.rglob("*") if path.is_file() and not path.relative_to(root).parts[0].startswith("."))
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
