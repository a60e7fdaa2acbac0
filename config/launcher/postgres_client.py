"""A client program of the wheel against the running embedded PostgreSQL, as its superuser.

    python -m config.launcher.postgres_client pg_dump --format=custom glassine > glassine.dump

Row-level security binds even the owner of the tables, so only the superuser dumps all rows.
"""

import os
import sys

from config.env import current
from config.launcher.paths import POSTGRES_PORT, SUPERUSER, Places
from config.launcher.postgres import binary
from config.launcher.process import Trouble


def main() -> None:
    """Becomes the program. Ends with a sentence when there is no such program or no server to talk to."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    places = Places(current().data)
    if not places.postgres_socket.exists():
        sys.exit(f"No embedded PostgreSQL runs on {places.data}; start it, for example with `make run`.")
    os.environ |= {
        "PGHOST": str(places.sockets),
        "PGPORT": str(POSTGRES_PORT),
        "PGUSER": SUPERUSER,
        "PGPASSWORD": places.password(SUPERUSER),
    }
    try:
        program = binary(sys.argv[1])
    except Trouble as trouble:
        sys.exit(str(trouble))
    if not program.exists():
        sys.exit(f"{sys.argv[1]} is no program of PostgreSQL.")
    os.execv(program, [str(program), *sys.argv[2:]])


if __name__ == "__main__":
    main()
