"""One part of Glassine as this very process, for a machine whose own supervisor watches it.

    python -m config.launcher.serve set-up|web|worker|beat

set-up makes tables, static files and the first owner, and ends.
"""

import os
import sys
import tempfile
from pathlib import Path

from config.env import current
from config.launcher.application import NAMES, App
from config.launcher.process import Trouble


def main() -> None:
    """Ends with a sentence when the environment or a step of the set-up is not in order."""
    part = sys.argv[1] if len(sys.argv) == 2 else ""
    if part not in ("set-up", *NAMES):
        sys.exit(__doc__)
    env = current()
    os.environ["GLASSINE_DATA"] = str(env.data)
    # beat alone writes there, and what it writes may be lost.
    app = App.of(env, Path(tempfile.gettempdir()))
    if part == "set-up":
        try:
            app.set_up()
        except Trouble as trouble:
            sys.exit(str(trouble))
        return
    command = app.command(part)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
