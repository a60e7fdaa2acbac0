"""The engine that `DATABASES` names. Django looks for `DatabaseWrapper` in a module of this name."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC
from select import POLLIN, poll
from typing import Any

from django.db import Error
from django.db.backends.postgresql import base
from psycopg import errors, generators
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from apps.web.postgres.moments import reading_utc
from apps.web.postgres.prepared import in_order

_FINE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
# A table has other columns than when a statement of it was prepared; or somebody has dropped what was prepared.
_STALE = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that sees without a question whether it is still there, and begins a transaction with one.

    beside: SQL as it is sent, of our making, which goes with the next savepoint or with the end of one.
    later: a `compiled_queries.Later` that waits for the next questions.
    """

    beside = ""
    later: object | None = None
    # The connection that the next one is told of.
    _prepared_on: Any = None
    _prepared: set[str] | None = None
    _is_doubtful = False

    @property
    def prepared(self) -> set[str] | None:
        """Names of what the server keeps prepared for this connection; whoever has it prepare more adds them.

        None where nothing may be: behind a pooler each transaction may meet another server.
        """
        self.ensure_connection()
        with self.wrap_database_errors:
            if self._prepared_on is not self.connection:
                pid = self._told(b"select pg_backend_pid()").get_value(0, 0)
                # A pooler tells a number of its own.
                is_same = pid == str(self.connection.info.backend_pid).encode()
                self._prepared = set() if is_same else None
                self._prepared_on, self._is_doubtful = self.connection, False
            if self._is_doubtful and self._prepared is not None:
                self._told(b"deallocate all")
                self._prepared, self._is_doubtful = set(), False
        return self._prepared

    def doubt_prepared(self) -> None:
        """After an error: what should have been prepared may be or not, or a table has other columns than it had."""
        self._is_doubtful = True

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if self.timezone is UTC:
            params["context"] = reading_utc(params["context"])
        return params

    def is_usable(self) -> bool:
        """False if the server has left. Asks it only if it sent something unasked: a server that goes says so."""
        if self.connection is None or self.connection.closed:
            return False
        heard = poll()
        heard.register(self.connection.pgconn.socket, POLLIN)
        return not heard.poll(0) or super().is_usable()

    def begin(self, statement: str) -> None:
        """Begin a transaction and run its first statement, together. Call it first of all in an outermost `atomic()`.

        statement: SQL as it is sent, so nothing in it may come from outside. Its answer is dropped.
        """
        with self.wrap_database_errors:
            self._check_idle()
            self._told(f"begin; {statement}".encode())

    def begin_asking(self, before: str, question: str, values: Sequence[Any], after: str) -> list[tuple[Any, ...]]:
        """Begin a transaction, ask a question in it, and go on otherwise than it was asked, all in one exchange.

        before, after: SQL as it is sent, as for `begin`.  question: one statement, with a %s for each of the values,
        which the server plans once.  Returns its rows.
        """
        began = time.monotonic()
        with self.wrap_database_errors, self.create_cursor() as cursor:
            self._check_idle()
            try:
                answer = self._begun_asking(cursor, before, question, values, after)
            except _STALE:
                # Nothing was done in this transaction yet.
                self.connection.pgconn.exec_(b"rollback")
                answer = self._begun_asking(cursor, before, question, values, after)
            reader = Transformer(cursor)
            reader.set_pgresult(answer)
            rows: list[tuple[Any, ...]] = reader.load_rows(0, answer.ntuples, tuple)
        if self.queries_logged:
            asked = cursor.mogrify(question, values)
            self.queries_log.append({"sql": asked, "time": f"{time.monotonic() - began:.3f}"})
        return rows

    def ask_apart(self, before: str, question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """A transaction of its own for one statement, which may write, in one exchange. Call it outside of any.

        Arguments and answer as of `begin_asking`.
        """
        # As `atomic()` and each cursor do: the server may have been away since.
        self.close_if_health_check_failed()
        self.ensure_connection()
        try:
            return self.begin_asking(before, question, values, "commit")
        except Error:
            if self.connection is not None and self.connection.pgconn.transaction_status == TransactionStatus.INERROR:
                self._told(b"rollback")
            raise

    def _begun_asking(self, cursor: Any, before: str, question: str, values: Sequence[Any], after: str) -> PGresult:
        """The answer to the question. Raises an error of psycopg."""
        prepared, kept = self.prepared, in_order(question)
        first = ""
        if prepared is None:
            asked = cursor.mogrify(question, values)
        else:
            asked = cursor.mogrify(kept.asking(len(values)), values)
            first = "" if kept.name in prepared else f"{kept.preparing}; "
        server = self.connection.pgconn
        server.send_query(f"begin; {before}; {first}{asked}; {after}".encode())
        answers = self.connection.wait(generators.execute(server))
        for answer in answers:
            if answer.status not in _FINE:
                self.doubt_prepared()
                raise _failure(answer)
        if prepared is not None:
            prepared.add(kept.name)
        # In the order of the statements, of which the last but one is the question.
        question_answer: PGresult = answers[-2]
        return question_answer

    def _savepoint(self, sid: str) -> None:
        self._say(self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        self._say(self.ops.savepoint_commit_sql(sid))

    def _say(self, statement: str) -> None:
        beside, self.beside = self.beside, ""
        with self.cursor() as cursor:
            cursor.execute(f"{statement}; {beside}" if beside else statement)

    def _told(self, statement: bytes) -> PGresult:
        """The answer to a statement that begins no transaction by itself, as a cursor's would."""
        answer: PGresult = self.connection.pgconn.exec_(statement)
        if answer.status not in _FINE:
            raise _failure(answer)
        return answer

    def _check_idle(self) -> None:
        if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            raise RuntimeError("a transaction has begun already")


def _failure(answer: PGresult) -> errors.Error:
    """What an answer says went wrong. What no server said is a connection that broke, and raised as psycopg does."""
    error = errors.error_from_result(answer)
    return error if error.sqlstate else errors.OperationalError(str(error))
