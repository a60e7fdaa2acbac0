"""Write everything of one studio into a folder; see apps.portability."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.portability import exports
from apps.portability.models import ExportPart
from apps.portability.packing import PackedPart
from apps.sharing.downloads.archive.body import Broken
from apps.web.refusal import Refusal


class Command(BaseCommand):
    help = "Write everything of a studio as archives into a folder. GLASSINE_EXPORT_KEY encrypts the links' secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the studio, by its address")
        parser.add_argument("folder", metavar="DEST", type=Path, help="a folder; it is made")

    def handle(self, *args: Any, **options: Any) -> None:
        with across_studios():
            studio = Studio.objects.filter(slug=options["slug"]).first()
        if studio is None:
            raise CommandError(f"There is no studio {options['slug']}.")
        folder: Path = options["folder"]
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            export = exports.make_now(studio, passphrase=os.environ.get("GLASSINE_EXPORT_KEY", ""))
            with acting_in(studio):
                parts = list(export.parts.order_by("number"))
            for row in parts:
                self._write(row, folder / row.name)
            with acting_in(studio):
                export.delete()
        except (Refusal, Broken, OSError) as error:
            raise CommandError(str(error)) from error
        if not export.has_secrets:
            self.stdout.write("Without GLASSINE_EXPORT_KEY the links get new addresses where this is imported.")

    def _write(self, row: ExportPart, path: Path) -> None:
        packed = PackedPart.of(row)
        with path.open("xb") as file:
            for chunk in packed.chunks(row.studio_id, 0, row.length - 1):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        self.stdout.write(f"{path}: {row.length:,} bytes")
