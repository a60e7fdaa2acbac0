"""Whether two pictures show the same, told by their signatures (see `signatures`)."""

from collections.abc import Sequence
from math import sqrt
from typing import Final

#: Pixels of a signature each way. Coarser hides what differs, finer makes a crop of two percent another picture.
SIDE: Final = 24


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The correlation of two signatures, 0..1: neither brightness nor contrast counts. 1 for two that are one grey."""
    count = len(one)
    means = sum(one) / count, sum(other) / count
    left, right = [value - means[0] for value in one], [value - means[1] for value in other]
    norms = sqrt(sum(value * value for value in left)), sqrt(sum(value * value for value in right))
    if not all(norms):
        return 1.0 if not any(norms) else 0.0
    product = sum(a * b for a, b in zip(left, right, strict=True))
    return min(1.0, max(0.0, product / (norms[0] * norms[1])))
