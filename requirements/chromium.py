"""Print the path of a Chromium for the browser tests: $CHROMIUM, one on the PATH, Playwright's, or apt's.

Ends with a sentence when there is none and none can be installed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    given = os.environ.get("CHROMIUM")
    if given and not os.access(given, os.X_OK):
        sys.exit(f"CHROMIUM is {given!r}, which is no program that can be run.")
    found = given or on_path() or of_playwright() or from_apt()
    if not found:
        sys.exit(
            "The browser tests need Chromium. Install it, for example with `apt-get install chromium`, or set "
            "CHROMIUM to its path. `make quick` runs the tests that need none."
        )
    print(found)


def on_path() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


def of_playwright() -> str | None:
    """The browser that `playwright install chromium` has downloaded, if somebody ran it."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    found = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


def from_apt() -> str | None:
    """Debian's Chromium, installed now. Only root may do that."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing Chromium for the browser tests with apt-get", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *step], env=quiet, stdout=sys.stderr, check=False)
    return on_path()


if __name__ == "__main__":
    main()
