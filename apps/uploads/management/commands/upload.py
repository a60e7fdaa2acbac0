"""Upload a folder of the server's own disk; see apps.uploads.folder_import."""

import json
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.media.management.studios import chosen
from apps.uploads.folder_import import FolderImport
from apps.uploads.intake import ImportedFile


class Command(BaseCommand):
    """Begun again after a break it goes on: files that are there already are told as duplicates."""

    help = "Upload a folder: galleries and sections from its folders, stars and captions from XMP sidecars."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--studio", metavar="SLUG", required=True)
        parser.add_argument("--album", metavar="TITLE", default="", help="one gallery for all of it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--report", type=Path, metavar="FILE", help="a line of JSON for each file")

    def handle(self, *args: Any, **options: Any) -> None:
        [studio] = chosen(options["studio"])
        root = options["folder"].expanduser()
        if not root.is_dir():
            raise CommandError(f"{root} is no folder.")
        outcomes = self._go_on(self.job(studio, root, options), options)
        if outcomes["rejected"]:
            raise CommandError(f"{outcomes['rejected']} files could not be uploaded.")

    def job(self, studio: Studio, root: Path, options: dict[str, Any]) -> FolderImport:
        """What is to be done. Raises CommandError."""
        return FolderImport(studio, owner_of(studio), root, options["album"])

    def _go_on(self, job: FolderImport, options: dict[str, Any]) -> Counter[str]:
        files = job.files()
        total, done = sum(size for _, size in files), 0
        sizes = dict(files)
        outcomes: Counter[str] = Counter()
        report = options["report"].open("w") if options["report"] else None
        try:
            for number, one in enumerate(job.look() if options["dry_run"] else job.run(), start=1):
                outcomes[one.outcome] += 1
                done += sizes.get(one.path, 0)
                if report:
                    report.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
                self._tell(one, number, len(files), done, total)
        finally:
            if report:
                report.close()
        told = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items())) or "no photos"
        self.stdout.write(f"{len(files)} files: {told}.")
        return outcomes

    def _tell(self, one: ImportedFile, number: int, files: int, done: int, total: int) -> None:
        if one.outcome == "rejected":
            self.stderr.write(self.style.ERROR(f"{one.path}: {one.reason}"))
        elif self.stdout.isatty():
            percent = 100 * done // total if total else 100
            bar = "█" * (percent // 5)
            self.stdout.write(f"\r{bar:<20} {percent:3}%  {number:,} of {files:,}  {one.path[-40:]:<40}", ending="")
            if number == files:
                self.stdout.write("")


def owner_of(studio: Studio) -> User:
    """In whose name photos come: the studio's first owner."""
    with acting_in(studio):
        first = studio.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk").first()
    if first is None:
        raise CommandError(f"The studio {studio.slug} has no owner.")
    return first.user
