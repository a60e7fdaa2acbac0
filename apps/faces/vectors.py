"""The numbers of a studio's faces in the memory of the process that looks at photos: who may be near a new face.

PostgreSQL compares 100,000 faces in a quarter of a second, numpy those in memory in some milliseconds. Memory only
proposes: which of these faces count, and how far away they are, is read from their rows (`joining.nearest`). So it may
hold faces that are gone, but none may be missing, nor have other numbers than its row: a trigger counts each change of
a face's numbers (`Face.measured`), and holds the studio for it as `models.hold` does. Whoever asks holds it too, reads
what was measured since, and so sees all there is. What is read in a transaction that fails is to be forgotten.

It is kept for an hour at most, so that what a studio erased is in no memory either after that.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection

from apps.faces.clustering import Floats
from apps.faces.findings import DIMENSIONS

#: Faces of all studios together, 520 bytes each. A studio that has more is asked in the database.
MOST: Final = 200_000
#: Seconds.
KEPT_FOR: Final = 3_600
#: Numbers by which most faces are told apart.
_FIRST: Final = 32
#: A part of all rows from which on they are read one after the other.
_FEW: Final = 8
#: Rows read at once.
_SLICE: Final = 10_000
#: Distances are those of halves, added up in another order than PostgreSQL does.
_ROUNDING: Final = 1e-3

# As bytes: a header of four, then the numbers as halves, big-endian.
_SINCE: Final = """
    select f.measured, f.id, halfvec_send(f.embedding) from faces_face f
    where f.studio_id = %(studio)s and f.embedding is not null and (f.measured, f.id) > (%(measured)s, %(id)s)
    order by f.measured, f.id limit %(most)s
"""


class Vectors:
    """The faces of one studio, their numbers turned so that the first of them tell most faces apart.

    A turn keeps all distances, and what the first numbers alone make of a distance is never more than it. So a quarter
    of the memory is read for all faces, and the rest for those that are not out of reach by then. The turn is that of
    the principal components of the faces that were read first.
    """

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        self._places: dict[UUID, int] = {}
        self._turn = np.empty((0, DIMENSIONS), np.float32)
        # float32 (n, _FIRST) and (n, the others), and the squared lengths of both; there is room for more rows.
        self._first = np.empty((0, _FIRST), np.float32)
        self._others = np.empty((0, DIMENSIONS - _FIRST), np.float32)
        self._squares = np.empty((0, 2), np.float32)
        self._seen = (-1, UUID(int=0))

    def __len__(self) -> int:
        return len(self.ids)

    def catch_up(self, studio_id: UUID, most: int) -> bool:
        """Read what was measured since; False if these are more than `most` faces. Under `hold`."""
        while len(self) <= most:
            measured, face = self._seen
            asked: dict[str, Any] = {"studio": studio_id, "measured": measured, "id": face, "most": _SLICE}
            with connection.cursor() as cursor:
                cursor.execute(_SINCE, asked)
                rows = cursor.fetchall()
            self._take([(pk, numbers) for _, pk, numbers in rows])
            if rows:
                self._seen = rows[-1][0], rows[-1][1]
            if len(rows) < _SLICE:
                return len(self) <= most
        return False

    def _take(self, rows: Sequence[tuple[UUID, bytes]]) -> None:
        if not rows:
            return
        for pk, _ in rows:
            if pk not in self._places:
                self._places[pk] = len(self.ids)
                self.ids.append(pk)
        fresh = np.stack([np.frombuffer(numbers, ">f2", offset=4) for _, numbers in rows]).astype(np.float32)
        if not len(self._turn):
            # By rising variance.
            self._turn = np.linalg.eigh(np.cov(fresh, rowvar=False, bias=True))[1][:, ::-1].astype(np.float32)
        if len(self.ids) > len(self._first):
            room = len(self.ids) + len(self.ids) // 4
            self._first, self._others = _enlarged(self._first, room), _enlarged(self._others, room)
            self._squares = _enlarged(self._squares, room)
        places = [self._places[pk] for pk, _ in rows]
        turned = fresh @ self._turn
        self._first[places], self._others[places] = turned[:, :_FIRST], turned[:, _FIRST:]
        squares = turned**2
        self._squares[places, 0], self._squares[places, 1] = squares[:, :_FIRST].sum(1), squares[:, _FIRST:].sum(1)

    def near(self, embedding: Sequence[float], within: float) -> list[UUID]:
        """The faces at most so far from these 128 numbers, and few that are a little further."""
        if not self.ids:
            return []
        vector = np.asarray(embedding, np.float16).astype(np.float32) @ self._turn
        first, others, count = vector[:_FIRST], vector[_FIRST:], len(self)
        most = (within + _ROUNDING) ** 2
        # |a - b|² = |a|² + |b|² - 2 a·b
        distances = self._squares[:count, 0] - 2 * _products(self._first[:count], first) + first @ first
        found = np.flatnonzero(distances <= most)
        # Picked out one by one, rows cost several times as much.
        rows: Any = slice(count) if len(found) > count // _FEW else found
        distances = (
            distances[rows] + self._squares[rows, 1] - 2 * _products(self._others[rows], others) + others @ others
        )
        near = np.flatnonzero(distances <= most)
        return [self.ids[place] for place in (near if isinstance(rows, slice) else found[near])]


def _products(rows: Floats, vector: Floats) -> Floats:
    """Each row times the vector. BLAS would share this with threads that wait for each other in loops: beside work of
    others that takes several times the processor time of doing it alone.
    """
    products: Floats = np.einsum("ij,j->i", rows, vector)
    return products


def _enlarged(rows: Floats, room: int) -> Floats:
    larger = np.empty((room, *rows.shape[1:]), np.float32)
    larger[: len(rows)] = rows
    return larger


_kept: dict[UUID, Vectors] = {}
_lock = threading.RLock()


def near(studio_id: UUID, embedding: Sequence[float], within: float) -> list[UUID] | None:
    """The studio's faces that may be at most so far away; None if it has too many to remember. Under `hold`."""
    with _lock:
        vectors = _kept.pop(studio_id, None)
        if vectors is None:
            vectors = Vectors()
            clock = threading.Timer(KEPT_FOR, _forget, [studio_id, vectors])
            clock.daemon = True
            clock.start()
        if not vectors.catch_up(studio_id, MOST):
            return None
        # At the end: the last to be forgotten.
        _kept[studio_id] = vectors
        while sum(map(len, _kept.values())) > MOST:
            del _kept[next(iter(_kept))]
        return vectors.near(embedding, within)


def forget(studio_id: UUID) -> None:
    """Remember nothing of this studio: what was read of it may never have been written."""
    with _lock:
        _kept.pop(studio_id, None)


def _forget(studio_id: UUID, vectors: Vectors) -> None:
    with _lock:
        if _kept.get(studio_id) is vectors:
            del _kept[studio_id]
