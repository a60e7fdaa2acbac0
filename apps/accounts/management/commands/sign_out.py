"""manage.py sign_out EMAIL | --everyone"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts import browser_sessions
from apps.accounts.models import User


class Command(BaseCommand):
    help = "End all sessions of a person, or everyone, in browsers and programs. Accounts and API keys stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("email", nargs="?")
        who.add_argument("--everyone", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.order_by("pk")
        if not options["everyone"]:
            people = people.filter(email=options["email"].strip().lower())
        count = 0
        for user in people.iterator():
            browser_sessions.end_others(user, None)
            count += 1
        if not count:
            raise CommandError(f"There is no account with the email address {options['email']}.")
        self.stdout.write(f"Signed out everywhere: {count} of the accounts.")
