"""A plan's limits hold, its owners are told before they are reached, and a trial ends without taking anything."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.accounts import plans
from apps.accounts.models import Email, QuotaExceeded, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums import editing
from tests.accounts.callers import bearer
from tests.factories import AlbumFactory

pytestmark = pytest.mark.django_db


def told(studio: Studio) -> list[tuple[str, str]]:
    with acting_in(studio):
        mine = Email.objects.for_studio(studio).filter(key__regex="^(plan|trial):")
        return [(email.to, email.subject) for email in mine.order_by("id")]


def change(studio: Studio, **values: object) -> None:
    with across_studios():
        Studio.objects.filter(pk=studio.pk).update(**values)


def test_owners_are_told_at_80_and_at_95_percent_once_each(
    north: Studio, south: Studio, alice_user: User, erin_user: User
) -> None:
    change(north, quota_bytes=1_000, bytes_used=799)
    plans.warn()
    assert told(north) == []
    for used in (800, 900, 950, 1_000):
        change(north, bytes_used=used)
        plans.warn()
    assert told(north) == [
        ("alice@example.com", "Your plan is 80% full (storage)"),
        ("alice@example.com", "Your plan is 95% full (storage)"),
    ]
    change(north, quota_bytes=10**9, quota_files=10, files_used=8)
    plans.warn()
    assert told(north)[2:] == [("alice@example.com", "Your plan is 80% full (photos)")]
    assert told(south) == []


def test_a_plan_of_a_number_of_galleries_holds_so_many(north: Studio, alice_user: User) -> None:
    AlbumFactory.create(studio=north)
    AlbumFactory.create(studio=north, trashed_at=timezone.now())
    change(north, quota_albums=2)
    with acting_in(north):
        editing.create(north, by=alice_user, title="Second")
    answer = bearer(alice_user, "north").send("/api/albums", {"title": "Third"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "quota_exceeded")
    assert "2 galleries" in answer.json()["error"]["message"]
    plans.warn()
    assert told(north) == [("alice@example.com", "Your plan is 100% full (galleries)")]
    assert bearer(alice_user, "north").get("/api/me").json()["quota"]["warnings"] == ["galleries"]


def test_a_trial_is_announced_ends_and_takes_nothing(north: Studio, alice_user: User) -> None:
    album = AlbumFactory.create(studio=north)
    now = timezone.now()
    change(north, trial_ends_at=now + timedelta(days=10))
    for days in (0, 4, 5, 9.5, 9.6, 10.5, 11):
        plans.warn(now + timedelta(days=days))
    assert [subject.rpartition(" ")[0] for _, subject in told(north)] == [
        f"The trial of {north.name} ends", f"The trial of {north.name} ends", f"The trial of {north.name} has",
    ]  # fmt: skip
    change(north, trial_ends_at=now - timedelta(minutes=1))
    with acting_in(north):
        north.refresh_from_db()
        with pytest.raises(QuotaExceeded, match="trial ended"):
            north.take_room(1)
        with pytest.raises(QuotaExceeded, match="trial ended"):
            editing.create(north, by=alice_user, title="Another")
    assert bearer(alice_user, "north").get(f"/api/albums/{album.pk}").status_code == 200


def test_the_settings_show_how_the_plan_stands(north: Studio, alice: Client) -> None:
    change(north, quota_bytes=1_000, bytes_used=960, quota_albums=5, trial_ends_at=timezone.now() + timedelta(days=3))
    shown = " ".join(alice.get(f"/studio/{north.slug}/settings/").content.decode().split())
    assert "96% used." in shown
    assert "0 of 5" in shown
    assert "0 of 200,000" in shown
    assert "Trial until" in shown
    change(north, bytes_used=1_000, trial_ends_at=timezone.now() - timedelta(days=3))
    shown = alice.get(f"/studio/{north.slug}/settings/").content.decode()
    assert "Full: nothing can be added." in shown
    assert "Your trial ended on" in shown


def test_the_operator_changes_a_plan(north: Studio, alice_user: User) -> None:
    out = StringIO()
    call_command("plan", "north", "--storage=20", "--galleries=3", "--trial-until=2027-01-31", stdout=out)
    with across_studios():
        north.refresh_from_db()
    assert (north.quota_bytes, north.quota_albums) == (20 * 10**9, 3)
    assert north.trial_ends_at is not None
    assert timezone.localtime(north.trial_ends_at, north.zone).date().isoformat() == "2027-01-31"
    assert "galleries: 0 of 3 (0%)" in out.getvalue()
    call_command("plan", "north", "--galleries=any", "--trial-until=none", stdout=out)
    with across_studios():
        north.refresh_from_db()
    assert [north.quota_albums, north.trial_ends_at] == [None, None]
    for wrong in ("--galleries=many", "--trial-until=soon"):
        with pytest.raises(CommandError):
            call_command("plan", "north", wrong)
