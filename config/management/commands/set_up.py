"""`manage.py set_up`: what comes before the first process of a start, in one process, as each imports all of Django."""

import traceback
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import upgrade
from config.env import current


class Command(BaseCommand):
    help = "Run the migrations and make the first owner, or print a one-time code. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="the demo's owner is the first one")

    def handle(self, *args: Any, **options: Any) -> None:
        self._migrate()
        if options["demo"]:
            call_command("demo", account_only=True)
        else:
            call_command("first_owner")

    def _migrate(self) -> None:
        """Raises CommandError with the way back if migrations of an upgrade fail."""
        copy = upgrade.begin(current(), self.stdout.write)
        try:
            call_command("migrate", database="owner", interactive=False, skip_checks=True)
        except Exception:
            if copy is None:
                raise
            self.stderr.write(traceback.format_exc())
            raise CommandError(upgrade.FAILED) from None
        if copy is not None:
            upgrade.succeeded(current(), copy)
