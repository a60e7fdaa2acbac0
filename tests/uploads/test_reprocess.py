"""`manage.py reprocess`: photos go through the pipeline again."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import Job, State
from apps.media.presets import PRESETS, RECIPE
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "ring", lambda name: None)


def on_their_way(studio: Studio) -> set[object]:
    """Photos that wait for the pipeline."""
    with acting_in(studio):
        return set(Job.objects.for_studio(studio).filter(state=State.PENDING).values_list("subject_id", flat=True))


def reprocess(**options: object) -> str:
    out = StringIO()
    call_command("reprocess", stdout=out, **options)
    return out.getvalue()


def rendered(studio: Studio, recipe: int = RECIPE) -> Photo:
    photo: Photo = PhotoFactory.create(studio=studio)
    for preset in PRESETS:
        RenditionFactory.create(studio=studio, source=photo.original, kind=preset.name, recipe=recipe)
    return photo


def test_failed_photos_are_tried_again(north: Studio) -> None:
    PhotoFactory.create(studio=north)
    failed = PhotoFactory.create(studio=north, state=PhotoState.FAILED, problem="no")
    assert reprocess(failed=True) == "1 photos are on their way again.\n"
    assert on_their_way(north) == {failed.pk}
    with acting_in(north):
        failed.refresh_from_db()
    assert (failed.state, failed.problem) == (PhotoState.PROCESSING, "")


def test_all_means_all_but_the_trash(north: Studio, south: Studio) -> None:
    photos = [PhotoFactory.create(studio=studio) for studio in (north, south)]
    PhotoFactory.create(studio=north, trashed_at=timezone.now())
    reprocess(all=True)
    assert on_their_way(north) | on_their_way(south) == {photo.pk for photo in photos}


def test_one_studio_can_be_chosen(north: Studio, south: Studio) -> None:
    for studio in (north, south):
        PhotoFactory.create(studio=studio)
    reprocess(all=True, studio="south")
    assert on_their_way(north) == set()


def test_one_album_can_be_chosen(north: Studio) -> None:
    album = AlbumFactory.create(studio=north)
    inside = PlacementFactory.create(album=album).photo
    PhotoFactory.create(studio=north)
    reprocess(all=True, album=album.pk)
    assert on_their_way(north) == {inside.pk}


def test_renditions_of_an_older_recipe_are_made_again(north: Studio) -> None:
    rendered(north)
    stale, bare = rendered(north, recipe=RECIPE - 1), PhotoFactory.create(studio=north)
    reprocess(stale_recipe=True)
    assert on_their_way(north) == {stale.pk, bare.pk}


def test_a_photo_stays_visible_while_it_is_rendered_anew(north: Studio) -> None:
    photo = rendered(north, recipe=RECIPE - 1)
    reprocess(all=True)
    with acting_in(north):
        photo.refresh_from_db()
    assert photo.state == PhotoState.READY


def test_what_to_reprocess_must_be_said(north: Studio) -> None:
    with pytest.raises(CommandError, match="required"):
        call_command("reprocess")
