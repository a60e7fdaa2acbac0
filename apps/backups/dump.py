"""The rows of all studios, as they were at one moment, out of PostgreSQL.

By COPY and in one snapshot of the database, as the role that sees all studios: no superuser and no program of
PostgreSQL is needed, so it works with every server, and a dump goes into any later version of it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from apps.accounts.tenancy import across_studios
from apps.backups.destination import Destination, in_snapshot
from apps.backups.manifest import BLOB_LIST, TableDump

# Made anew by `migrate`; about this installation alone.
LEFT_OUT = ("django_migrations", "backups_backuprun")

_TABLES = """
    select c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> all(%s)
    group by c.relname order by c.relname
"""
_SEQUENCES = "select sequencename, last_value from pg_sequences where schemaname = 'public' and last_value is not null"
BLOB_COLUMNS = ["studio_id", "sha256", "size", "storage_key", "state", "id"]


@contextmanager
def one_moment() -> Iterator[Any]:
    """A cursor that sees all studios as they were at one moment, however long the block takes."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        with across_studios():
            yield cursor


def tables(cursor: Any) -> list[tuple[str, list[str]]]:
    """Names of all tables that are backed up, with their columns."""
    cursor.execute(_TABLES, [list(LEFT_OUT)])
    return list(cursor.fetchall())


def sequences(cursor: Any) -> dict[str, int]:
    """The last number that each sequence has given."""
    cursor.execute(_SEQUENCES)
    return dict(cursor.fetchall())


def migrations(cursor: Any) -> list[list[str]]:
    """[app, name] of all migrations that were applied."""
    cursor.execute("select app, name from django_migrations order by app, name")
    return [list(row) for row in cursor.fetchall()]


@dataclass(slots=True)
class Measured:
    """Bytes that are counted and hashed as they pass."""

    chunks: Iterable[bytes]
    rows: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self._hash.update(chunk)
            # A line break within a value is written as \n, so each one ends a row.
            self.rows += chunk.count(b"\n")
            yield chunk

    @property
    def sha256(self) -> str:
        return str(self._hash.hexdigest())


def packed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """gzip, lightly: rows shrink to a fifth, and the bytes of photos take longer anyway."""
    pack = zlib.compressobj(3, wbits=31)
    for chunk in chunks:
        if some := pack.compress(chunk):
            yield some
    yield pack.flush()


def write_table(cursor: Any, destination: Destination, snapshot: str, name: str, columns: list[str]) -> TableDump:
    """Write all rows of a table."""
    listed = ", ".join(f'"{column}"' for column in columns)
    return _write(cursor, destination, snapshot, name, columns, f'select {listed} from "{name}"')


def write_blob_list(cursor: Any, destination: Destination, snapshot: str) -> TableDump:
    """Write which bytes the snapshot needs, those of a studio together."""
    question = f"select {', '.join(BLOB_COLUMNS)} from media_blob order by studio_id, sha256"
    return _write(cursor, destination, snapshot, BLOB_LIST.removesuffix(".gz"), BLOB_COLUMNS, question)


def _write(
    cursor: Any, destination: Destination, snapshot: str, name: str, columns: list[str], question: str
) -> TableDump:
    measured = Measured(_copied(cursor, question))
    destination.put(in_snapshot(snapshot, f"{name}.gz"), packed(measured))
    return TableDump(name, columns, measured.rows, measured.sha256)


def _copied(cursor: Any, question: str) -> Iterator[bytes]:
    with cursor.copy(f"COPY ({question}) TO STDOUT") as copy:
        for chunk in copy:
            yield bytes(chunk)
