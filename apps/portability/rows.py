"""The rows of one studio as JSON lines, and where its files lie, all as they were at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from apps.backups import dump, load
from apps.media.models import Blob, BlobState
from apps.media.sweeping import referred
from apps.portability.layout import LEFT_OUT, SECRETS, STUDIO, THERE, USER_COLUMNS, USERS
from apps.portability.models import StudioExport
from apps.sharing.downloads.archive.layout import clean, distinct


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table of the export. column: the one that holds the studio; "" for people."""

    name: str
    columns: list[str]
    column: str


def exported_tables(cursor: Any) -> list[TableRows]:
    """All tables whose rows leave, by the catalogue: the studio, its people, all that belongs to it."""
    found = {name: columns for name, columns in dump.tables(cursor) if name not in LEFT_OUT}
    tables = [
        TableRows(STUDIO, found[STUDIO], "id"),
        TableRows(USERS, [column for column in found[USERS] if column in USER_COLUMNS], ""),
    ]
    own = [TableRows(name, columns, "studio_id") for name, columns in found.items() if "studio_id" in columns]
    return tables + own


def lines_of(
    cursor: Any, table: TableRows, studio_id: UUID, given_up: list[UUID], people: sql.Composed
) -> Iterator[str]:
    """Each row of a table as one line of JSON.

    given_up: ids of blobs that wait to be swept; they and their renditions do not leave.  people: a query of their ids.
    """
    columns = sql.SQL(", ").join(_column(table.name, column) for column in table.columns)
    studio = sql.Literal(studio_id)
    where = (
        sql.SQL("id in ({})").format(people)
        if not table.column
        else sql.SQL("{} = {}").format(sql.Identifier(table.column), studio)
    )
    if table.name in _OF_BLOBS and given_up:
        gone = sql.Literal(given_up)
        where = sql.SQL(" and ").join(
            [where, *(sql.SQL("{} <> all({})").format(sql.Identifier(one), gone) for one in _OF_BLOBS[table.name])]
        )
    question = sql.SQL("copy (select row_to_json(r)::text from (select {} from {} where {} order by id) r) to stdout")
    with cursor.copy(question.format(columns, sql.Identifier(table.name), where)) as copy:
        copy.set_types(["text"])
        for (line,) in copy.rows():
            yield line


_OF_BLOBS = {"media_blob": ("id",), "media_rendition": ("source_id", "blob_id")}


def _column(table: str, column: str) -> sql.Composed:
    name = sql.Identifier(column)
    if column not in SECRETS.get(table, ()):
        return sql.Composed([name])
    return sql.SQL("case when {0} = '' then '' else {1} end as {0}").format(name, sql.Literal(THERE))


def people_of(cursor: Any, tables: list[TableRows], studio_id: UUID) -> sql.Composed:
    """A query of the ids of all people whom the studio's rows name."""
    named = load.columns_of_people(cursor, [table.name for table in tables])
    return sql.SQL(" union ").join(
        sql.SQL("select {} from {} where studio_id = {}").format(
            sql.Identifier(column), sql.Identifier(name), sql.Literal(studio_id)
        )
        for name, column in named
    )


def given_up_blobs(studio_id: UUID) -> list[UUID]:
    """Blobs that nothing refers to any more, and files that were written for exports."""
    mine = Blob.objects.for_studio(studio_id)
    unwanted = mine.filter(state=BlobState.DOOMED).exclude(referred(studio_id))
    return list((unwanted | mine.filter(mime=StudioExport.MIME)).values_list("pk", flat=True))


# -- files -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the studio under the name that people read. modified: seconds since 1970."""

    path: str
    blob_id: UUID
    size: int
    sha256: str
    modified: int


_FILES = """
    select b.id, b.size, b.sha256, b.mime, extract(epoch from b.created_at)::bigint,
        f.name, f.is_current, f.album_id, f.album, f.section,
        exists (select from media_rendition r where r.studio_id = b.studio_id and r.blob_id = b.id)
    from media_blob b left join lateral (
        select coalesce(nullif(v.name, ''), p.camera_name) as name, v.is_current, a.id as album_id, a.title as album,
            s.title as section, a.created_at as album_at, s.rank
        from albums_version v
        join albums_photo p on p.studio_id = v.studio_id and p.id = v.photo_id
        left join lateral (
            select l.album_id, l.section_id from albums_placement l
            where l.studio_id = p.studio_id and l.photo_id = p.id order by l.trashed_at nulls first, l.created_at, l.id
            limit 1) l on true
        left join albums_album a on a.studio_id = v.studio_id and a.id = l.album_id
        left join albums_section s on s.studio_id = v.studio_id and s.id = l.section_id
        where v.studio_id = b.studio_id and v.blob_id = b.id
        order by v.is_current desc, v.id limit 1) f on true
    where b.studio_id = %s and b.state <> 'damaged' and b.id <> all(%s)
    order by f.album_at nulls last, f.album_id, f.rank nulls first, f.is_current desc nulls last, f.name, b.id
"""
UNPLACED, OLDER = "Not in a gallery", "Other versions"


def files_of(cursor: Any, studio_id: UUID, given_up: list[UUID]) -> list[FoundFile]:
    """All bytes that leave, photos by gallery and section first. Each once, under its first gallery."""
    cursor.execute(_FILES, [studio_id, given_up])
    rows = cursor.fetchall()
    folders = _folders(rows)
    paths = distinct(_path(row, folders) for row in rows)
    return [
        FoundFile(path, blob_id, size, sha256, modified)
        for path, (blob_id, size, sha256, _mime, modified, *_) in zip(paths, rows, strict=True)
    ]


def _folders(rows: list[tuple[Any, ...]]) -> dict[Any, str]:
    """The folder of each gallery; two galleries of one title have two."""
    titles = {row[7]: row[8] for row in rows if row[7] is not None}
    names = distinct((clean(title, empty="gallery") for title in titles.values()), [UNPLACED])
    return dict(zip(titles, names, strict=True))


def _path(row: tuple[Any, ...], folders: dict[Any, str]) -> str:
    _id, _size, sha256, mime, _modified, name, is_current, album_id, _album, section, is_made = row
    if name is None:
        suffix = mime.rpartition("/")[2].partition("+")[0]
        return f"{'previews' if is_made else 'other'}/{sha256[:2]}/{sha256}.{clean(suffix, empty='bin')}"
    parts = ["photos", folders.get(album_id, UNPLACED)]
    parts += [clean(section, empty="set")] if section else []
    parts += [] if is_current else [OLDER]
    return "/".join([*parts, clean(name)])
