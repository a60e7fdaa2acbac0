"""Statements that follow an index go in one exchange, and the planner is as it was after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from apps.web.compiled_queries import together, written
from apps.web.index_order import together_in_index_order

pytestmark = pytest.mark.django_db(transaction=True)
SORTS = written("select current_setting('enable_sort'), %(number)s", {"number": 7})


def test_settings_hold_for_these_statements_alone_and_cost_no_exchange() -> None:
    sent = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            assert together_in_index_order(SORTS, SORTS) == [[("off", 7)], [("off", 7)]]
        assert len(sent) == 1
        assert together(SORTS) == [[("on", 7)]]
