"""The engine that `DATABASES` names. Django looks for `DatabaseWrapper` in a module of this name."""

from __future__ import annotations

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg import errors
from psycopg.pq import ExecStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that sees without a question whether it is still there, and begins a transaction with one."""

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
            server = self.connection.pgconn
            if server.transaction_status != TransactionStatus.IDLE:
                raise RuntimeError("a transaction has begun already")
            answer = server.exec_(f"begin; {statement}".encode())
            if answer.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
                raise errors.error_from_result(answer)
