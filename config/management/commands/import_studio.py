"""Bring a studio from another installation; see apps.portability."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.backups.envelope import BackupDamaged
from apps.portability.imports import Imported, import_studio
from apps.portability.source import Source
from apps.web.refusal import Refusal


class Command(BaseCommand):
    help = "Import the export of a studio with all its ids. GLASSINE_EXPORT_KEY brings the links' addresses along."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE|FOLDER", type=Path, help="an archive, or a folder of them")
        parser.add_argument("--dry-run", action="store_true", help="read and try everything, and leave nothing")
        parser.add_argument("--slug", default="", help="another address for the studio")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Source.of(options["source"]) as source:
                imported = import_studio(
                    source,
                    passphrase=os.environ.get("GLASSINE_EXPORT_KEY", ""),
                    slug=options["slug"],
                    is_dry=options["dry_run"],
                    tell=self.stdout.write,
                )
        except (Refusal, BackupDamaged, OSError) as error:
            raise CommandError(str(error)) from error
        self._report(imported, is_dry=options["dry_run"])

    def _report(self, imported: Imported, *, is_dry: bool) -> None:
        done = "Would import" if is_dry else "Imported"
        rows = sum(imported.rows.values())
        self.stdout.write(f"{done} {imported.studio} as {imported.slug}: {rows:,} rows, {imported.files:,} files.")
        for line in _told(imported):
            self.stdout.write(line)
        for key in imported.missing:
            self.stderr.write(self.style.ERROR(f"{key} is not in the export, or not whole"))
        if imported.missing:
            raise CommandError(f"Files missing: {len(imported.missing):,}. Their photos are marked as damaged.")


def _told(imported: Imported) -> Iterator[str]:
    """What came along, and what somebody has to do."""
    yield from (f"  {table}: {count:,}" for table, count in sorted(imported.rows.items()) if count)
    if imported.known_people:
        yield f"Accounts that were here: {', '.join(imported.known_people)}"
    if imported.secrets.no_password:
        yield f"People who choose a new password by “Forgot password”: {imported.secrets.no_password:,}"
    if imported.secrets.new_tokens:
        yield f"Links with a new address, to be sent again: {imported.secrets.new_tokens:,}"
    if imported.secrets.closed:
        yield f"Links that stay closed until they get a new password: {imported.secrets.closed:,}"
