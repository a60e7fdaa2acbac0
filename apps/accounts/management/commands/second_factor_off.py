"""Let somebody in by the password alone, who has lost the phone and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts import second_factor
from apps.accounts.models import User


class Command(BaseCommand):
    help = "Switch two-step sign-in off for a person who lost the phone and the recovery codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no account with the email address {options['email']}.")
        second_factor.turn_off(user)
        self.stdout.write(f"{user.email} signs in with the password alone now. Make sure that it was they who asked.")
