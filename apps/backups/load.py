"""The rows of a snapshot, into a database with the same tables. By the tables' owner, in one transaction.

Row-level security binds the owner too, and triggers would count what comes in once more: both are put aside on the
tables for the length of the transaction, which nobody else sees. Foreign keys are checked before it ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from psycopg import sql

from apps.backups.destination import Destination, NoBackup, in_snapshot
from apps.backups.envelope import BackupDamaged
from apps.backups.manifest import Manifest, TableDump

MAY_BE_SENT = "Restored from a backup: it may have been sent since. Check before you send it again."
USERS, STUDIOS, EMAILS, BLOBS = "accounts_user", "accounts_studio", "accounts_email", "media_blob"
DOMAINS, BRANDS = "accounts_domain", "accounts_brand"


def load_all(alias: str, destination: Destination, snapshot: str, manifest: Manifest, missing: Iterable[str]) -> None:
    """Replace all rows by those of the snapshot. missing: storage keys whose bytes are not there.

    alias: the owner's connection.  Raises BackupDamaged; then nothing was changed.
    """
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        names = [table.name for table in manifest.tables]
        with laid_open(cursor, names):
            cursor.execute(sql.SQL("truncate {}").format(listed(names)))
            for table in manifest.tables:
                _copy_in(cursor, destination, snapshot, table)
            for name, last in manifest.sequences.items():
                cursor.execute("select setval(%s::regclass, %s)", [f"public.{name}", last])
            settle(cursor, missing)


def load_studio(
    alias: str, destination: Destination, snapshot: str, manifest: Manifest, missing: Iterable[str], studio_id: UUID
) -> None:
    """Put the rows of one studio in the place of those that it has now; the other studios are left alone.

    People of the studio who are unknown here come along. A host that another studio has proved to be theirs since then
    has to be proved anew. Raises BackupDamaged, and NoBackup when a person's email
    address belongs to another account here; then nothing was changed.
    """
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        tables = [table for table in manifest.tables if _studio_column(table) is not None]
        with laid_open(cursor, [table.name for table in tables]):
            for table in tables:
                column = sql.Identifier(str(_studio_column(table)))
                cursor.execute(
                    sql.SQL("delete from {} where {} = %s").format(sql.Identifier(table.name), column), [studio_id]
                )
            for table in tables:
                if table.name == DOMAINS:
                    _copy_domains(cursor, destination, snapshot, table, studio_id)
                else:
                    _copy_in(cursor, destination, snapshot, table, studio_id)
            _write_no_lost_hosts(cursor, studio_id)
            _copy_people(cursor, destination, snapshot, manifest, tables, studio_id)
            settle(cursor, missing, studio_id)


def studio_of(destination: Destination, snapshot: str, manifest: Manifest, slug: str) -> UUID:
    """The id of the studio with this slug in a snapshot. Raises NoBackup, BackupDamaged."""
    table = next(one for one in manifest.tables if one.name == STUDIOS)
    place, name = table.columns.index("id"), table.columns.index("slug")
    for line in destination.lines(in_snapshot(snapshot, table.file)):
        values = line.decode().split("\t")
        if values[name] == slug:
            return UUID(values[place])
    raise NoBackup(f"The backup {snapshot} has no studio {slug}.")


@contextmanager
def laid_open(cursor: Any, names: list[str]) -> Iterator[None]:
    """The owner may see and write all rows, and no trigger of ours runs."""
    for name in names:
        table = sql.Identifier(name)
        cursor.execute(sql.SQL("alter table {} no force row level security, disable trigger user").format(table))
    cursor.execute("set constraints all deferred")
    yield
    # Also needed before the tables may be altered again.
    cursor.execute("set constraints all immediate")
    for name in names:
        table = sql.Identifier(name)
        cursor.execute(sql.SQL("alter table {} enable trigger user").format(table))
        cursor.execute("select relrowsecurity from pg_class where oid = %s::regclass", [name])
        if cursor.fetchone()[0]:
            cursor.execute(sql.SQL("alter table {} force row level security").format(table))


def listed(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _studio_column(table: TableDump) -> str | None:
    if table.name == STUDIOS:
        return "id"
    return "studio_id" if "studio_id" in table.columns else None


def _copy_in(
    cursor: Any,
    destination: Destination,
    snapshot: str,
    table: TableDump,
    studio_id: UUID | None = None,
    *,
    into: str = "",
) -> None:
    """Copy the rows of a table in, or those of one studio. into: another table of the same columns."""
    digest, rows = hashlib.sha256(), 0
    place = None if studio_id is None else table.columns.index(str(_studio_column(table)))
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(into or table.name), listed(table.columns))
    with cursor.copy(statement) as copy:
        for line in destination.lines(in_snapshot(snapshot, table.file)):
            digest.update(line + b"\n")
            rows += 1
            if place is None or line.split(b"\t")[place].decode() == str(studio_id):
                copy.write(line + b"\n")
    if rows != table.rows or digest.hexdigest() != table.sha256:
        raise BackupDamaged(f"the rows of {table.name} in {snapshot} were altered or shortened")


def _copy_domains(cursor: Any, destination: Destination, snapshot: str, table: TableDump, studio_id: UUID) -> None:
    cursor.execute("create temporary table domains (like accounts_domain including defaults) on commit drop")
    _copy_in(cursor, destination, snapshot, table, studio_id, into="domains")
    cursor.execute(
        """update domains set state = 'pending', verified_at = null
           where state = 'verified' and host in (select host from accounts_domain where state = 'verified')"""
    )
    cursor.execute(sql.SQL("insert into accounts_domain ({0}) select {0} from domains").format(listed(table.columns)))


def _write_no_lost_hosts(cursor: Any, studio_id: UUID) -> None:
    """Addresses begin with a host only while it is verified."""
    for table, of_row in ((STUDIOS, "d.brand_id is null"), (BRANDS, "d.brand_id = t.id")):
        column = sql.Identifier("id" if table == STUDIOS else "studio_id")
        statement = sql.SQL(
            """update {} t set host = '' where host <> '' and {} = %(studio)s and not exists (
                   select from accounts_domain d where d.studio_id = %(studio)s and d.state = 'verified'
                   and d.host = t.host and {})"""
        )
        cursor.execute(statement.format(sql.Identifier(table), column, sql.SQL(of_row)), {"studio": studio_id})


def _copy_people(
    cursor: Any,
    destination: Destination,
    snapshot: str,
    manifest: Manifest,
    tables: list[TableDump],
    studio_id: UUID,
) -> None:
    """Bring the people whom the studio's rows name, as far as they are unknown here."""
    people = next(one for one in manifest.tables if one.name == USERS)
    cursor.execute("create temporary table people (like accounts_user) on commit drop")
    _copy_in(cursor, destination, snapshot, people, into="people")
    named = columns_of_people(cursor, [table.name for table in tables])
    question = sql.SQL(" union ").join(
        sql.SQL("select {} from {} where studio_id = %(studio)s").format(sql.Identifier(column), sql.Identifier(name))
        for name, column in named
    )
    wanted = sql.SQL("from people p where p.id in ({}) and p.id not in (select id from accounts_user)").format(question)
    cursor.execute(
        sql.SQL("select p.email {} and lower(p.email) in (select lower(email) from accounts_user)").format(wanted),
        {"studio": studio_id},
    )
    taken = cursor.fetchone()
    if taken:
        raise NoBackup(
            f"{taken[0]} belongs to another account here. Rename that one, or import an export of the studio instead."
        )
    columns = listed(people.columns)
    cursor.execute(
        sql.SQL("insert into accounts_user ({0}) select {0} {1}").format(columns, wanted), {"studio": studio_id}
    )


def columns_of_people(cursor: Any, names: list[str]) -> list[tuple[str, str]]:
    """Table and column of each key from these tables to people."""
    cursor.execute(
        """select k.conrelid::regclass::text, a.attname from pg_constraint k
           join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
           where k.contype = 'f' and k.confrelid = 'accounts_user'::regclass
           and k.conrelid::regclass::text = any(%s)""",
        [names],
    )
    return list(cursor.fetchall())


def settle(cursor: Any, missing: Iterable[str], studio_id: UUID | None = None) -> None:
    """What cannot be as it was: emails that were due may have been sent since, and lost bytes are damaged."""
    cursor.execute(
        f"""update {EMAILS} set state = 'failed', error = %(error)s, lease_until = null
            where state in ('waiting', 'sending') and due_at <= now()
            and (studio_id = %(studio)s or %(studio)s::uuid is null)""",
        {"error": MAY_BE_SENT, "studio": studio_id},
    )
    cursor.execute(
        f"update {BLOBS} set state = 'damaged', doomed_at = null where storage_key = any(%s)", [list(missing)]
    )
