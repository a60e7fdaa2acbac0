"""Derived files: made once, also by two workers; kept, swept and healed like all bytes."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from PIL import ExifTags, Image

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Job, Queue
from apps.media import fsck, on_demand, sweeping
from apps.media.models import Blob, BlobState, Rendition
from apps.media.storage import LocalStore, as_local_file
from config.tasks import STEPS
from tests.factories import BlobFactory, PhotoFactory, StudioFactory, kept
from tests.media import private_files
from tests.media.corpus import named
from tests.media.private_files import SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(local: LocalStore) -> Studio:
    made: Studio = StudioFactory.create()
    return made


def bytes_of(blob: Blob) -> bytes:
    with as_local_file(blob.storage_key) as path:
        return path.read_bytes()


def rows(studio: Studio) -> list[Rendition]:
    with acting_in(studio):
        return list(Rendition.objects.for_studio(studio).order_by("kind"))


@pytest.mark.parametrize("name", private_files.FORMATS)
def test_a_clean_file_is_made_once_and_has_the_originals_format(studio: Studio, name: str) -> None:
    original = kept(studio, private_files.FORMATS[name]())
    made = on_demand.ensure(original, "clean.none")
    assert made.mime == original.mime
    assert made.pk != original.pk
    assert SECRET.encode() not in bytes_of(made)
    assert on_demand.ensure(original, "clean.none") == made
    (row,) = rows(studio)
    with Image.open(io.BytesIO(bytes_of(original))) as image:
        assert (row.width, row.height) == image.size
    with acting_in(studio):
        assert on_demand.find(studio, [original.pk], "clean.none") == {original.pk: made}
        assert on_demand.find(studio, [original.pk], "clean.copyright") == {}


@pytest.mark.parametrize("policy", ["none", "copyright"])
def test_of_a_camera_raw_a_clean_file_is_a_jpeg_of_all_pixels(studio: Studio, policy: str) -> None:
    """What the camera wrote between the sensor's data (serial number, place, owner) cannot be taken out of it."""
    raw = named("raw/synth_orientation6.dng").read_bytes()
    made = on_demand.ensure(kept(studio, raw), f"clean.{policy}")
    assert made.mime == "image/jpeg"
    with Image.open(io.BytesIO(bytes_of(made))) as image:
        assert (image.format, image.size) == ("JPEG", (900, 600))
        assert not image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert not {ExifTags.Base.Make, ExifTags.Base.BodySerialNumber} & set(image.getexif())


@pytest.mark.parametrize(("edge", "size"), [(48, (32, 48)), (96, (64, 96)), (5000, (64, 96))])
def test_a_fitted_file_is_upright_small_and_never_enlarged(studio: Studio, edge: int, size: tuple[int, int]) -> None:
    original = kept(studio, private_files.jpeg())
    made = on_demand.ensure(original, f"fit.{edge}")
    with Image.open(io.BytesIO(bytes_of(made))) as image:
        assert (image.format, image.size) == ("JPEG", size)
        assert image.info["icc_profile"] == private_files.PROFILE
        assert not image.getexif()
    assert SECRET.encode() not in bytes_of(made)
    assert b"Quill" not in bytes_of(made)
    (row,) = rows(studio)
    assert (row.width, row.height) == size


@pytest.mark.parametrize("kind", ["", "tiles", "clean.all", "fit.0", "fit.015", "fit.99999", "fit.-5", "mark.a.tile"])
def test_other_kinds_are_not_made(studio: Studio, kind: str) -> None:
    with pytest.raises(ValueError, match=r"derived|pixels"):
        on_demand.ensure(kept(studio, private_files.png()), kind)


def test_a_file_without_metadata_is_its_own_clean_file_and_can_still_be_swept(studio: Studio) -> None:
    plain = io.BytesIO()
    private_files.picture().save(plain, "PNG")
    original = kept(studio, plain.getvalue())
    assert on_demand.ensure(original, "clean.none") == original
    sweeping.sweep(studio.pk, grace=timedelta(0))
    assert sweeping.sweep(studio.pk, grace=timedelta(0)).swept == 1
    assert rows(studio) == []


def test_what_is_derived_lives_and_goes_with_its_original(studio: Studio) -> None:
    photo = PhotoFactory.create(studio=studio, original__data=private_files.jpeg())
    made = on_demand.ensure(photo.original, "clean.copyright")
    assert sweeping.sweep(studio.pk, grace=timedelta(0)).doomed == 0
    assert list(fsck.check_studio(studio.pk)) == []
    with acting_in(studio):
        photo.versions.all().delete()
        photo.delete()
    for _ in range(2):
        sweeping.sweep(studio.pk, grace=timedelta(0))
    with acting_in(studio):
        assert not Blob.objects.for_studio(studio).filter(pk__in=[made.pk, photo.original_id]).exists()
    assert rows(studio) == []


