"""Grouping from nothing, and that humans are obeyed."""

from __future__ import annotations

import numpy as np
import pytest

from apps.faces import clustering
from tests.faces.makers import embedding

PEOPLE = np.repeat(np.arange(12), 9)


def faces() -> clustering.Floats:
    return np.array([embedding(int(person), at) for at, person in enumerate(PEOPLE)], np.float32)


def test_each_person_is_one_group() -> None:
    labels = clustering.group(faces(), within=0.5)
    assert len(set(zip(PEOPLE, labels, strict=True))) == len(set(labels)) == 12


def test_blocks_do_not_change_the_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = clustering.group(faces(), within=0.5)
    monkeypatch.setattr(clustering, "_ROWS", 7)
    monkeypatch.setattr(clustering, "_COLUMNS", 21)
    assert (clustering.group(faces(), within=0.5) == whole).all()


def test_a_limit_is_a_distance() -> None:
    pair = np.zeros((2, 128), np.float32)
    pair[1, 0] = 0.5
    assert list(clustering.group(pair, within=0.5)) == [0, 0]
    assert list(clustering.group(pair, within=0.49)) == [0, 1]


def test_two_people_whom_a_human_told_apart_never_share_a_group() -> None:
    alike = np.array([embedding(1, at) for at in range(20)], np.float32)
    pinned = np.full(20, -1)
    pinned[:4], pinned[4:8] = 5, 6
    labels = clustering.group(alike, within=0.5, pinned=pinned)
    assert set(labels[:4]).isdisjoint(labels[4:8])
    assert len(set(labels[:4])) == len(set(labels[4:8])) == 1


def test_faces_of_one_photo_are_not_linked() -> None:
    twins = np.array([embedding(1, 0), embedding(1, 1)], np.float32)
    assert len(set(clustering.group(twins, within=0.5))) == 1
    assert len(set(clustering.group(twins, within=0.5, photos=np.array([3, 3])))) == 2
    assert len(set(clustering.group(twins, within=0.5, apart=[(1, 0)]))) == 2


def test_no_face_and_a_wrong_shape() -> None:
    assert len(clustering.group(np.empty((0, 128), np.float32), within=0.5)) == 0
    with pytest.raises(ValueError, match="each face"):
        clustering.group(np.zeros((3, 128), np.float32), within=0.5, photos=np.array([1]))
