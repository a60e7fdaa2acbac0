"""Says what to do when there is no database to test with, instead of failing a thousand times."""

import pytest
from django.conf import settings

from config.launcher.probe import is_listening


def pytest_sessionstart(session: pytest.Session) -> None:
    database = settings.DATABASES["default"]
    if not session.config.option.collectonly and not is_listening(database["HOST"], int(database["PORT"])):
        pytest.exit(
            "No PostgreSQL answers. `make test` brings one; for single runs keep one up with "
            "`.venv/bin/python -m config.launcher.main --only postgres,redis --data var/test`.",
            returncode=2,
        )
