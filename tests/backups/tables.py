"""A hash over all rows of each table that is backed up, of all studios: `python -m tests.backups.tables FILE`, with the
environment of an installation whose database is up."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from tests.backups.rows import fingerprints  # noqa: E402


def main() -> None:
    Path(sys.argv[1]).write_text(json.dumps(fingerprints()))


if __name__ == "__main__":
    main()
