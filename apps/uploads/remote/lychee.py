"""A Lychee installation as it lies on a disk: its SQLite database and its folder of uploads.

Looked for are `database/database.sqlite` (also below `conf/`, or beside the uploads) and `uploads/` (also below
`public/`). Top albums become galleries, albums in them sections, photos of no album the gallery "Unsorted". Columns
came and went over the years, so each is asked for only where it is: a photo's album in `photos.album_id` or in
`photo_album`, tags as a text or in `photos_tags`, stars in `photo_ratings`, people in `persons`, `is_starred`
under the name `is_highlighted`. `size_variants` of type 0 (ORIGINAL) say where a file is; `checksum` is its SHA-1, in
newer versions its SHA-256. A database in MySQL or PostgreSQL has to be converted to SQLite before.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import quote

from apps.uploads.remote.http import RemoteFault
from apps.uploads.remote.source import RemoteFile

if TYPE_CHECKING:
    import sqlite3

UNSORTED: Final = "Unsorted"
_PLACES: Final = ("database", "conf/database", "conf", ".")
_UPLOADS: Final = ("uploads", "public/uploads")
_CAPTION, _KEYWORD, _KEYWORDS, _TITLE, _SECTION = 500, 80, 100, 120, 120
_ORDERS: Final = ("title", "taken_at", "created_at")
# Of a disk that is no folder, as "s3", only the name is known here.
_DISK: Final = "images"


def database_of(root: Path) -> Path | None:
    """Where the database of a Lychee in this folder is; None if there is no Lychee."""
    for place in _PLACES:
        found = root / place / "database.sqlite"
        if found.is_file() and not found.is_symlink() and found.resolve().is_relative_to(root.resolve()):
            return found
    return None


class LycheeFolder:
    """One installation."""

    def __init__(self, root: Path) -> None:
        """Raises RemoteFault."""
        database = database_of(root)
        uploads = next((root / name for name in _UPLOADS if (root / name).is_dir()), None)
        if database is None or uploads is None:
            raise RemoteFault(f"{root.name} holds no Lychee: database/database.sqlite and uploads are looked for.")
        self.database, self.uploads = database, uploads

    def described(self, file: RemoteFile) -> RemoteFile:
        """The list says all."""
        return file

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of an original. Raises RemoteFault."""
        try:
            return os.fdopen(_opened_below(self.uploads, PurePosixPath(path).parts), "rb")
        except OSError as error:
            raise RemoteFault(f"{path} cannot be read: {error.strerror}.") from error

    def files(self) -> Iterator[RemoteFile]:
        """Every original, album after album. Raises RemoteFault."""
        # With SQLite's library, of which all else that imports this has no use.
        import sqlite3

        address = f"file:{quote(str(self.database))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True)) as lychee:
                lychee.row_factory = sqlite3.Row
                # The file is foreign: nothing in it may run functions.
                lychee.execute("pragma trusted_schema = off")
                yield from _Reading(lychee).files()
        except sqlite3.Error as error:
            raise RemoteFault(f"The database of Lychee cannot be read: {error}.") from error


