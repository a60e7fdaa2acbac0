"""An owner takes the studio along, or ends it, over the API."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.portability.models import StudioExport
from tests.accounts.callers import bearer

pytestmark = pytest.mark.django_db


def test_an_export_of_the_studio_is_a_task_and_one_at_a_time(alice_user: User, erin_user: User, north: Studio) -> None:
    assert bearer(erin_user, "north").send("/api/export", {"what": "studio"}).status_code == 403
    api = bearer(alice_user, "north")
    assert api.send("/api/export", {"what": "studio", "passphrase": "short"}).status_code == 400
    begun = api.send("/api/export", {"what": "studio"})
    assert begun.status_code == 202
    with acting_in(north):
        export = StudioExport.objects.for_studio(north).get()
    assert begun.json()["task"]["id"] == str(export.task_id)
    again = api.send("/api/export", {"what": "studio"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "export_running")


def test_a_studio_is_deleted_by_its_name_and_waits_thirty_days(
    alice_user: User, erin_user: User, north: Studio
) -> None:
    assert bearer(erin_user, "north").send("/api/studio/delete", {"name": north.name}).status_code == 403
    api = bearer(alice_user, "north")
    wrong = api.send("/api/studio/delete", {"name": "North"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "wrong_name")
    with acting_in(north):
        north.refresh_from_db()
    assert not north.is_closing
    closed = api.send("/api/studio/delete", {"name": north.name})
    assert closed.status_code == 202
    with acting_in(north):
        north.refresh_from_db()
    assert north.is_closing
    left = datetime.fromisoformat(closed.json()["gone_on"]) - timezone.now()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
