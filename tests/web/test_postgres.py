"""The connection to PostgreSQL: a lost one is seen without a question, and a transaction begins with one exchange."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import (
    DatabaseError,
    DataError,
    OperationalError,
    ProgrammingError,
    close_old_connections,
    connection,
    transaction,
)
from psycopg.pq import TransactionStatus

from apps.accounts.tenancy import acting_in, asking_in
from apps.web.compiled_queries import as_sent, together, written_once
from apps.web.failures import Collided, DatabaseAway, refusal_of
from apps.web.postgres.base import DatabaseWrapper
from apps.web.postgres.prepared import in_order

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


def test_a_server_that_left_is_a_database_error_where_it_would_prepare() -> None:
    _end_from_elsewhere()
    with pytest.raises(DatabaseError):
        together(written_once("select %(n)s::int", {"n": 1}))
    connection.close()


@pytest.mark.parametrize("ask", [lambda: connection.begin("select 1"), lambda: connection.prepared])  # type: ignore[attr-defined]
def test_a_line_that_breaks_before_any_server_says_something_is_the_database_being_away(
    ask: Callable[[], object],
) -> None:
    """As where a pooler has no server to offer."""
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
    with pytest.raises(OperationalError) as told:
        ask()
    assert isinstance(refusal_of(told.value), DatabaseAway)
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


def test_a_question_that_begins_a_transaction_is_planned_once() -> None:
    question, mine = "select %s::int + %s::int", in_order("select %s::int + %s::int")
    for values in ((1, 2), (3, 4)):
        with transaction.atomic():
            assert _begun(question, values) == [(sum(values),)]
    assert _kept() == {mine.name: mine.sql}
    assert mine.sql == "select $1::int + $2::int"


def test_nothing_is_prepared_behind_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    # It tells the client another number than that of the server's process.
    monkeypatch.setattr("psycopg.ConnectionInfo.backend_pid", 1)
    with transaction.atomic():
        assert _begun("select %s::int", [7]) == [(7,)]
        assert together(written_once("select %(n)s::int", {"n": 8})) == [[(8,)]]
    assert _kept() == {}
    connection.close()


def test_a_table_with_other_columns_is_asked_as_it_is_now() -> None:
    question = "select said from pg_temp.kept where said > %s"
    _run("create temp table kept (said int)", "insert into kept values (5)")
    for change, found in (("select 1", 5), ("alter table pg_temp.kept alter said type bigint", 5), ("select 1", 5)):
        _run(change)
        with transaction.atomic():
            assert _begun(question, [1]) == [(found,)]
    asked = written_once("select said from pg_temp.kept where said > %(least)s", {"least": 1})
    assert together(asked) == [[(5,)]]
    _run("alter table pg_temp.kept alter said type int")
    with pytest.raises(DatabaseError) as error:
        together(asked)
    # In the middle of a transaction it is told; the next one is well.
    assert isinstance(refusal_of(error.value), Collided)
    assert together(asked) == [[(5,)]]
    connection.close()


def test_what_failed_beside_a_new_statement_is_prepared_again() -> None:
    new, wrong = written_once("select %(n)s::int", {"n": 1}), as_sent("select 1/0", [])
    with pytest.raises(DatabaseError, match="division"):
        together(new, wrong)
    assert together(new) == [[(1,)]]


@pytest.mark.parametrize(
    "moment", ["2024-05-04 12:30:00+02", "1999-12-31 23:59:59.000001+00", "0001-01-01 00:00+00", "9999-12-31 23:59Z"]
)
def test_moments_are_read_as_djangos_reader_reads_them(moment: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select %s::timestamptz, array[%s::timestamptz]", [moment, moment])
        here, [there] = cursor.fetchone()
    assert here == there == datetime.fromisoformat(moment)
    assert here.tzinfo is there.tzinfo is connection.timezone


@pytest.mark.parametrize("moment", ["infinity", "0044-03-15 00:00:00+00 BC", "12024-01-01 00:00:00+00"])
def test_moments_that_python_does_not_know_are_refused(moment: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select %s::timestamptz", [moment])
        with pytest.raises(DataError):
            cursor.fetchone()


def test_no_text_but_an_id_gets_into_the_statement() -> None:
    studio: Any = type("Studio", (), {"pk": "x', true); select 1; --"})
    with pytest.raises(ValueError, match="badly formed"), acting_in(studio):
        pass


def test_one_statement_apart_is_asked_in_its_studio_and_committed() -> None:
    studio, rows = uuid4(), list[tuple[Any, ...]]()
    asked = _sent(lambda: rows.extend(asking_in(studio, "select current_setting('app.studio'), %s::int", [7])))
    assert (rows, asked) == ([(str(studio), 7)], [])
    assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    assert _studio() == ""


def test_one_statement_within_a_transaction_is_part_of_it() -> None:
    studio = uuid4()
    with acting_in(studio):
        asking_in(studio, "select set_config('app.note', %s, true)", ["kept"])
        assert asking_in(studio, "select current_setting('app.note')", []) == [("kept",)]
    assert asking_in(studio, "select current_setting('app.note', true)", []) == [("",)]


def test_a_connection_that_the_server_ended_is_made_anew_for_one_statement_apart() -> None:
    pid = _end_from_elsewhere()
    close_old_connections()
    [[now]] = asking_in(uuid4(), "select pg_backend_pid()", [])
    assert now != pid


def test_a_server_that_goes_before_the_commit_is_away() -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        _end_from_elsewhere()
    assert isinstance(refusal_of(caught.value), DatabaseAway), caught.value


def test_an_error_apart_leaves_a_connection_that_goes_on() -> None:
    for _ in range(2):
        with pytest.raises(DataError, match="zero"):
            asking_in(uuid4(), "select 1 / %s::int", [0])
        assert asking_in(uuid4(), "select 1", []) == [(1,)]


def _end_from_elsewhere() -> int:
    """End the connection at the server's side; returns the number that its process had."""
    pid, other = _backend(), connection.copy()
    with other.cursor() as cursor:
        # Waits until that process has gone.
        cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    return pid


def _begun(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = connection.begin_asking("select 1", question, values, "select 2")  # type: ignore[attr-defined]
    return rows


def _kept() -> dict[str, str]:
    """What the server keeps prepared for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("select name, statement from pg_prepared_statements")
        return {name: text.partition(" as ")[2].partition("; execute")[0] for name, text in cursor.fetchall()}


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


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