class _Reading:
    """One walk through a database."""

    def __init__(self, lychee: sqlite3.Connection) -> None:
        self.lychee = lychee
        tables = [str(row[0]) for row in lychee.execute("select name from sqlite_master where type = 'table'")]
        self.columns = {name: {str(row[1]) for row in self._info(name)} for name in tables}
        if not {"photos", "base_albums", "albums", "size_variants"} <= self.columns.keys():
            raise RemoteFault("This is no database of Lychee, or one of a version that is too old.")
        self.words = self._words()

    def _info(self, table: str) -> list[Any]:
        return self.lychee.execute(f'pragma table_info("{table}")').fetchall()

    def _has(self, table: str, *columns: str) -> bool:
        return set(columns) <= self.columns.get(table, set())

    def files(self) -> Iterator[RemoteFile]:
        for album_id, gallery, section, column, is_down in self._albums():
            photos = self._photos(album_id, column, is_down=is_down)
            for position, row in enumerate(photos):
                if row["storage_disk"] == _DISK:
                    yield self._file(row, gallery, section, position)

    def _albums(self) -> Iterator[tuple[str | None, str, str, str, bool]]:
        """Id, gallery, section, and by which column of its photos it is ordered; None for photos of no album."""
        sorting = ", b.sorting_col, b.sorting_order" if self._has("base_albums", "sorting_col", "sorting_order") else ""
        rows = self.lychee.execute(
            f"select a.id, a.parent_id, b.title{sorting} from albums a"
            " join base_albums b on b.id = a.id order by a._lft"
        ).fetchall()
        known = {str(row["id"]): row for row in rows}
        for row in rows:
            titles, above, seen = [str(row["title"])], row["parent_id"], {str(row["id"])}
            while above is not None and str(above) in known and str(above) not in seen:
                seen.add(str(above))
                titles.insert(0, str(known[str(above)]["title"]))
                above = known[str(above)]["parent_id"]
            column = row["sorting_col"] if sorting and row["sorting_col"] in _ORDERS else "taken_at"
            is_down = bool(sorting) and str(row["sorting_order"]).upper() == "DESC"
            gallery, section = titles[0].strip() or UNSORTED, " / ".join(titles[1:])
            yield str(row["id"]), gallery[:_TITLE], section[:_SECTION], column, is_down
        yield None, UNSORTED, "", "taken_at", False

    def _photos(self, album_id: str | None, column: str, *, is_down: bool) -> list[sqlite3.Row]:
        starred = next((name for name in ("is_highlighted", "is_starred") if self._has("photos", name)), "0")
        disk = "v.storage_disk" if self._has("size_variants", "storage_disk") else f"'{_DISK}'"
        tags = "p.tags" if self._has("photos", "tags") else "''"
        if self._has("photo_album", "photo_id", "album_id"):
            inside = "exists (select 1 from photo_album m where m.photo_id = p.id and m.album_id = :album)"
            outside = "not exists (select 1 from photo_album m where m.photo_id = p.id)"
        else:
            inside, outside = "p.album_id = :album", "p.album_id is null"
        question = f"""
            select p.id, p.title, p.description, p.checksum, {starred} as starred, {tags} as tags,
                v.short_path, {disk} as storage_disk
            from photos p join size_variants v on v.photo_id = p.id and v.type = 0
            where {outside if album_id is None else inside}
            order by p.{column} {"desc" if is_down else "asc"}, p.id
        """
        return self.lychee.execute(question, {"album": album_id}).fetchall()

    def _words(self) -> dict[str, list[str]]:
        """Tags and names of people, by the photo's id."""
        found: dict[str, list[str]] = {}
        questions = []
        if self._has("photos_tags", "photo_id", "tag_id") and self._has("tags", "id", "name"):
            questions.append(
                "select m.photo_id, t.name from photos_tags m join tags t on t.id = m.tag_id order by t.id"
            )
        if self._has("faces", "photo_id", "person_id", "is_dismissed") and self._has("persons", "id", "name"):
            questions.append(
                "select f.photo_id, n.name from faces f join persons n on n.id = f.person_id"
                " where not f.is_dismissed order by f.x"
            )
        for question in questions:
            for photo, word in self.lychee.execute(question):
                found.setdefault(str(photo), []).append(str(word))
        return found

    def _stars(self, photo: str) -> int:
        """The mean of what viewers gave; 0 for none."""
        if not self._has("photo_ratings", "photo_id", "rating"):
            return 0
        [mean] = self.lychee.execute("select avg(rating) from photo_ratings where photo_id = ?", [photo]).fetchone()
        return min(5, round(mean)) if mean else 0

    def _file(self, row: sqlite3.Row, gallery: str, section: str, position: int) -> RemoteFile:
        path, title = PurePosixPath(str(row["short_path"])), str(row["title"] or "").strip()
        name = title if title.lower().endswith(path.suffix.lower()) else f"{title}{path.suffix}"
        words = [*str(row["tags"] or "").split(","), *self.words.get(str(row["id"]), [])]
        kept = dict.fromkeys(word.strip()[:_KEYWORD] for word in words if word.strip())
        marks = {
            "rating": self._stars(str(row["id"])),
            "caption": str(row["description"] or "").strip()[:_CAPTION],
            "keywords": list(kept)[:_KEYWORDS],
            "flag": "pick" if row["starred"] else "",
        }
        checksum = str(row["checksum"] or "").lower()
        return RemoteFile(
            gallery, (name if title else path.name).replace("/", "_"), str(path),
            sha1=checksum if len(checksum) == 40 else "", sha256=checksum if len(checksum) == 64 else "",
            section=section, position=position, marks={name: value for name, value in marks.items() if value},
        )  # fmt: skip


def _opened_below(root: Path, parts: tuple[str, ...]) -> int:
    """A handle to a regular file below `root`, never through a link. Raises OSError."""
    if not parts or any(part in ("", ".", "..", "/") for part in parts):
        raise FileNotFoundError(2, "There is no such file")
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        handle = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError(2, "This is no file")
    return handle
