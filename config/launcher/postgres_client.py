"""Run a client program of the wheel (psql, pg_dump ...) against the embedded PostgreSQL, as its superuser.

    python -m config.launcher.postgres_client pg_dump --format=custom glassine > glassine.dump

Row-level security binds even the owner of the tables, so only the superuser dumps all rows.
"""

import os
import sys

from config.env import current
from config.launcher.paths import POSTGRES_PORT, SUPERUSER, Paths
from config.launcher.postgres import program
from config.launcher.process import LaunchError


def main() -> None:
    """Exec the program. Exits with a sentence when there is no such program, or no server runs."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    paths = Paths(current().data)
    if not paths.postgres_socket.exists():
        sys.exit(f"No embedded PostgreSQL runs on {paths.data}; start it, for example with `make run`.")
    os.environ |= {
        "PGHOST": str(paths.sockets),
        "PGPORT": str(POSTGRES_PORT),
        "PGUSER": SUPERUSER,
        "PGPASSWORD": paths.password(SUPERUSER),
    }
    try:
        path = program(sys.argv[1])
    except LaunchError as error:
        sys.exit(str(error))
    if not path.exists():
        sys.exit(f"{sys.argv[1]} is no program of PostgreSQL.")
    os.execv(path, [str(path), *sys.argv[2:]])


if __name__ == "__main__":
    main()
