"""Open another studio in a running installation: `python -m tests.bench.second_studio EMAIL PASSWORD`, with its
environment."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from apps.accounts.models import User  # noqa: E402
from apps.accounts.sign_up import open_studio  # noqa: E402


def main() -> None:
    email, password = sys.argv[1:]
    owner = User.objects.create_user(email=email, password=password, name="Neighbour")
    open_studio(owner, "The neighbour")


if __name__ == "__main__":
    main()
