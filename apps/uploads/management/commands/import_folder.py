"""Import what another system kept: its folder of files and the records that it wrote out of its database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from apps.accounts.models import Studio
from apps.uploads.folder_import import FolderImport
from apps.uploads.import_records import BadRecords, Records
from apps.uploads.management.commands import upload


class Command(upload.Command):
    """`upload` with records. A second run imports nothing and says so."""

    help = "Import a folder with XMP sidecars, folders by day or files by hash, and the CSV or JSON of their records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--records",
            type=Path,
            metavar="FILE",
            help="CSV, JSON or JSON lines: names, galleries, order, captions ...",
        )

    def job(self, studio: Studio, root: Path, options: dict[str, Any]) -> FolderImport:
        """The same, knowing what the records say. Raises CommandError."""
        job = super().job(studio, root, options)
        if options["records"]:
            try:
                job.records = Records.read(options["records"].expanduser())
            except BadRecords as bad:
                raise CommandError(str(bad)) from bad
        return job
