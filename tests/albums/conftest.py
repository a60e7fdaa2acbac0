"""Fixtures of the albums' tests."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections


@pytest.fixture(scope="session")
def may_analyze(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let tests refresh the planner's statistics, as the autovacuum does in the background."""
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        cursor.execute("grant maintain on all tables in schema public to glassine_app")
