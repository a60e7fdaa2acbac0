"""G36: uploads, deletions and sweeps at once, without any grace; a checker looks all the time.

Few different files are uploaded again and again, so that the same bytes come and go in the same moment.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo
from apps.media import cas, fsck, sweeping
from apps.media.models import Blob
from apps.media.storage import LocalStore, store
from tests.factories import jpeg
from tests.media.test_cas import received

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SECONDS = 6.0
FILES = [jpeg(40, 30) for _ in range(6)]

Deed = Callable[[random.Random], None]


class Race:
    """Deeds repeated in threads until the time is over; `lost` are photos whose bytes were not there."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.lost: set[str] = set()
        self.errors: list[BaseException] = []
        self.counts: dict[str, int] = {}

    def run(self, deeds: list[Deed]) -> None:
        end = time.monotonic() + SECONDS
        threads = [threading.Thread(target=self._repeat, args=(deed, end, seed)) for seed, deed in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _repeat(self, deed: Deed, end: float, seed: int) -> None:
        chance = random.Random(seed)
        try:
            while time.monotonic() < end:
                deed(chance)
                self.counts[deed.__name__] = self.counts.get(deed.__name__, 0) + 1
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def upload(self, chance: random.Random) -> None:
        stored = received(chance.choice(FILES))
        try:
            with cas.keeping(self.studio, stored) as (blob, _):
                if not Photo.objects.for_studio(self.studio).filter(original=blob).exists():
                    Photo(studio=self.studio, original=blob, camera_name="x.jpg").save(force_insert=True)
        except DatabaseError:
            # Two uploads made the photo at once; one of them is told to try again.
            return
        finally:
            stored.discard()

    def delete(self, chance: random.Random) -> None:
        with acting_in(self.studio):
            photo = Photo.objects.for_studio(self.studio).order_by("?").first()
            if photo:
                Photo.objects.for_studio(self.studio).filter(pk=photo.pk).delete()
        time.sleep(0.002)

    def sweep(self, chance: random.Random) -> None:
        sweeping.sweep(self.studio.pk, grace=timedelta(0), confirmed=10**6)

    def check(self, chance: random.Random) -> None:
        for photo in self._photos():
            if store().size(photo.original.storage_key) is None and self._still_there(photo):
                self.lost.add(photo.original.storage_key)

    def _photos(self) -> list[Photo]:
        with acting_in(self.studio):
            return list(Photo.objects.for_studio(self.studio).select_related("original"))

    def _still_there(self, photo: Photo) -> bool:
        # A photo deleted since we read it may have lost its bytes rightly; a healed one has another key.
        with acting_in(self.studio):
            now = Photo.objects.for_studio(self.studio).filter(pk=photo.pk).select_related("original").first()
        return now is not None and store().size(now.original.storage_key) is None


def test_the_sweep_never_takes_a_byte_that_a_photo_needs(local: LocalStore, north: Studio) -> None:
    race = Race(north)
    race.run([race.upload, race.upload, race.upload, race.delete, race.delete, race.sweep, race.check])
    race.check(random.Random())
    assert race.errors == []
    assert race.lost == set()
    assert race.counts["upload"] > 100
    assert race.counts["sweep"] > 10


def test_after_the_race_rows_and_bytes_agree(local: LocalStore, north: Studio) -> None:
    race = Race(north)
    race.run([race.upload, race.upload, race.delete, race.sweep, race.sweep])
    assert race.errors == []
    # One more run ends what another sweeper began.
    race.sweep(random.Random())
    assert list(fsck.check_studio(north.pk, grace=timedelta(0))) == []


class CountingRace(Race):
    """The broken variant: look whether anybody still refers to the bytes, then remove them at once."""

    def delete(self, chance: random.Random) -> None:
        with acting_in(self.studio):
            photo = Photo.objects.for_studio(self.studio).select_related("original").order_by("?").first()
            if photo is None:
                return
            Photo.objects.for_studio(self.studio).filter(pk=photo.pk).delete()
        self._forget(photo.original)

    def _forget(self, blob: Blob) -> None:
        with acting_in(self.studio):
            if Photo.objects.for_studio(self.studio).filter(original=blob).exists():
                return
        store().delete(blob.storage_key)
        try:
            with acting_in(self.studio):
                Blob.objects.for_studio(self.studio).filter(pk=blob.pk).delete()
        except DatabaseError:
            return


def test_counting_references_loses_bytes_in_the_same_race(local: LocalStore, north: Studio) -> None:
    race = CountingRace(north)
    race.run([race.upload, race.upload, race.upload, race.delete, race.delete, race.check])
    assert race.lost
