"""The engine that `DATABASES` names. Django looks for `DatabaseWrapper` in a module of this name."""

from __future__ import annotations

import time
from collections.abc import Sequence
from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base
from psycopg import errors, generators
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, TransactionStatus

_FINE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that sees without a question whether it is still there, and begins a transaction with one.

    beside: SQL as it is sent, of our making, which goes with the next savepoint or with the end of one.
    later: a `compiled_queries.Later` that waits for the next questions.
    """

    beside = ""
    later: object | None = None

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
            answer = self.connection.pgconn.exec_(f"begin; {statement}".encode())
            if answer.status not in _FINE:
                raise errors.error_from_result(answer)

    def begin_asking(self, before: str, question: str, values: Sequence[Any], after: str) -> list[tuple[Any, ...]]:
        """Begin a transaction, ask a question in it, and go on otherwise than it was asked, all in one exchange.

        before, after: SQL as it is sent, as for `begin`.  question: one statement, with a %s for each of the values.
        Returns its rows.
        """
        began = time.monotonic()
        with self.wrap_database_errors, self.create_cursor() as cursor:
            self._check_idle()
            asked = cursor.mogrify(question, values)
            server = self.connection.pgconn
            server.send_query(f"begin; {before}; {asked}; {after}".encode())
            answers = self.connection.wait(generators.execute(server))
            for answer in answers:
                if answer.status not in _FINE:
                    raise errors.error_from_result(answer)
            # In the order of the statements; each of the others gives one answer too.
            answer = answers[2]
            reader = Transformer(cursor)
            reader.set_pgresult(answer)
            rows: list[tuple[Any, ...]] = reader.load_rows(0, answer.ntuples, tuple)
        if self.queries_logged:
            self.queries_log.append({"sql": asked, "time": f"{time.monotonic() - began:.3f}"})
        return rows

    def _savepoint(self, sid: str) -> None:
        self._say(self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        self._say(self.ops.savepoint_commit_sql(sid))

    def _say(self, statement: str) -> None:
        beside, self.beside = self.beside, ""
        with self.cursor() as cursor:
            cursor.execute(f"{statement}; {beside}" if beside else statement)

    def _check_idle(self) -> None:
        if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            raise RuntimeError("a transaction has begun already")
