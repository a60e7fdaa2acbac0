"""Make the records of a library again from its gold copies; see apps.uploads.rebuild."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.media.management.studios import chosen
from apps.uploads.management.commands.upload import owner_of
from apps.uploads.rebuild import Rebuilding


class Command(BaseCommand):
    """Begun again after a break it goes on: files that are there already are told as duplicates."""

    help = "Make photos with their captions, keywords, stars, labels, flags, places and times from gold copies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-gold", dest="folder", type=Path, metavar="FOLDER", required=True)
        parser.add_argument("--studio", metavar="SLUG", required=True)
        parser.add_argument("--album", metavar="TITLE", default="", help="one gallery for all of it")

    def handle(self, *args: Any, **options: Any) -> None:
        [studio] = chosen(options["studio"])
        root = options["folder"].expanduser()
        if not root.is_dir():
            raise CommandError(f"{root} is no folder.")
        outcomes: Counter[str] = Counter()
        for one in Rebuilding(studio, owner_of(studio), root, options["album"]).run():
            outcomes[one.outcome] += 1
            if one.outcome == "rejected":
                self.stderr.write(self.style.ERROR(f"{one.path}: {one.reason}"))
        told = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items())) or "no photos"
        self.stdout.write(f"{outcomes.total()} files: {told}.")
        if outcomes["rejected"]:
            raise CommandError(f"{outcomes['rejected']} files could not be taken.")
