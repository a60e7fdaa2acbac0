"""Import the archive of a PicPeak event, or all events of a server; see apps.uploads.remote."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from apps.uploads.management.commands import import_immich
from apps.uploads.remote.picpeak import PicpeakArchive
from apps.uploads.remote.picpeak_server import PicpeakServer
from apps.uploads.remote.source import RemoteSource


class Command(import_immich.Command):
    """The same out of one file, or from PicPeak's API with a token from the environment."""

    help = "Import PicPeak: photos, categories as sections, favourites and stars. A server's token is PICPEAK_TOKEN."

    def add_source(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", help="the archive of an event, or the address of a server")
        parser.add_argument("--album", metavar="TITLE", default="", help="the gallery; the archive's name without it")

    def source(self, options: dict[str, Any]) -> RemoteSource:
        """Raises RemoteFault, CommandError."""
        if "://" not in options["archive"]:
            return PicpeakArchive(Path(options["archive"]).expanduser(), options["album"])
        if "PICPEAK_TOKEN" not in os.environ:
            raise CommandError("Put the API token into PICPEAK_TOKEN.")
        return PicpeakServer(options["archive"], os.environ["PICPEAK_TOKEN"])
