"""A guest of a running installation, who takes photos home over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.installation import ROOT, Installation


@dataclass(frozen=True)
class Guest:
    """path: of the share link.  cookies: what the browser holds since it opened the link."""

    url: str
    path: str
    cookies: dict[str, str]

    def archive(self, what: str = "all", size: str = "original") -> str:
        """Address of an archive."""
        return f"{self.path}download.zip?what={what}&size={size}"

    def photo(self, photo_id: str) -> str:
        """Address of one photo in the largest size that the link gives."""
        return f"{self.path}photos/{photo_id}/download/"

    def take(self, address: str, file: Path, *, headers: dict[str, str] | None = None, timeout: float = 90) -> int:
        """Write what lies there to a file, after waiting for what is being prepared; the status.

        Raises AssertionError for another status than 200 and 206, and where fewer bytes came than were announced.
        """
        end = time.monotonic() + timeout
        while True:
            # What becomes ready while the page about it is made is told by a redirect to the same address.
            with httpx.stream(
                "GET",
                f"{self.url}{address}",
                headers=headers,
                cookies=self.cookies,
                timeout=60,
                follow_redirects=True,
            ) as answer:
                if answer.status_code == 503 and time.monotonic() < end:
                    time.sleep(0.5)
                    continue
                assert answer.status_code in (200, 206), answer.read()[:2000]
                with file.open("wb") as out:
                    for chunk in answer.iter_raw():
                        out.write(chunk)
                assert file.stat().st_size == int(answer.headers["content-length"])
                return answer.status_code

    def head(self, address: str) -> httpx.Headers:
        """What is announced there."""
        answer = httpx.head(f"{self.url}{address}", cookies=self.cookies, timeout=60)
        assert answer.status_code == 200
        return answer.headers


def invited(glassine: Installation, album: str, **rights: str) -> Guest:
    """Make an album live, share it with these rights, and open the link once."""
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        link = api.post(f"/api/albums/{album}/share", json={"label": "Guests", "rights": rights})
        link.raise_for_status()
    path = httpx.URL(link.json()["url"]).path
    page = httpx.get(f"{glassine.url}{path}", timeout=30)
    page.raise_for_status()
    return Guest(glassine.url, path, dict(page.cookies))


def inside(glassine: Installation, *command: str) -> None:
    """Run `tests.sharing.inside` on the installation's own data."""
    kept = {name: value for name, value in os.environ.items() if name not in ("STORAGE", "REDIS_URL")}
    environment = {name: value for name, value in kept.items() if not name.startswith(("DATABASE_", "GLASSINE_"))}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "GLASSINE_DATA": str(glassine.data),
        "GLASSINE_PORT": str(glassine.port),
    }
    done = subprocess.run([sys.executable, "-m", "tests.sharing.inside", *command], cwd=ROOT, env=environment)
    assert done.returncode == 0
