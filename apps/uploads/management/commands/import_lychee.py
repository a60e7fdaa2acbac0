"""Import a Lychee installation that lies on the server's disk; see apps.uploads.remote.lychee."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from apps.uploads.management.commands import import_immich
from apps.uploads.remote.lychee import LycheeFolder
from apps.uploads.remote.source import RemoteSource


class Command(import_immich.Command):
    """The same as from a server, out of a folder."""

    help = "Import Lychee: its galleries and sections, order, descriptions, stars, highlights, tags and people."

    def add_source(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="with database/database.sqlite and uploads/")

    def source(self, options: dict[str, Any]) -> RemoteSource:
        """Raises RemoteFault."""
        return LycheeFolder(options["folder"].expanduser())
