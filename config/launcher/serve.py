"""Exec one part of Glassine in this process, for a machine that has a supervisor of its own.

    python -m config.launcher.serve set-up|web|worker|video|faces|beat

set-up runs the migrations, collects the static files, makes the first owner, and exits.
"""

import os
import sys
import tempfile
from pathlib import Path

from config.env import current
from config.launcher import ran_before
from config.launcher.application import NAMES, Application
from config.launcher.process import LaunchError


def main() -> None:
    """Exits with a sentence when the environment is junk or a step of the set-up fails."""
    part = sys.argv[1] if len(sys.argv) == 2 else ""
    if part not in ("set-up", *NAMES):
        sys.exit(__doc__)
    env = current()
    os.environ["GLASSINE_DATA"] = str(env.data)
    # beat alone writes there, and what it writes may be lost.
    app = Application.of(env, Path(tempfile.gettempdir()))
    if part == "set-up":
        try:
            app.set_up()
            app.collect_static()
            ran_before.note(env.data)
        except LaunchError as error:
            sys.exit(str(error))
        return
    command = app.command(part)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
