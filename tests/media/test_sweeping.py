"""Removing what nothing refers to: never too early, never too much, never twice."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.albums.models import Photo, Version, VersionKind
from apps.media import sweeping
from apps.media.models import Blob, BlobEvent, BlobState, Rendition
from apps.media.storage import LocalStore, store
from apps.media.tasks import sweep as sweep_task
from tests.factories import PhotoFactory, RenditionFactory, jpeg, kept
from tests.media.conftest import files_below

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = timedelta(days=8)


def blobs(studio: Studio) -> StudioQuerySet[Blob]:
    rows: StudioQuerySet[Blob] = Blob.objects.for_studio(studio)
    return rows


def age(studio: Studio, by: timedelta = LONG_AGO) -> None:
    """As if so much time had passed for all blobs of the studio."""
    with acting_in(studio):
        for blob in blobs(studio):
            blob.seen_at -= by
            blob.doomed_at = blob.doomed_at and blob.doomed_at - by
            blob.save(update_fields=["seen_at", "doomed_at"])


def state(blob: Blob) -> str:
    """What became of a blob: its state, or "gone" (row and bytes)."""
    with acting_in(blob.studio):
        row = blobs(blob.studio).filter(pk=blob.pk).first()
    if row is None:
        assert store().size(blob.storage_key) is None
        return "gone"
    assert store().size(blob.storage_key) == blob.size
    return row.state


def events(studio: Studio) -> list[str]:
    with acting_in(studio):
        return list(BlobEvent.objects.for_studio(studio).order_by("at", "id").values_list("event", flat=True))


def loose(studio: Studio) -> Blob:
    """A blob that nothing refers to."""
    return kept(studio, jpeg())


# -- a blob's last days ------------------------------------------------------------------------------


def test_a_blob_that_nothing_refers_to_goes_in_two_graces(local: LocalStore, north: Studio) -> None:
    blob = loose(north)
    seen = [state(blob)]
    for _ in range(2):
        age(north)
        sweeping.sweep(north.pk)
        seen.append(state(blob))
    assert seen == ["live", "doomed", "gone"]
    assert events(north) == ["doomed", "swept"]
    assert files_below(local.root) == []


def test_bytes_stay_while_an_upgrade_can_be_rolled_back(
    local: LocalStore, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database that is kept from before it may name them."""
    first, second = loose(north), loose(north)
    age(north)
    sweeping.sweep(north.pk)
    age(north)
    with monkeypatch.context() as kept_database:
        kept_database.setattr(sweeping, "may_be_rolled_back", lambda: True)
        assert (sweeping.foresee(north.pk).swept, sweeping.foresee(north.pk).put_off) == (0, 2)
        report = sweeping.sweep(north.pk)
        assert (report.swept, report.put_off) == (0, 2)
        assert sweeping.sweep(north.pk).put_off == 0
    assert sweeping.sweep(north.pk).swept == 0
    assert [state(blob) for blob in (first, second)] == ["doomed", "doomed"]
    age(north, sweeping.ROLLBACK_KEPT)
    assert sweeping.sweep(north.pk).swept == 2


def test_a_blob_seen_within_the_grace_stays(local: LocalStore, north: Studio) -> None:
    blob = loose(north)
    age(north, timedelta(days=6))
    sweeping.sweep(north.pk)
    assert state(blob) == "live"


