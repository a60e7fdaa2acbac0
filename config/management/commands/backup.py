"""Back up the whole installation; see apps.backups."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.backups.backup import take
from apps.backups.verify import verify
from apps.web.refusal import Refusal
from config.management.places import destination


class Command(BaseCommand):
    help = "Write a backup of the database and of all files that it names into a folder or bucket."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("destination", nargs="?", metavar="DEST", help="a folder or s3://bucket/prefix")
        parser.add_argument("--verify", action="store_true", help="read all files of the backup again instead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            place = destination(options["destination"], create=not options["verify"])
            run = verify(place, everything=True) if options["verify"] else take(place)
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        for problem in run.problems:
            self.stderr.write(self.style.ERROR(problem))
        self.stdout.write(f"{run.snapshot}: {run.message}")
        if not place.is_encrypted:
            self.stdout.write(
                "It is not encrypted, so the secret key is not part of it. Keep "
                f"{settings.DATA / 'secret_key'} elsewhere: links cannot be shown again without it."
            )
        elif not options["verify"]:
            self.stdout.write("It is encrypted, and the secret key is part of it. Keep GLASSINE_BACKUP_KEY elsewhere.")
        if run.problems:
            raise CommandError("Not everything is as it should be.")
