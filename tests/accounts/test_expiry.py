"""Rows that can open nothing any more do not pile up; what still decides about a living session stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import expiry, sessions
from apps.accounts.access import enter
from apps.accounts.models import BrowserSession, IdempotentReply, RefreshToken, Studio, User
from apps.accounts.tenancy import acting_in
from config.celery import app

pytestmark = pytest.mark.django_db


def token(user: User, studio: Studio, expires_in: timedelta, **values: Any) -> UUID:
    sessions.begin(enter(user, studio.slug))
    with acting_in(studio):
        row = RefreshToken.objects.for_studio(studio).latest("created_at")
        expires_at = timezone.now() + expires_in
        RefreshToken.objects.for_studio(studio).filter(pk=row.pk).update(expires_at=expires_at, **values)
    return row.pk


def test_what_has_run_out_goes_in_every_studio(
    north: Studio, south: Studio, alice_user: User, charlie_user: User, alice: Client
) -> None:
    living = token(alice_user, north, timedelta(days=1))
    long_ago = -RefreshToken.LIFETIME - timedelta(hours=1)
    for user, studio in ((alice_user, north), (charlie_user, south)):
        token(user, studio, long_ago)
        with acting_in(studio):
            for age in (IdempotentReply.KEPT * 2, timedelta(0)):
                IdempotentReply(
                    studio=studio, user=user, key=str(age), fingerprint="x", created_at=timezone.now() - age
                ).save()
    browser = alice.session.session_key
    BrowserSession.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    assert expiry.forget() == 5
    with acting_in(north):
        assert [row.pk for row in north.refreshtokens.all()] == [living]
    for studio in (north, south):
        with acting_in(studio):
            assert studio.idempotentreplys.count() == 1
    assert list(BrowserSession.objects.values_list("session_key", flat=True)) == [browser]


def test_a_revoked_token_stays_while_a_successor_of_it_could_live(north: Studio, alice_user: User) -> None:
    """G10: the successor that was made while somebody signed out is ended by this row alone."""
    token(alice_user, north, -RefreshToken.LIFETIME + timedelta(hours=1), revoked_at=timezone.now())
    assert expiry.forget() == 0


def test_the_clock_forgets_every_hour() -> None:
    app.loader.import_default_modules()
    entries = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "accounts.forget"]
    assert [entry["schedule"] for entry in entries] == [3600.0]
    assert "accounts.forget" in app.tasks
