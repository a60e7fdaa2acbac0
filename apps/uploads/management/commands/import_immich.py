"""Import the albums of an Immich server; see apps.uploads.remote."""

import json
import os
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.media.management.studios import chosen
from apps.uploads.management.commands.upload import owner_of
from apps.uploads.remote.http import RemoteFault
from apps.uploads.remote.immich import Immich
from apps.uploads.remote.source import RemoteImport, RemoteSource


class Command(BaseCommand):
    """The key comes from the environment, so that no list of processes shows it."""

    help = "Import galleries from Immich: order, captions, favourites, stars, tags and names. The key is IMMICH_KEY."

    def add_source(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", metavar="URL")

    def source(self, options: dict[str, Any]) -> RemoteSource:
        """What is imported. Raises RemoteFault or CommandError."""
        if "IMMICH_KEY" not in os.environ:
            raise CommandError("Put the API key into IMMICH_KEY.")
        return Immich(options["url"], os.environ["IMMICH_KEY"])

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_source(parser)
        parser.add_argument("--studio", metavar="SLUG", required=True)
        parser.add_argument(
            "--dry-run", action="store_true", help="read everything, keep nothing, say what would happen"
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="a line of JSON for each file")

    def handle(self, *args: Any, **options: Any) -> None:
        [studio] = chosen(options["studio"])
        outcomes: Counter[str] = Counter()
        with (options["report"] or Path(os.devnull)).open("w") as report:
            try:
                for one in RemoteImport(studio, owner_of(studio), self.source(options), options["dry_run"]).run():
                    outcomes[one.outcome] += 1
                    report.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
                    if one.outcome == "rejected":
                        self.stderr.write(self.style.ERROR(f"{one.path}: {one.reason}"))
            except RemoteFault as fault:
                raise CommandError(str(fault)) from fault
        told = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items())) or "no photos"
        self.stdout.write(f"{outcomes.total()} files: {told}.")
        if outcomes["rejected"]:
            raise CommandError(f"{outcomes['rejected']} files could not be imported.")
