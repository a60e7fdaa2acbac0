"""A studio comes from another installation: every file by its hash, then all rows with their ids, in one transaction.

By the tables' owner, as a restore (see `backups.load`). Bytes before rows: what is broken off leaves bytes without rows
and is begun again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connections, transaction
from django.db.utils import DataError
from psycopg import sql

from apps.accounts.models import DomainState, Studio
from apps.accounts.tenancy import across_studios
from apps.backups import dump, load
from apps.backups.backup import NamedBlob
from apps.backups.restore import OWNER, bring
from apps.media.cas import storage_key
from apps.media.models import BlobState
from apps.portability.layout import LEFT_OUT, STUDIO, USERS
from apps.portability.secrets import Row, Secrets
from apps.portability.source import BadExport, Source
from apps.web.refusal import Refusal

_BLOBS: Final = "media_blob"
_DOMAINS: Final = "accounts_domain"
_BRANDS: Final = "accounts_brand"
_VISITS: Final = "accounts_operatorvisit"


class NotImportable(Refusal):
    """The studio, or one of its rows, is here already, or the tables do not fit."""

    status = 409
    code = "not_importable"


@dataclass(slots=True)
class Imported:
    """What came, or would come in a dry run. missing: storage keys of files that the export has not, or not whole.

    known_people: email addresses of accounts that were here already.
    """

    studio: str
    slug: str
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    fetched: int = 0
    missing: list[str] = field(default_factory=list)
    known_people: list[str] = field(default_factory=list)
    secrets: Secrets = field(default_factory=Secrets)


class _DryRun(Exception):
    """Everything went well; nothing is kept."""


def import_studio(
    source: Source,
    *,
    passphrase: str = "",
    slug: str = "",
    is_dry: bool = False,
    tell: Callable[[str], None] = lambda _text: None,
) -> Imported:
    """Bring a studio with all its ids. slug: another address for it.

    is_dry: read every file and row and try them out, and leave nothing.
    Raises BadExport, NotImportable, and then no row was written.
    """
    said = source.head["studio"]
    imported = Imported(said["name"], slug or said["slug"])
    _check_absent(said["id"], imported.slug)
    if passphrase:
        imported.secrets = Secrets.read(source.secrets(passphrase))
    studio_id = UUID(said["id"])
    _check_tables(source)
    _bring_files(source, studio_id, imported, is_dry=is_dry, tell=tell)
    tell("Writing rows ...")
    try:
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            _bring_rows(cursor, source, studio_id, imported)
            if is_dry:
                raise _DryRun
    except _DryRun:
        pass
    except IntegrityError as error:
        raise NotImportable(f"A row of this studio is here already, or does not fit: {_short(error)}") from error
    except DataError as error:
        raise BadExport(f"A row cannot be read: {_short(error)}") from error
    return imported


def _short(error: Exception) -> str:
    return str(error).splitlines()[0]


def _check_absent(studio_id: str, slug: str) -> None:
    with across_studios():
        if Studio.objects.filter(pk=studio_id).exists():
            raise NotImportable("This studio is here already. Nothing was changed.")
        if Studio.objects.filter(slug=slug).exists():
            raise NotImportable(f"Another studio has the address {slug}. Choose one with --slug.")


def _check_tables(source: Source) -> None:
    """Exports of older versions fit as long as columns were only added since; newer ones do not."""
    with connections[OWNER].cursor() as cursor:
        ours = {tuple(one) for one in dump.migrations(cursor)}
        columns = dict(dump.tables(cursor))
    unknown = sorted({tuple(one) for one in source.head["migrations"]} - ours)
    if unknown:
        raise NotImportable(
            f"The export was made by a newer version of Glassine (see {'.'.join(unknown[0])}). Update this one first."
        )
    for table in source.head["tables"]:
        gone = set(table["columns"]) - set(columns.get(table["name"], ()))
        if gone or table["name"] in LEFT_OUT:
            raise NotImportable(
                f"The export was made by an older version: {table['name']} has changed. Import it with that version, "
                "update, and export again."
            )


# -- files -------------------------------------------------------------------------------------------


def _blobs_of(source: Source, studio_id: UUID) -> Iterator[NamedBlob]:
    for row in source.rows(_BLOBS):
        blob_id, sha256 = UUID(row["id"]), str(row["sha256"])
        if len(sha256) != 64 or not sha256.isalnum():
            raise BadExport(f"{_BLOBS} names a hash that is none.")
        yield NamedBlob(
            studio_id, sha256, int(row["size"]), storage_key(studio_id, sha256, blob_id), row["state"], blob_id
        )


def _bring_files(
    source: Source, studio_id: UUID, imported: Imported, *, is_dry: bool, tell: Callable[[str], None]
) -> None:
    paths = source.by_hash()
    for blob in _blobs_of(source, studio_id):
        imported.files += 1
        if imported.files % 1000 == 0:
            tell(f"{imported.files:,} files ...")
        if blob.sha256 not in paths and blob.state == BlobState.DAMAGED:
            continue
        try:
            imported.fetched += _bring_file(source, paths.get(blob.sha256, blob.sha256), blob, is_dry=is_dry)
        except BadExport as problem:
            tell(str(problem))
            imported.missing.append(blob.key)


def _bring_file(source: Source, path: str, blob: NamedBlob, *, is_dry: bool) -> bool:
    """Read a file and, unless it is a dry run, keep it. Raises BadExport."""
    if not is_dry:
        return bring(blob, source.chunks(path))
    for _chunk in source.chunks(path):
        pass
    return False


# -- rows --------------------------------------------------------------------------------------------


def _bring_rows(cursor: Any, source: Source, studio_id: UUID, imported: Imported) -> None:
    tables = [(table["name"], list(table["columns"])) for table in source.head["tables"]]
    own = [name for name, _columns in tables if name != USERS]
    with load.laid_open(cursor, own):
        cursor.execute("create temporary table arriving (line json) on commit drop")
        aliases = _bring_people(cursor, source, imported)
        for name, columns in tables:
            if name != USERS:
                rows = (_own(row, name, studio_id, imported) for row in source.rows(name))
                imported.rows[name] = _insert(cursor, name, columns, rows)
        _rename_people(cursor, own, studio_id, aliases)
        load.settle(cursor, imported.missing, studio_id)


def _own(row: Row, table: str, studio_id: UUID, imported: Imported) -> Row:
    """A row as it stands here. Raises BadExport for one of another studio: the database's walls are down now."""
    if row["id" if table == STUDIO else "studio_id"] != str(studio_id):
        raise BadExport(f"{table} has a row of another studio.")
    if table == STUDIO:
        row["slug"], row["host"] = imported.slug, ""
    if table == _BRANDS:
        row["host"] = ""
    if table == _DOMAINS:
        # It leads to where the studio comes from, until its records say otherwise.
        row |= {"state": DomainState.PENDING, "verified_at": None, "missing_since": None, "checked_at": None}
    if table == _VISITS:
        # One that was under way ends with the installation that it was to.
        row["ended_at"] = row["ended_at"] or row["ends_at"]
    if table == _BLOBS:
        row["storage_key"] = storage_key(studio_id, row["sha256"], UUID(row["id"]))
    return imported.secrets.fill(table, row)


