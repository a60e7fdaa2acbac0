"""The connection to PostgreSQL: a lost one is seen without a question, and a transaction begins with one exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from apps.accounts.tenancy import acting_in
from apps.web.postgres.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_healthy_connection_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    asked: list[object] = []
    monkeypatch.setattr(DatabaseWrapper.__base__, "is_usable", lambda self: asked.append(self))
    assert connection.is_usable()
    assert asked == []


def test_a_connection_that_the_server_ended_is_seen() -> None:
    pid = _end_from_elsewhere()
    assert not connection.is_usable()
    connection.close()
    assert _backend() != pid


def test_a_closed_connection_is_not_usable() -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()


def test_the_first_statement_counts_in_the_transaction_that_begins_with_it() -> None:
    with transaction.atomic():
        connection.begin("select set_config('app.studio', 'here', true)")  # type: ignore[attr-defined]
        assert _studio() == "here"
    assert _studio() == ""


def test_a_transaction_begins_once() -> None:
    with transaction.atomic():
        connection.begin("select 1")  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError, match="begun already"):
            connection.begin("select 1")  # type: ignore[attr-defined]


def test_an_error_of_the_first_statement_is_djangos_and_leaves_a_connection_that_works() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        connection.begin("select nothing from nowhere")  # type: ignore[attr-defined]
    assert _studio() == ""


def test_a_server_that_left_is_a_database_error_where_the_transaction_begins() -> None:
    _end_from_elsewhere()
    with pytest.raises(DatabaseError), acting_in(uuid4()):
        pass
    connection.close()


def test_a_studio_is_entered_without_a_statement_of_its_own() -> None:
    assert _sent(lambda: _ask_in(uuid4())) == ["select 1"]


def test_a_studio_is_entered_again_by_its_savepoint_alone() -> None:
    studio = uuid4()

    def twice() -> None:
        with acting_in(studio):
            _ask_in(studio)

    kinds = [statement.split(" ")[0].lower() for statement in _sent(twice)]
    assert kinds == ["savepoint", "select", "release"]


def test_another_studio_is_entered_and_left_with_its_savepoint() -> None:
    outer, inner = uuid4(), uuid4()

    def both() -> None:
        with acting_in(outer):
            _ask_in(inner)

    entered, _, left = _sent(both)
    assert (entered.split(" ")[0], str(inner) in entered) == ("SAVEPOINT", True)
    assert (left.split(" ")[0], str(outer) in left) == ("RELEASE", True)


def test_a_studio_that_could_not_be_entered_leaves_nothing_behind() -> None:
    outer, inner = uuid4(), uuid4()
    with acting_in(outer):
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError), acting_in(inner):
            pass
        transaction.set_rollback(False)
        # A savepoint of somebody else's brings no studio along.
        with transaction.atomic():
            assert _studio() == str(outer)


def test_what_is_rolled_back_inside_ends_in_the_outer_studio() -> None:
    outer, inner = uuid4(), uuid4()
    with acting_in(outer):
        with acting_in(inner):
            transaction.set_rollback(True)
        assert _studio() == str(outer)
        with transaction.atomic():
            assert _studio() == str(outer)


def test_the_outer_studio_is_back_after_an_inner_one() -> None:
    outer, inner = uuid4(), uuid4()
    with acting_in(outer):
        with acting_in(inner):
            assert _studio() == str(inner)
        assert _studio() == str(outer)
        with pytest.raises(KeyError), acting_in(inner):
            raise KeyError
        assert _studio() == str(outer)


def test_no_text_but_an_id_gets_into_the_statement() -> None:
    studio: Any = type("Studio", (), {"pk": "x', true); select 1; --"})
    with pytest.raises(ValueError, match="badly formed"), acting_in(studio):
        pass


def _end_from_elsewhere() -> int:
    """End the connection at the server's side; returns the number that its process had."""
    pid, other = _backend(), connection.copy()
    with other.cursor() as cursor:
        # Waits until that process has gone.
        cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    return pid


def _ask_in(studio: UUID) -> None:
    with acting_in(studio), connection.cursor() as cursor:
        cursor.execute("select 1")


def _sent(do: Callable[[], None]) -> list[str]:
    """The statements that went through a cursor."""
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        do()
    return sent


def _studio() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting('app.studio', true), '')")
        return str(cursor.fetchone()[0])