def test_what_nobody_fetches_for_a_month_is_forgotten_and_made_again(studio: Studio) -> None:
    photo = PhotoFactory.create(studio=studio, original__data=private_files.jpeg())
    blobs = {kind: on_demand.ensure(photo.original, kind) for kind in ("clean.none", "clean.copyright", "fit.48")}
    long_ago = timezone.now() - timedelta(days=31)
    with acting_in(studio):
        Rendition.objects.for_studio(studio).update(created_at=long_ago)
        Blob.objects.for_studio(studio).update(seen_at=long_ago)
    on_demand.ensure(photo.original, "clean.copyright")
    sweeping.sweep(studio.pk)
    assert [row.kind for row in rows(studio)] == ["clean.copyright"]
    assert on_demand.ensure(photo.original, "fit.48").sha256 == blobs["fit.48"].sha256


def test_renditions_of_the_gallery_are_never_forgotten(studio: Studio) -> None:
    photo = PhotoFactory.create(studio=studio, original__data=private_files.jpeg())
    long_ago = timezone.now() - timedelta(days=400)
    with acting_in(studio):
        for kind in ("tile", "mark.0123456789abcdef.tile"):
            row = Rendition(studio=studio, source=photo.original, kind=kind, recipe=1, width=1, height=1)
            row.blob = BlobFactory.create(studio=studio)
            row.created_at = long_ago
            row.save(force_insert=True)
        Blob.objects.for_studio(studio).update(seen_at=long_ago)
    sweeping._forget_unused(studio.pk, timezone.now())
    assert len(rows(studio)) == 2


def test_a_damaged_clean_file_is_made_again(studio: Studio) -> None:
    original = kept(studio, private_files.jpeg())
    made = on_demand.ensure(original, "clean.none")
    with acting_in(studio):
        Blob.objects.for_studio(studio).filter(pk=made.pk).update(state=BlobState.DAMAGED)
    again = on_demand.ensure(original, "clean.none")
    assert (again.pk, again.state) == (made.pk, BlobState.LIVE)


def test_damaged_bytes_are_not_given_a_new_name(studio: Studio) -> None:
    original = kept(studio, private_files.jpeg())
    with as_local_file(original.storage_key) as path:
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(on_demand.NotMade):
        on_demand.ensure(original, "clean.none")
    assert rows(studio) == []


def test_bytes_that_are_gone_and_bad_files_say_so(studio: Studio) -> None:
    with pytest.raises(on_demand.NotMade) as gone:
        on_demand.ensure(BlobFactory.create(studio=studio), "clean.none")
    with pytest.raises(on_demand.NotMade) as bad:
        on_demand.ensure(kept(studio, private_files.jpeg()[:3000]), "clean.none")
    assert (gone.value.is_final, bad.value.is_final) == (False, True)


def _answer(job_kind: str) -> None:
    assert queue.answer(Queue.IMAGES, STEPS) is not None, job_kind


def test_workers_make_what_is_requested_ahead(studio: Studio) -> None:
    original = kept(studio, private_files.jpeg())
    bad = kept(studio, private_files.jpeg()[:3000])
    with acting_in(studio):
        for _ in range(2):
            on_demand.request(studio, [original.pk, bad.pk], "fit.48")
        assert Job.objects.for_studio(studio).count() == 2
    _answer("fit")
    _answer("fit")
    with acting_in(studio):
        assert set(on_demand.find(studio, [original.pk, bad.pk], "fit.48")) == {original.pk}
        states = Job.objects.for_studio(studio).order_by("state").values_list("state", flat=True)
        assert list(states) == ["done", "rejected"]
        on_demand.request(studio, [original.pk], "fit.48")
        assert not Job.objects.for_studio(studio).filter(state="pending").exists()


def test_a_request_for_bytes_that_are_gone_ends_well(studio: Studio) -> None:
    on_demand.derive(queue.Claimed(UUID(int=1), studio.pk, "derive.clean.none", UUID(int=2), 1))
    assert rows(studio) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_moment_make_one_row(studio: Studio) -> None:
    original = kept(studio, private_files.jpeg())
    found: list[UUID] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            found.append(on_demand.ensure(original, "clean.copyright").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == len(rows(studio)) == 1
    with acting_in(studio):
        assert Blob.objects.for_studio(studio).count() == 2