def _insert(cursor: Any, table: str, columns: list[str], rows: Iterator[Row]) -> int:
    """Write rows with these columns and those that were filled in; how many."""
    count, named = 0, set(columns)
    cursor.execute("truncate arriving")
    with cursor.copy("copy arriving (line) from stdin") as copy:
        for row in rows:
            named |= set(row)
            copy.write_row((json.dumps(row),))
            count += 1
    listed = load.listed(sorted(named))
    cursor.execute(
        sql.SQL("insert into {0} ({1}) select {1} from arriving, json_populate_record(null::{0}, line)").format(
            sql.Identifier(table), listed
        )
    )
    return count


def _bring_people(cursor: Any, source: Source, imported: Imported) -> dict[str, str]:
    """Accounts of people who are unknown here. Whose email address has an account is that account: id there -> here."""
    people = list(source.rows(USERS))
    cursor.execute("select lower(email), id::text from accounts_user where lower(email) = any(%s)", [
        [person["email"].lower() for person in people]
    ])  # fmt: skip
    here = dict(cursor.fetchall())
    imported.known_people = sorted(here)
    fresh = [person for person in people if person["email"].lower() not in here]
    imported.secrets.no_password = len(fresh)
    columns = next(table["columns"] for table in source.head["tables"] if table["name"] == USERS)
    imported.rows[USERS] = _insert(
        cursor, USERS, [*columns, "password"], (imported.secrets.fill(USERS, person) for person in fresh)
    )
    ids = {person["id"]: here.get(person["email"].lower(), person["id"]) for person in people}
    return {there: now for there, now in ids.items() if there != now}


def _rename_people(cursor: Any, tables: list[str], studio_id: UUID, aliases: dict[str, str]) -> None:
    for name, column in load.columns_of_people(cursor, tables) if aliases else []:
        for there, here in aliases.items():
            cursor.execute(
                sql.SQL("update {} set {} = %s where studio_id = %s and {} = %s").format(
                    sql.Identifier(name), sql.Identifier(column), sql.Identifier(column)
                ),
                [here, studio_id, there],
            )
