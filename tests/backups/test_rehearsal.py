"""G57 as an operator lives it: an installation is backed up, destroyed, and brought back elsewhere by the commands."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.amounts import LONG, amount
from tests.gallery_guest import GalleryGuest, share
from tests.installation import ROOT, Installation, bare_environment, noise

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not LONG, reason="thousands of photos: make long"),
]

PHOTOS, SENDERS = amount(suite=40, long=5_000), 4
KEY = "a passphrase that nobody guesses"


def test_five_thousand_photos_come_back_elsewhere_and_the_drill_catches_what_would_not(tmp_path: Path) -> None:
    here, place = Installation(tmp_path / "here").move_in(), tmp_path / "backup"
    with here:
        album, token, guest, chosen = _used(here)
        here.stop()
    before = _tables(here.data, tmp_path / "before.json"), _bytes(here.data)
    assert len(before[1]) >= PHOTOS
    _with_services(here.data, "manage.py", "backup", str(place))

    for fault in (_deleted, _flipped, _truncated):
        broken = tmp_path / f"backup{fault.__name__}"
        # Names of the same files: what is broken is written anew.
        subprocess.run(["cp", "-al", str(place), str(broken)], check=True)
        fault(broken)
        assert _with_services(here.data, "manage.py", "restore", str(broken), "--drill", fails=True) != 0
        shutil.rmtree(broken)
    _with_services(here.data, "manage.py", "restore", str(place), "--drill")

    shutil.rmtree(here.data)
    there = Installation(tmp_path / "there")
    _with_services(there.data, "manage.py", "migrate", "--database", "owner", "--no-input")
    _with_services(there.data, "manage.py", "restore", str(place), "--yes")
    assert _tables(there.data, tmp_path / "after.json") == before[0]
    assert _bytes(there.data) == before[1]
    _with_services(there.data, "manage.py", "fsck")
    with there:
        assert len(there.photos(album)) == PHOTOS
        assert there.client().http.get("/", follow_redirects=True).status_code == 200
        # The guest's own pass goes on, and so do the link with its password, and the list.
        guest.url = there.url
        assert guest.hearts() == chosen
        GalleryGuest(there.url, token, "Ben", password="come in")


def _used(here: Installation) -> tuple[str, str, GalleryGuest, set[str]]:
    """An album, its link, a guest, and the photos that the guest chose."""
    album = here.make_album("To be lost")
    browsers = [here.client() for _ in range(SENDERS)]

    def send(number: int) -> None:
        browsers[number % SENDERS].put(album, noise(20), f"IMG_{number:05}.jpg", number=number).raise_for_status()

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, range(PHOTOS)))
    photos = here.wait_ready(album, PHOTOS, timeout=1800)
    token = share(here, album, favourite=True)
    with here.api() as api:
        [link] = api.get(f"/api/albums/{album}/share").json()["results"]
        api.patch(f"/api/albums/{album}/share/{link['id']}", json={"password": "come in"}).raise_for_status()
    guest = GalleryGuest(here.url, token, "Anna", password="come in")
    chosen = {str(photo["id"]) for photo in photos[:: PHOTOS // 20]}
    for photo in chosen:
        guest.heart(photo, on=True).raise_for_status()
    return album, token, guest, chosen


def _with_services(data: Path, *command: str, fails: bool = False) -> int:
    """Run a command of ours beside the databases of `data` alone; its exit code, which is 0 unless it may fail."""
    launcher = [sys.executable, "-m", "config.launcher.main", "--only", "postgres,redis", "--data", str(data), "--"]
    done = subprocess.run(
        [*launcher, sys.executable, *command],
        cwd=ROOT,
        env={**bare_environment(), "GLASSINE_DATA": str(data), "GLASSINE_BACKUP_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert fails or done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.returncode


def _tables(data: Path, file: Path) -> dict[str, str | None]:
    _with_services(data, "-m", "tests.backups.tables", str(file))
    told: dict[str, str | None] = json.loads(file.read_text())
    return told


def _bytes(data: Path) -> dict[str, str]:
    """The hash of each object by its key; what is received or set aside does not count."""
    root = data / "storage"
    files = (path for path in root.rglob("*") if path.is_file() and not path.relative_to(root).parts[0].startswith("."))
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# -- what may befall a backup --------------------------------------------------------------------------------------


def _deleted(place: Path) -> None:
    _a_blob(place).unlink()


def _flipped(place: Path) -> None:
    blob = _a_blob(place)
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    _write_anew(blob, bytes(data))


def _truncated(place: Path) -> None:
    [table] = (place / "snapshots").glob("*/albums_photo.gz")
    data = table.read_bytes()[:-30]
    _write_anew(table, data)


def _write_anew(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def _a_blob(place: Path) -> Path:
    return min(path for path in (place / "blobs").rglob("*") if path.is_file())
