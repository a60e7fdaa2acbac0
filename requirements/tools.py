"""Install Debian's programs that some tests drive: nginx, PgBouncer, exiftool, and programs that open ZIP archives.

As root on Debian they are installed by apt; elsewhere this only says what is missing, and those tests are skipped
with the same words.
"""

import os
import shutil
import subprocess
import sys

PACKAGES = {
    "nginx": "nginx-light",
    "pgbouncer": "pgbouncer",
    "exiftool": "libimage-exiftool-perl",
    "unzip": "unzip",
    "7z": "p7zip-full",
    "bsdtar": "libarchive-tools",
}
# Debian's nginx lies where an ordinary user's PATH does not lead.
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def missing() -> list[str]:
    return [name for name in PACKAGES if not shutil.which(name, path=PLACES)]


def main() -> None:
    wanted = missing()
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {', '.join(wanted)} for some tests with apt-get", file=sys.stderr, flush=True)
        install([PACKAGES[name] for name in wanted])
    if wanted := missing():
        print(f"Without {', '.join(wanted)} some tests are skipped.", file=sys.stderr, flush=True)


def install(packages: list[str]) -> None:
    # At run level 1 a package's service is not started: the tests start their own.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *step], env=quiet, stdout=sys.stderr, check=False)


if __name__ == "__main__":
    main()
