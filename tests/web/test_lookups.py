"""Lookups of our own find what Django's find."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, Placement
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory

pytestmark = pytest.mark.django_db


def test_any_finds_what_in_finds_by_ids_and_by_keys_to_other_rows(north: Studio) -> None:
    album = AlbumFactory.create(studio=north)
    placed = [PlacementFactory.create(album=album) for _ in range(3)]
    asked = [placed[0].photo_id, placed[2].photo_id, uuid4()]
    with acting_in(north):
        photos, placements = Photo.objects.for_studio(north), Placement.objects.for_studio(north)
        assert set(photos.filter(pk__any=asked)) == {placed[0].photo, placed[2].photo}
        assert set(placements.filter(photo_id__any=asked)) == {placed[0], placed[2]}
        assert set(placements.exclude(photo_id__any=asked)) == {placed[1]}
        assert set(placements.filter(photo__original_id__any={placed[1].photo.original_id})) == {placed[1]}
        assert list(photos.filter(pk__any=[])) == []


def test_any_sends_one_array(north: Studio) -> None:
    PhotoFactory.create(studio=north)
    with acting_in(north), CaptureQueriesContext(connection) as queries:
        list(Photo.objects.for_studio(north).filter(pk__any=[uuid4() for _ in range(50)]))
    assert queries.captured_queries[0]["sql"].count("'") == 2 * len(["the studio", "the array"])
