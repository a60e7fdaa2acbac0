"""Faces without the engine: embeddings drawn around a person's own point, as far apart as real ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import consent, joining
from apps.faces.models import Crop, Face, Person, hold
from tests.factories import PhotoFactory, PlacementFactory

#: Distances within a person lie around .35, between two around .85 (docs/faces.md).
SPREAD, APART = 0.25, 0.6


def embedding(person: int, number: int = 0, *, spread: float = SPREAD) -> list[float]:
    """One look of a person; the same numbers give the same look."""
    middle = np.random.default_rng(person).normal(size=128)
    noise = np.random.default_rng(1_000 * person + number + 10**6).normal(size=128)
    look = APART * middle / np.linalg.norm(middle) + spread * noise / np.linalg.norm(noise)
    return [float(value) for value in look]


def switched_on(studio: Studio, by: User, *, in_all_galleries: bool = True) -> None:
    with acting_in(studio):
        consent.switch_on(studio, by=by, agreed=True, in_all_galleries=in_all_galleries)


def new_face(album: Album, person: int, number: int = 0, *, photo: Any = None, **values: Any) -> Face:
    """A face that has just been found and joined whom it belongs to, in a photo of its own."""
    photo = photo or PlacementFactory.create(album=album, photo=PhotoFactory.create(studio=album.studio)).photo
    spread = values.pop("spread", SPREAD)
    with acting_in(album.studio):
        hold(album.studio)
        place = {"x": 0.4, "y": 0.4, "width": 0.1, "height": 0.1, "score": 0.9, "size": 120.0, "sharpness": 4.0}
        vector = embedding(person, number, spread=spread)
        face = Face(studio=album.studio, photo=photo, embedding=vector, **{**place, "is_trusted": True, **values})
        face.save(force_insert=True)
        Crop(studio=album.studio, face=face, webp=b"RIFFcrop").save(force_insert=True)
        joining.place(album.studio_id, [face])
    return face


def person_of(face: Face) -> Person | None:
    """Who a face is now."""
    with acting_in(face.studio):
        now = Face.objects.for_studio(face.studio).select_related("person").get(pk=face.pk)
        person: Person | None = now.person
        return person
