"""`manage.py first_owner`: the first person of a new installation, or a code to become it in the browser."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from apps.accounts import sign_up


class Command(BaseCommand):
    help = "Make the first owner and studio from the environment, or print a one-time code. Does nothing later."

    def handle(self, *args: Any, **options: Any) -> None:
        if not sign_up.is_unowned():
            return
        email, password = settings.FIRST_OWNER
        if email and password:
            self._make(email, password)
        else:
            address = settings.PUBLIC_URL + reverse("accounts:first_run")
            code = sign_up.new_code()
            self.stdout.write(f"No one has an account here yet. Open {address} and enter this code: {code}")

    def _make(self, email: str, password: str) -> None:
        try:
            studio = sign_up.first_owner(email=email, password=password, studio_name="My studio")
        except sign_up.AlreadyOwned:
            # Another machine of the same installation was first.
            return
        self.stdout.write(f"{email} owns the studio {studio.slug}.")
