"""`manage.py set_up`: what comes before the first process of a start, in one process, as each imports all of Django."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the migrations and make the first owner, or print a one-time code. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="the demo's owner is the first one")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", database="owner", interactive=False, skip_checks=True)
        if options["demo"]:
            call_command("demo", account_only=True)
        else:
            call_command("first_owner")
