"""Row 26: how many faces are found in pictures and in composed groups, and whose they are said to be."""

from __future__ import annotations

import os
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from apps.faces import clustering, joining, looking
from apps.faces.findings import Found
from tests.bench import Context, Row
from tests.bench.composed import ACROSS, DOWN, Portrait, compose, who_is_in
from tests.bench.goals import at_least, at_most
from tests.bench.row22_names import FOLDER

Pictures = dict[Path, list[Found]]
#: Pixels of a face, and what measuring engines on other groups of these people gave: faces found of 36, and how many
#: pairs of one person lie within `joining.LINK` of a large face.
SIZES = {24: (33 / 36, 0.26), 32: (1.0, 0.82), 40: (1.0, 0.945), 48: (1.0, 0.97), 64: (1.0, 0.97), 96: (1.0, 0.97)}
#: Of 36 heads turned by 60 degrees that measurement found so many by this detector alone.
TURNED = 10 / 36


def run(context: Context) -> Iterator[Row]:
    folder = os.environ.get(FOLDER)
    if not folder:
        raise AssertionError(f"{FOLDER} does not say where the pictures of people are")
    every = sorted(path for path in Path(folder).iterdir() if path.suffix in {".jpg", ".png"})
    pictures = {path: looking.find(path) for path in (every[::6] if context.is_quick else every)}
    other = sum(len(faces) != len(who_is_in(path)) for path, faces in pictures.items())
    yield context.row(
        26, f"of {len(pictures)} pictures: with another number of faces", other, "pictures", None, at_most(2)
    )
    yield from _groups(context, pictures)
    portraits = [Portrait(who_is_in(p)[0], p, f[0]) for p, f in pictures.items() if len(who_is_in(p)) == len(f) == 1]
    random.Random(24).shuffle(portraits)
    background = next(path for path in every if not who_is_in(path))
    for size, (found, told) in SIZES.items():
        yield from _composed(context, portraits, background, size, found, told)
    yield _turned(context, portraits, background)
    yield from _blurred(context, portraits, background)


def _groups(context: Context, pictures: Pictures) -> Iterator[Row]:
    """Grouped from nothing, as by night; faces of two-person pictures are known by their place from left to right."""
    faces, people, photos = [], [], []
    for number, (path, found) in enumerate(pictures.items()):
        there = who_is_in(path)
        if len(there) != len(found):
            continue
        for face, who in zip(sorted(found, key=lambda one: one.box.x), there, strict=True):
            if face.is_trusted and face.embedding is not None:
                faces.append(face.embedding)
                people.append(who)
                photos.append(number)
    labels = clustering.group(np.array(faces, np.float32), within=joining.LINK, photos=np.array(photos, np.int64))
    pairs = list(combinations(range(len(faces)), 2))
    same = {pair for pair in pairs if people[pair[0]] == people[pair[1]]}
    together = {pair for pair in pairs if labels[pair[0]] == labels[pair[1]]}
    score = 2 * len(same & together) / (len(same) + len(together))
    inside = defaultdict(list)
    for label, who in zip(labels, people, strict=True):
        inside[int(label)].append(who)
    pure = sum(max(group.count(who) for who in group) for group in inside.values()) / len(faces)
    what = f"{len(faces)} large, sharp faces of {len(set(people))} people in {len(inside)} groups"
    yield context.row(26, f"{what}: F1 of pairs", round(score, 4), "", None, at_least(0.98))
    yield context.row(26, "the same, purity", round(pure, 4), "", None, at_least(1))


def _composed(
    context: Context, portraits: Sequence[Portrait], background: Path, size: int, found: float, told: float
) -> Iterator[Row]:
    seen = _look(portraits[: _most(context)], background, size=size)
    yield _found(context, f"faces of {size} px in groups of {ACROSS * DOWN}", seen, found)
    yield _told(context, portraits, seen, told)


def _turned(context: Context, portraits: Sequence[Portrait], background: Path) -> Row:
    seen = _look(portraits[: _most(context)], background, size=96, turned=60)
    return _found(context, "faces of 96 px, turned by 60 degrees", seen, TURNED)


def _blurred(context: Context, portraits: Sequence[Portrait], background: Path) -> Iterator[Row]:
    seen = _look(portraits[: _most(context)], background, size=100, blur=2)
    yield _found(context, "faces of 100 px, blurred by 2 px", seen, 1.0)
    yield _told(context, portraits, seen, 0.72)
    trusted = sum(face.is_trusted for _, face in seen.faces)
    yield context.row(26, "the same, sharp enough to join somebody by themselves", trusted, "faces")


def _found(context: Context, what: str, seen: Seen, wanted: float) -> Row:
    elsewhere = f", and {seen.elsewhere} where nobody is" if seen.elsewhere else ""
    what = f"{what}: found of {seen.heads}{elsewhere}"
    return context.row(26, what, len(seen.faces) / seen.heads, "", None, at_least(wanted))


def _told(context: Context, portraits: Sequence[Portrait], seen: Seen, wanted: float) -> Row:
    distances = [
        float(np.linalg.norm(np.subtract(np.asarray(other.face.embedding), np.asarray(face.embedding))))
        for one, face in seen.faces
        for other in portraits
        if other.who == one.who and other is not one and None not in (face.embedding, other.face.embedding)
    ]
    near = sum(distance <= joining.LINK for distance in distances) / max(1, len(distances))
    what = f"the same, of {len(distances)} pairs with another photo of them within {joining.LINK}"
    return context.row(26, what, near, "", None, at_least(wanted))


def _most(context: Context) -> int:
    return ACROSS * DOWN * (1 if context.is_quick else 3)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who was found in groups, of how many, and how many faces where nobody is."""

    faces: list[tuple[Portrait, Found]]
    heads: int
    elsewhere: int


def _look(portraits: Sequence[Portrait], background: Path, *, size: int, turned: float = 0, blur: float = 0) -> Seen:
    seen, heads_there, elsewhere = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(portraits), ACROSS * DOWN):
            part = portraits[start : start + ACROSS * DOWN]
            picture, heads = compose(part, background, size=size, turned=turned, blur=blur)
            picture.save(path := Path(folder) / "group.jpg", quality=95)
            faces = looking.find(path)
            heads_there += len(heads)
            for portrait, head in zip(part, heads, strict=True):
                face = next((face for face in faces if head.is_in(face.box)), None)
                if face is not None:
                    seen.append((portrait, face))
                    faces.remove(face)
            elsewhere += len(faces)
    return Seen(seen, heads_there, elsewhere)
