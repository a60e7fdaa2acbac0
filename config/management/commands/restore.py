"""Bring a backup back, or rehearse it; see apps.backups."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.backups.destination import Destination
from apps.backups.drill import drill
from apps.backups.envelope import BackupDamaged
from apps.backups.restore import restore
from apps.web.refusal import Refusal
from config.management.places import destination


class Command(BaseCommand):
    help = "Restore a backup into an installation that is up and empty, or one studio of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", metavar="SOURCE", help="a folder or s3://bucket/prefix")
        parser.add_argument("--yes", action="store_true", help="do it: rows are written")
        parser.add_argument("--studio", metavar="SLUG", help="only this studio, in the place of what it is now")
        parser.add_argument("--at", metavar="TIME", help="the last backup until then, as 2026-11-28T18:00+01:00")
        parser.add_argument("--drill", action="store_true", help="restore into a scratch database and compare")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            place = destination(options["source"])
            if options["drill"]:
                self._drill(place)
            else:
                self._restore(place, options)
        except (Refusal, BackupDamaged, OSError) as error:
            raise CommandError(str(error)) from error

    def _drill(self, place: Destination) -> None:
        run = drill(place)
        for problem in run.problems:
            self.stderr.write(self.style.ERROR(problem))
        self.stdout.write(f"{run.snapshot}: {run.message}")
        if run.problems:
            raise CommandError("This backup does not bring everything back.")

    def _restore(self, place: Destination, options: dict[str, Any]) -> None:
        at = _moment(options["at"])
        if not options["yes"]:
            raise CommandError(f"This would restore {place.snapshot(at)} from {place.place}. Add --yes to do it.")
        restored = restore(place, at=at, studio=options["studio"], tell=self.stdout.write)
        for key in restored.missing:
            self.stderr.write(self.style.ERROR(f"{key} is not in the backup, or not whole"))
        self.stdout.write(f"Restored {restored.snapshot}: {restored.files:,} files, {restored.fetched:,} fetched.")
        if restored.has_key:
            self.stdout.write("The secret key came along. Start Glassine again for it to take effect.")
        if restored.missing:
            raise CommandError(f"{len(restored.missing):,} files are missing; their photos are marked as damaged.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = parse_datetime(text)
    if moment is None:
        raise CommandError(f"{text} is no time. Write it as 2026-11-28T18:00+01:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
