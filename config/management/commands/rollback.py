"""Go back to what was before the last upgrade; see config.launcher.rollback."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.launcher import rollback


class Command(BaseCommand):
    help = "Put database, code and packages back to what was before the last upgrade. Glassine must not run."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it")
        parser.add_argument("--forget", action="store_true", help="remove the copies instead")

    def handle(self, *args: Any, **options: Any) -> None:
        code = rollback.main([f"--{name}" for name in ("yes", "forget") if options[name]])
        if code:
            sys.exit(code)
