"""What derives from a studio's zone, name and slug follows when they change, whatever happens meanwhile. G70."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.accounts import outbox, studios
from apps.accounts.emails import Words
from apps.accounts.long_tasks import MustGoOn, Task, TaskState
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import capture_time, marks, ordering
from apps.albums.models import Album, Ordering, Photo
from apps.jobs import queue, sliced
from apps.jobs.models import Job, Queue
from apps.media.facts import Facts
from apps.sharing.links.terms import Terms
from apps.sharing.models import WATERMARKS_JOB, Watermark
from apps.uploads import pipeline
from apps.web.days import end_of_day
from config import derived, tasks
from tests.albums.people import names_of
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory
from tests.jobs.test_claim import silent  # noqa: F401  (a fixture)
from tests.sharing.conftest import Make
from tests.sharing.emailing import ANNA, email_of, reread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("silent")]

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 5, 30, 12)


def change(client: Client, studio: Studio, **values: str) -> str:
    """Save the settings as the page does, and read what it says."""
    kept = {"name": studio.name, "slug": studio.slug, "time_zone": studio.time_zone, "accent": studio.accent}
    answer = client.post(f"/studio/{studio.slug}/settings/", {**kept, **values}, follow=True)
    assert answer.status_code == 200
    with acting_in(studio):
        studio.refresh_from_db()
    return str(answer.content.decode())


def work() -> int:
    """Let a worker do all that waits. Returns how many turns it took."""
    turns = 0
    while queue.answer(Queue.DEFAULT, tasks.STEPS) is not None:
        turns += 1
    return turns


def taken(studio: Studio, name: str, local: datetime | None, offset: int | None = None, **fields: Any) -> Photo:
    """A photo whose camera said this, as the pipeline stores it in UTC."""
    return PhotoFactory.create(
        studio=studio,
        camera_name=name,
        facts=Facts(taken_at=local, offset_minutes=offset).as_plain(),
        taken_at=capture_time.instant(local, offset, UTC),
        taken_offset=offset,
        **fields,
    )


def moments(*photos: Photo) -> list[datetime | None]:
    for photo in photos:
        with acting_in(photo.studio_id):
            photo.refresh_from_db()
    return [photo.taken_at for photo in photos]


# -- zone --------------------------------------------------------------------------------------------


def test_photos_read_in_the_old_zone_are_read_in_the_new_one(alice: Client, north: Studio) -> None:
    plain, own, unknown = taken(north, "a", NOON), taken(north, "b", NOON, 540), taken(north, "c", None)
    said = taken(north, "d", NOON, taken_by_hand=True)
    text = change(alice, north, time_zone="Europe/Berlin")
    assert "Moving 1 photo time to the time zone Europe/Berlin" in text
    work()
    noon = NOON.replace(tzinfo=UTC)
    assert moments(plain, own, unknown, said) == [
        noon - timedelta(hours=2), noon - timedelta(hours=9), None, noon,
    ]  # fmt: skip


def test_the_end_of_a_link_stays_the_end_of_its_day(alice: Client, shared: Make) -> None:
    share = shared(expires_on=(timezone.now() + timedelta(days=9)).date())
    endless = shared()
    change(alice, share.studio, time_zone="Pacific/Auckland")
    work()
    for one in (share, endless):
        one.reload()
    assert share.link.expires_on is not None
    assert share.link.expires_at == end_of_day(share.link.expires_on, ZoneInfo("Pacific/Auckland"))
    assert "until the end of" in Terms.of(share.link, share.album).sentence(timezone.now())
    assert endless.link.expires_at is None


def test_a_planned_email_keeps_its_hour(alice: Client, shared: Make) -> None:
    share = shared()
    day = (timezone.now() + timedelta(days=3)).date()
    form = {"link": share.link.pk, "kind": "delivery", "to": "typed", "addresses": ANNA, "language": "en"}
    alice.post(
        f"/studio/north/albums/{share.album.pk}/emails/new/",
        {**form, "day": day.isoformat(), "time": "18:30", "batch": share.link.pk},
    )
    now = email_of(share)
    before = reread(now).due_at
    with acting_in(share.studio):
        planned = share.album.client_emails.exclude(pk=now.pk).select_related("email").get()
    at = datetime.combine(day, datetime.min.time().replace(hour=18, minute=30), tzinfo=UTC)
    assert planned.email.due_at == at
    assert "1 planned email" in change(alice, share.studio, time_zone="Europe/Berlin")
    work()
    assert reread(planned).due_at == at.replace(tzinfo=BERLIN)
    assert reread(now).due_at == before


def test_a_second_change_wins_over_the_first_that_still_runs(alice: Client, north: Studio) -> None:
    photos = [taken(north, f"{number}", NOON) for number in range(150)]
    change(alice, north, time_zone="Asia/Tokyo")
    queue.answer(Queue.DEFAULT, tasks.STEPS)
    change(alice, north, time_zone="Europe/Berlin")
    work()
    assert set(moments(*photos)) == {datetime(2026, 5, 30, 10, tzinfo=UTC)}


def test_a_photo_that_is_rendered_at_that_moment_is_not_missed(alice_user: User, north: Studio) -> None:
    photo = taken(north, "late", None)
    stale = Photo.objects.for_studio(north).select_related("studio")
    with acting_in(north):
        before = stale.get(pk=photo.pk)
    with ThreadPoolExecutor(1) as pool:
        with acting_in(north):
            # Its worker has read the zone and has not committed yet.
            pipeline._learn_moment(before, Facts(taken_at=NOON))
            before.facts = Facts(taken_at=NOON).as_plain()
            before.save(update_fields=["facts", "taken_at", "taken_offset"])
            changing = pool.submit(_to_berlin, north, alice_user)
            with pytest.raises(TimeoutError):
                changing.result(timeout=0.3)
        changing.result(timeout=20)
    work()
    assert moments(photo) == [datetime(2026, 5, 30, 10, tzinfo=UTC)]
    # And one that reads the zone afterwards reads the new one, whatever its studio said before.
    with acting_in(north):
        pipeline._learn_moment(before, Facts(taken_at=NOON))
    assert before.taken_at == datetime(2026, 5, 30, 10, tzinfo=UTC)


def _to_berlin(studio: Studio, by: User) -> None:
    with acting_in(studio):
        member = studio.memberships.select_related("user", "studio").get(user=by)
        studios.change(_Entered(member), time_zone="Europe/Berlin")  # type: ignore[arg-type]


class _Entered:
    """What the deed needs to know of who came in."""

    def __init__(self, member: Any) -> None:
        self.studio, self.user = member.studio, member.user


def test_an_undo_gives_a_time_in_the_zone_of_today(alice: Client, alice_user: User, north: Studio) -> None:
    album = AlbumFactory.create(studio=north, ordering=Ordering.TIME)
    photo = taken(north, "a", NOON)
    PlacementFactory.create(album=album, photo=photo)
    with acting_in(north):
        entry = marks.mark(photo, by=alice_user, album=album, taken_at=datetime(2020, 1, 1, tzinfo=UTC))
    change(alice, north, time_zone="Europe/Berlin")
    work()
    assert entry is not None
    assert alice.post(f"/studio/north/journal/{entry.undo_id}/undo/").status_code == 303
    assert moments(photo) == [datetime(2026, 5, 30, 10, tzinfo=UTC)]


def test_nobody_stops_it_half_way(alice: Client, north: Studio) -> None:
    taken(north, "a", NOON)
    text = change(alice, north, time_zone="Europe/Berlin")
    with acting_in(north):
        task = Task.objects.for_studio(north).get()
        with pytest.raises(MustGoOn):
            sliced.cancel(north, task.pk)
    assert f"/tasks/{task.pk}/cancel/" not in text
    assert (
        "This cannot be stopped" in alice.post(f"/studio/north/tasks/{task.pk}/cancel/", follow=True).content.decode()
    )
    work()
    with acting_in(north):
        task.refresh_from_db()
    assert (task.state, task.changed, task.progress) == (
        TaskState.DONE, 1, "Done: moving 1 photo time to the time zone Europe/Berlin.",
    )  # fmt: skip


def test_nothing_that_derives_is_no_task(alice: Client, north: Studio) -> None:
    assert "Saved. Moving" not in change(alice, north, time_zone="Europe/Berlin", name="N", slug="n", accent="#000000")
    with acting_in(north):
        assert not Task.objects.for_studio(north).exists()


# -- order -------------------------------------------------------------------------------------------


def test_a_camera_without_an_offset_and_a_phone_with_one_go_together(north: Studio) -> None:
    """The studio's zone is UTC and the wedding in Berlin: the phone's instant lies two hours before its wall time."""
    album = AlbumFactory.create(studio=north, ordering=Ordering.NAME)
    shot = [("2 phone", 5, 120), ("1 camera", 0, None), ("3 camera", 10, None), ("4 phone", 15, 120)]
    for name, minute, offset in shot:
        PlacementFactory.create(album=album, photo=taken(north, name, NOON.replace(minute=minute), offset))
    with acting_in(north):
        ordering.reorder(album, Ordering.TIME)
    assert names_of(album) == ["1 camera", "2 phone", "3 camera", "4 phone"]


def test_an_hour_that_the_new_zone_leaves_out_stands_where_its_clock_would(alice: Client, north: Studio) -> None:
    album = AlbumFactory.create(studio=north, ordering=Ordering.NAME)
    for name, at in (("skipped", datetime(2026, 3, 29, 2, 30)), ("after", datetime(2026, 3, 29, 3, 15))):
        PlacementFactory.create(album=album, photo=taken(north, name, at))
    with acting_in(north):
        ordering.reorder(album, Ordering.TIME)
    assert names_of(album) == ["skipped", "after"]
    change(alice, north, time_zone="Europe/Berlin")
    work()
    assert names_of(album) == ["after", "skipped"]
    with acting_in(north):
        album = Album.objects.for_studio(north).get(pk=album.pk)
        rows = list(album.placements.select_related("photo", "photo__studio"))
        for row in rows:
            assert row.sort_key == ordering.sort_key(Ordering.TIME, row.photo, row.manual_key, BERLIN)


# -- name and slug -----------------------------------------------------------------------------------


def test_a_new_name_is_written_over_the_photos_that_bear_the_old_one(alice: Client, shared: Make) -> None:
    share = shared(is_watermarked=True)
    other = shared(is_watermarked=True)
    with acting_in(share.studio):
        Watermark(studio=share.studio, album=other.album, text="Proof").save(force_insert=True)
        Job.objects.for_studio(share.studio).all().delete()
    assert "Writing “Nordlicht” over 1 watermarked gallery" in change(alice, share.studio, name="Nordlicht")
    queue.answer(Queue.DEFAULT, tasks.STEPS)
    with acting_in(share.studio):
        jobs = Job.objects.for_studio(share.studio).filter(kind=WATERMARKS_JOB)
        assert list(jobs.values_list("subject_id", flat=True)) == [share.album.pk]


def test_emails_that_wait_name_the_new_address(alice: Client, north: Studio) -> None:
    here, other = settings.PUBLIC_URL, "https://example.org/studio/north/"
    text = f"{here}/studio/north/albums/ {here}/g/north.anna-tom/ {here}/g/abcdef/ {other}"
    with acting_in(north):
        email = outbox.put(north, "test", ANNA, Words("Hi", text, f'<a href="{here}/studio/north/">'))
        done = outbox.put(north, "sent", ANNA, Words("Hi", text))
        done.state = "sent"
        done.save(update_fields=["state"])
    change(alice, north, slug="nordlicht")
    work()
    with acting_in(north):
        email.refresh_from_db()
        done.refresh_from_db()
    assert email.words == Words(
        "Hi",
        f"{here}/studio/nordlicht/albums/ {here}/g/nordlicht.anna-tom/ {here}/g/abcdef/ {other}",
        f'<a href="{here}/studio/nordlicht/">',
    )
    assert done.words.text == text


def test_every_derivation_has_a_name_of_its_own_and_words() -> None:
    assert set(derived.DERIVED) == set(derived.STUDIO._words) <= set(studios.CHANGEABLE)
    for parts in derived.DERIVED.values():
        names = [part.name for part in parts]
        assert len(set(names)) == len(names)
        assert all(len(name) <= 20 for name in names)