def test_a_blob_uploaded_again_is_seen_again(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    blob = kept(north, data)
    age(north)
    kept(north, data)
    sweeping.sweep(north.pk)
    assert state(blob) == "live"


def test_a_doomed_blob_waits_for_its_second_grace(local: LocalStore, north: Studio) -> None:
    blob = loose(north)
    age(north)
    for _ in range(3):
        sweeping.sweep(north.pk)
    assert state(blob) == "doomed"


def test_bytes_that_come_back_while_the_old_ones_are_doomed_survive_their_sweep(
    local: LocalStore, north: Studio
) -> None:
    data = jpeg()
    old = kept(north, data)
    age(north)
    sweeping.sweep(north.pk)
    photo = PhotoFactory.create(studio=north, original=kept(north, data))
    age(north)
    sweeping.sweep(north.pk)
    assert (state(old), state(photo.original)) == ("gone", "live")


# -- what refers to a blob ---------------------------------------------------------------------------


def sweep_twice(studio: Studio) -> None:
    for _ in range(2):
        age(studio)
        sweeping.sweep(studio.pk)


def test_every_key_to_a_blob_in_the_project_is_known() -> None:
    held_by = {f"{relation.related_model.__name__}.{relation.field.name}" for relation in sweeping.holding_keys()}
    assert held_by == {"Photo.original", "Version.blob", "Rendition.blob", "ExportFile.blob"}


def test_the_original_of_a_photo_stays(local: LocalStore, north: Studio) -> None:
    photo = PhotoFactory.create(studio=north, original=loose(north))
    sweep_twice(north)
    assert state(photo.original) == "live"


def test_the_original_of_a_photo_in_the_trash_stays(local: LocalStore, north: Studio) -> None:
    photo = PhotoFactory.create(studio=north, original=loose(north), trashed_at=timezone.now())
    sweep_twice(north)
    assert state(photo.original) == "live"


def test_a_further_version_of_a_photo_stays(local: LocalStore, north: Studio) -> None:
    photo, retouched = PhotoFactory.create(studio=north, original=loose(north)), loose(north)
    version = Version(studio=north, photo=photo, blob=retouched, kind=VersionKind.RETOUCHED, is_current=False)
    with acting_in(north):
        version.save(force_insert=True)
    sweep_twice(north)
    assert state(retouched) == "live"


def rendered(studio: Studio) -> Photo:
    photo = PhotoFactory.create(studio=studio, original=loose(studio))
    RenditionFactory.create(studio=studio, source=photo.original, blob=loose(studio))
    return photo


def purge(photo: Photo) -> None:
    with acting_in(photo.studio):
        Photo.objects.for_studio(photo.studio).filter(pk=photo.pk).delete()


def test_a_rendition_of_a_photo_stays(local: LocalStore, north: Studio) -> None:
    rendered(north)
    sweep_twice(north)
    assert len(files_below(local.root)) == 2


def test_a_rendition_goes_with_its_source(local: LocalStore, north: Studio) -> None:
    purge(rendered(north))
    sweep_twice(north)
    assert files_below(local.root) == []
    with acting_in(north):
        assert not Rendition.objects.for_studio(north).exists()


def test_a_rendition_replaced_by_a_newer_one_goes(local: LocalStore, north: Studio) -> None:
    photo, newer = rendered(north), loose(north)
    with acting_in(north):
        rendition = Rendition.objects.for_studio(north).get(source=photo.original)
        old = rendition.blob
        rendition.blob = newer
        rendition.save()
    old.studio = north
    sweep_twice(north)
    assert (state(old), state(newer)) == ("gone", "live")


def test_a_doomed_blob_that_is_referred_to_again_is_spared(local: LocalStore, north: Studio) -> None:
    blob = loose(north)
    age(north)
    sweeping.sweep(north.pk)
    PhotoFactory.create(studio=north, original=blob)
    age(north)
    assert sweeping.sweep(north.pk).spared == 1
    assert state(blob) == "live"
    assert events(north) == ["doomed", "spared"]


def test_a_key_committed_at_the_last_moment_is_defended_by_the_database(
    local: LocalStore, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep's own look is late here, as if a photo had been committed between its look and its commit."""
    blob = loose(north)
    age(north)
    sweeping.sweep(north.pk)
    age(north)
    monkeypatch.setattr(sweeping, "_spare", lambda studio_id: 0)
    monkeypatch.setattr(sweeping, "_to_sweep", lambda studio_id, before: blobs(north).filter(state=BlobState.DOOMED))
    PhotoFactory.create(studio=north, original=blob)
    assert sweeping.sweep(north.pk).swept == 0
    assert state(blob) == "doomed"


def test_another_studios_blobs_are_not_touched(local: LocalStore, north: Studio, south: Studio) -> None:
    blob = loose(south)
    age(south)
    sweeping.sweep(north.pk)
    assert state(blob) == "live"


# -- too much at once --------------------------------------------------------------------------------


def doom(studio: Studio, count: int) -> list[Blob]:
    rows = [loose(studio) for _ in range(count)]
    age(studio)
    sweeping.sweep(studio.pk)
    age(studio)
    return rows


@pytest.fixture
def careful(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixed number is small, so that the tests need few files."""
    monkeypatch.setattr(sweeping, "MOST_AT_ONCE", 3)


def test_a_run_that_would_remove_too_much_removes_nothing_and_says_so(
    local: LocalStore, north: Studio, careful: None, caplog: pytest.LogCaptureFixture
) -> None:
    rows = doom(north, 4)
    report = sweeping.sweep(north.pk)
    assert "4 of 4 stored files" in report.stopped
    assert {state(blob) for blob in rows} == {"doomed"}
    assert "4 of 4 stored files" in caplog.text
    assert events(north)[-1] == "stopped"


def test_up_to_the_fixed_number_a_small_studio_is_swept(local: LocalStore, north: Studio, careful: None) -> None:
    rows = doom(north, 3)
    assert sweeping.sweep(north.pk).swept == 3
    assert {state(blob) for blob in rows} == {"gone"}


def test_a_human_can_agree_to_the_number(local: LocalStore, north: Studio, careful: None) -> None:
    doom(north, 4)
    call_command("sweep", studio=north.slug, confirm=4, stdout=StringIO())
    assert files_below(local.root) == []


def test_agreeing_to_fewer_is_not_agreeing(local: LocalStore, north: Studio, careful: None) -> None:
    doom(north, 5)
    with pytest.raises(CommandError, match="not swept"):
        call_command("sweep", studio=north.slug, confirm=4, stdout=StringIO())
    assert len(files_below(local.root)) == 5


# -- interrupted, foreseen, scheduled ----------------------------------------------------------------


def test_a_removal_that_was_interrupted_is_finished_by_the_next_run(
    local: LocalStore, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    (blob,) = doom(north, 1)
    with monkeypatch.context() as crash:
        crash.setattr(sweeping, "_remove_bytes", lambda event: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sweeping.sweep(north.pk)
    assert store().size(blob.storage_key)
    sweeping.sweep(north.pk)
    assert state(blob) == "gone"
    assert events(north)[-1] == "swept"


def test_a_dry_run_says_what_would_happen_and_changes_nothing(local: LocalStore, north: Studio) -> None:
    doom(north, 2)
    loose(north)
    out = StringIO()
    call_command("sweep", dry_run=True, now=True, stdout=out)
    assert "1 would be marked, 0 would be spared, 2 would be removed" in out.getvalue()
    assert len(files_below(local.root)) == 3


def test_without_waiting_two_runs_are_enough(local: LocalStore, north: Studio) -> None:
    loose(north)
    for _ in range(2):
        call_command("sweep", now=True, stdout=StringIO())
    assert files_below(local.root) == []


def test_the_scheduled_task_sweeps_every_studio(local: LocalStore, north: Studio, south: Studio) -> None:
    rows = doom(north, 1) + doom(south, 1)
    sweep_task()
    assert {state(blob) for blob in rows} == {"gone"}


def test_trouble_in_one_studio_does_not_stop_the_others(
    local: LocalStore, north: Studio, south: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    doom(north, 1)
    (other,) = doom(south, 1)
    real = sweeping.sweep
    monkeypatch.setattr(sweeping, "sweep", lambda pk: 1 / 0 if pk == north.pk else real(pk))
    sweeping.sweep_all()
    assert state(other) == "gone"


def test_temporary_files_go_after_a_day(local: LocalStore) -> None:
    old, young, folder = local.temp / "in.old", local.temp / "in.young", local.temp / "render.old"
    for path in (old, young):
        path.write_bytes(b"half")
    folder.mkdir()
    (folder / "tile.webp").write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    for path in (old, folder):
        os.utime(path, (yesterday, yesterday))
    assert sweeping.remove_old_temp() == 2
    assert list(local.temp.iterdir()) == [young]


def test_an_upload_that_ends_while_temporary_files_are_looked_at_stops_nothing(
    local: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = local.temp / "in.old"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    monkeypatch.setattr(sweeping, "_temporary", lambda: iter([local.temp / "in.kept", old]))
    assert sweeping.remove_old_temp() == 1
    assert not old.exists()
