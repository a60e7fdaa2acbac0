"""Import the archive of a PicPeak event; see apps.uploads.remote.picpeak."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from apps.uploads.management.commands import import_immich
from apps.uploads.remote.picpeak import PicpeakArchive
from apps.uploads.remote.source import RemoteSource


class Command(import_immich.Command):
    """The same as from a server, out of one file."""

    help = "Import the archive of a PicPeak event: photos, categories as sections, guests' favourites and stars."

    def add_source(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--album", metavar="TITLE", default="", help="the gallery; the archive's name without it")

    def source(self, options: dict[str, Any]) -> RemoteSource:
        """Raises RemoteFault."""
        return PicpeakArchive(options["archive"].expanduser(), options["album"])
