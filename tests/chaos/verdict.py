"""After the storm: what was acknowledged beside what is there."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import psycopg

from config.launcher.paths import SUPERUSER, Paths
from tests.bench.house import environment_of
from tests.chaos.crowd import Crowd
from tests.installation import ROOT, Installation, sha256

# What is counted beside the rows that it counts. Each statement gives (kept, counted).
COUNTERS = {
    "files of the studio": """select sum(files_used)::bigint, (select count(*) from albums_version)
        from accounts_studio""",
    "bytes of the studio": """select sum(bytes_used)::bigint, (select coalesce(sum(b.size), 0)::bigint
        from albums_version v join media_blob b on b.id = v.blob_id) from accounts_studio""",
    "files that are damaged": """select count(*), 0 from media_blob
        where state = 'damaged' or alarmed_at is not null""",
}


def findings(glassine: Installation, crowd: Crowd, *, timeout: float) -> tuple[list[str], dict[str, Any]]:
    """What is not as it was acknowledged, in words, and figures. Empty is good."""
    ledger, found = crowd.ledger, list(crowd.ledger.wrong)
    glassine.wait_well(240)
    live = {digest: photo for digest, photo in ledger.photos.items() if photo not in ledger.trashed}
    photos = glassine.wait_ready(crowd.album, len(live), timeout)
    there = [photo["sha256"] for photo in photos]
    found += [f"{len(set(live) - set(there))} acknowledged photos are not there"] if set(live) - set(there) else []
    found += [f"{len(set(there) - set(live))} photos are there that nobody has"] if set(there) - set(live) else []
    found += [f"{len(there) - len(set(there))} photos are there twice"] if len(there) != len(set(there)) else []
    given_up = [photo["camera_name"] for photo in photos if not photo["ready"]]
    found += [f"{len(given_up)} photos are not ready: {given_up[:5]}"] if given_up else []
    found += _bytes(glassine, photos)
    found += _marks(glassine, crowd, photos)
    found += _trash(glassine, crowd)
    found += _work(glassine, timeout)
    found += _counters(glassine, crowd, len(live))
    found += _fsck(glassine)
    return found, {"photos": len(ledger.photos), "live": len(live), "trashed": len(ledger.trashed)}


def _bytes(glassine: Installation, photos: list[dict[str, Any]]) -> list[str]:
    """Every original read again from where it lies."""
    wrong = []
    # A client for a few: its token is good for some minutes.
    for start in range(0, len(photos), 100):
        with glassine.api() as api:
            for photo in photos[start : start + 100]:
                answer = api.get(f"/api/photos/{photo['id']}/original", follow_redirects=True)
                if answer.status_code != 200 or sha256(answer.content) != photo["sha256"]:
                    wrong.append(photo["id"])
    return [f"the bytes of {len(wrong)} photos are not those that were sent"] if wrong else []


def _marks(glassine: Installation, crowd: Crowd, photos: list[dict[str, Any]]) -> list[str]:
    rated = {photo["id"]: photo["rating"] for photo in photos}
    lost = [photo for photo, rating in crowd.ledger.ratings.items() if rated.get(photo) != rating]
    found = [f"{len(lost)} of {len(crowd.ledger.ratings)} acknowledged stars are not there"] if lost else []
    hearts = crowd.guest.hearts()
    if hearts != crowd.ledger.hearts:
        missing, extra = len(crowd.ledger.hearts - hearts), len(hearts - crowd.ledger.hearts)
        found.append(f"of {len(crowd.ledger.hearts)} acknowledged hearts {missing} are missing, {extra} are too many")
    return found


def _trash(glassine: Installation, crowd: Crowd) -> list[str]:
    query = "select id::text from albums_photo where trashed_at is not null"
    trashed = {str(pk) for (pk,) in rows(glassine, query)}
    same = trashed == crowd.ledger.trashed
    return [] if same else [f"{len(trashed ^ crowd.ledger.trashed)} photos are in the trash or out of it wrongly"]


def _work(glassine: Installation, timeout: float) -> list[str]:
    """Jobs that are due come to their end, and none was given up."""
    due = "select count(*) from jobs_job where state = 'running' or state = 'pending' and not_before < now()"
    end = time.monotonic() + timeout
    while (left := rows(glassine, due)[0][0]) and time.monotonic() < end:
        time.sleep(1)
    found = [f"{left} jobs are never done"] if left else []
    given_up = rows(glassine, "select kind, error from jobs_job where state = 'quarantined'")
    return found + ([f"{len(given_up)} jobs were given up: {given_up[:3]}"] if given_up else [])


def _counters(glassine: Installation, crowd: Crowd, live: int) -> list[str]:
    found = []
    for name, query in COUNTERS.items():
        [(kept, counted)] = rows(glassine, query)
        found += [f"{name}: {kept} are kept, {counted} are there"] if kept != counted else []
    with glassine.api() as api:
        shown = api.get(f"/api/albums/{crowd.album}").json()["photo_count"]
    found += [f"the album shows {shown} photos of {live}"] if shown != live else []
    told = _manage(glassine, "rebuild_library")
    found += [f"the library: {told.stdout.strip()}"] if ": 0 photos put right" not in told.stdout else []
    return found


def _fsck(glassine: Installation) -> list[str]:
    told = _manage(glassine, "fsck")
    return [f"fsck: {told.stdout[-2000:]}{told.stderr[-2000:]}"] if told.returncode else []


def _manage(glassine: Installation, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**environment_of(glassine), **glassine.environment}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def rows(glassine: Installation, query: str) -> list[tuple[Any, ...]]:
    """Of all studios."""
    with psycopg.connect(Paths(glassine.data).database_url(SUPERUSER), connect_timeout=10) as connection:
        return connection.execute(query).fetchall()
