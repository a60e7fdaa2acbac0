"""Grouping embeddings from nothing: edges by blocked products, Chinese whispers, and what humans decided. Pure.

Chinese whispers (Biemann 2006): every node takes the label with the most weight among its neighbours, in an order that
is shuffled anew each round. It is linear in the edges, needs no number of groups, and with a fixed seed gives the same
groups of the same input. Constraints: edges that humans forbade are dropped before; a group that then still holds two
people whom humans pinned is split, each face to the nearest of them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Rows by columns of one product: 4 MB of float32, which a processor's cache holds.
_ROWS, _COLUMNS = 1_024, 1_024
_ROUNDS: Final = 20
_SEED: Final = 7

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def group(
    embeddings: Floats,
    *,
    within: float,
    pinned: Ints | None = None,
    apart: Collection[tuple[int, int]] = (),
    photos: Ints | None = None,
) -> Ints:
    """The group of each face, as numbers from 0.

    embeddings: float32 (n, 128), n may be 0.  within: the longest edge, a Euclidean distance.
    pinned: (n,) the person whom a human said a face is, -1 for none: two pinned people never share a group.
    apart: pairs of rows that are never linked.  photos: (n,) the photo of each face; two faces of one are never linked.
    Raises ValueError when a shape differs.
    """
    if embeddings.ndim != 2 or any(rows is not None and len(rows) != len(embeddings) for rows in (pinned, photos)):
        raise ValueError("one row of numbers for each face")
    if pinned is None:
        pinned = np.full(len(embeddings), -1, np.int64)
    edges, weights = _edges(embeddings, within)
    kept = _allowed(edges, pinned, apart, photos)
    labels = _whisper(len(embeddings), edges[kept], weights[kept])
    return _numbered(_split(embeddings, labels, pinned))


def _edges(embeddings: Floats, within: float) -> tuple[Ints, Floats]:
    """Pairs (i < j) of faces at most so far apart, and how much nearer they are than that."""
    squares = np.einsum("ij,ij->i", embeddings, embeddings)[:, None]
    # |a - b|² <= w²  is  a·b - |a|²/2 - |b|²/2 + w²/2 >= 0. Two more columns let the product say all of it, where to
    # add them up afterwards would read and write every block three times more.
    one = np.ones_like(squares)
    left_side = np.concatenate([embeddings, (within**2 - squares) / 2, one], axis=1, dtype=np.float32)
    right_side = np.concatenate([embeddings, one, squares / -2], axis=1, dtype=np.float32)
    pairs, weights = [np.empty((0, 2), np.int64)], [np.empty(0, np.float32)]
    for top in range(0, len(embeddings), _ROWS):
        rows = left_side[top : top + _ROWS]
        for left in range(top - top % _COLUMNS, len(embeddings), _COLUMNS):
            product = rows @ right_side[left : left + _COLUMNS].T
            i, j = np.nonzero(product >= 0)
            later = i + top < j + left
            i, j = i[later], j[later]
            pairs.append(np.stack([i + top, j + left], axis=1))
            distance = np.sqrt(np.maximum(within**2 - 2 * product[i, j], 0))
            weights.append((within - distance + 1e-3).astype(np.float32))
    return np.concatenate(pairs), np.concatenate(weights)


def _allowed(edges: Ints, pinned: Ints, apart: Collection[tuple[int, int]], photos: Ints | None) -> NDArray[np.bool_]:
    one, other = edges[:, 0], edges[:, 1]
    kept: NDArray[np.bool_] = (pinned[one] == pinned[other]) | (pinned[one] < 0) | (pinned[other] < 0)
    if photos is not None:
        kept &= photos[one] != photos[other]
    if apart:
        count = len(pinned)
        forbidden = np.array([min(pair) * count + max(pair) for pair in apart], np.int64)
        kept &= ~np.isin(one * count + other, forbidden)
    return kept


def _whisper(count: int, edges: Ints, weights: Floats) -> Ints:
    labels = np.arange(count, dtype=np.int64)
    if not len(edges):
        return labels
    source = np.concatenate([edges[:, 0], edges[:, 1]])
    target = np.concatenate([edges[:, 1], edges[:, 0]])
    order = np.argsort(source, kind="stable")
    target, both = target[order], np.concatenate([weights, weights])[order]
    starts = np.searchsorted(source[order], np.arange(count + 1))
    shuffle = np.random.default_rng(_SEED)
    busy = np.flatnonzero(np.diff(starts))
    for _ in range(_ROUNDS):
        changed = False
        for node in shuffle.permutation(busy):
            begin, end = starts[node], starts[node + 1]
            found, places = np.unique(labels[target[begin:end]], return_inverse=True)
            best = found[np.argmax(np.bincount(places, both[begin:end]))]
            if labels[node] != best:
                labels[node], changed = best, True
        if not changed:
            break
    return labels


def _split(embeddings: Floats, labels: Ints, pinned: Ints) -> Ints:
    """Groups that hold two pinned people become one for each, by the nearest mean of pinned faces."""
    labels = labels.copy()
    fresh = len(labels)
    certain = np.flatnonzero(pinned >= 0)
    for label in np.unique(labels[certain]):
        members = np.flatnonzero(labels == label)
        people = np.unique(pinned[members][pinned[members] >= 0])
        if len(people) < 2:
            continue
        means = np.stack([embeddings[members[pinned[members] == person]].mean(axis=0) for person in people])
        nearest = np.argmin(((embeddings[members, None] - means[None]) ** 2).sum(axis=2), axis=1)
        for number, person in enumerate(people):
            nearest[pinned[members] == person] = number
        labels[members] = fresh + nearest
        fresh += len(people)
    return labels


def _numbered(labels: Ints) -> Ints:
    numbers: Ints = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return numbers
