"""What a snapshot says about itself. It is written last, so that what it names is there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from apps.backups.destination import MANIFEST, Destination, in_snapshot
from apps.backups.envelope import BackupDamaged

BLOB_LIST, SECRET_KEY = "blobs.gz", "secret_key"


@dataclass(frozen=True, slots=True)
class TableDump:
    """Rows of one table. sha256: of the rows as PostgreSQL copies them out."""

    name: str
    columns: list[str]
    rows: int
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.name}.gz"


@dataclass(frozen=True, slots=True)
class Manifest:
    """migrations: [app, name] of all that were applied.  sequences: the last number that each has given.

    blobs, blob_bytes: how many files it needs, and their bytes.  missing: of those, keys that could not be read.
    """

    taken_at: str
    migrations: list[list[str]]
    tables: list[TableDump]
    sequences: dict[str, int]
    blob_list: TableDump
    blobs: int
    blob_bytes: int
    missing: list[str]

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.taken_at)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def write(self, destination: Destination, snapshot: str) -> None:
        """Make the snapshot complete."""
        text = json.dumps(asdict(self), indent=1).encode()
        destination.put(in_snapshot(snapshot, MANIFEST), [text])

    @classmethod
    def read(cls, destination: Destination, snapshot: str) -> Manifest:
        """What was written. Raises BackupDamaged."""
        name = in_snapshot(snapshot, MANIFEST)
        try:
            said = json.loads(b"".join(destination.chunks(name)))
            tables = [TableDump(**table) for table in said.pop("tables")]
            return cls(tables=tables, blob_list=TableDump(**said.pop("blob_list")), **said)
        except (ValueError, TypeError, KeyError):
            raise BackupDamaged(f"{name} was altered or shortened") from None
