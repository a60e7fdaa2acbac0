"""An owner takes the studio along, or ends it, over the API."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.portability import photo_exports
from apps.portability.models import StudioExport
from tests.accounts.callers import bearer
from tests.actors import signed_in
from tests.factories import AlbumFactory, PhotoFactory, jpeg

pytestmark = pytest.mark.django_db


def _read(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


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


def work() -> None:
    steps = {photo_exports.KIND: [photo_exports.EXPORT_PHOTOS]}
    while queue.answer(Queue.DEFAULT, steps) is not None:
        pass


@pytest.mark.django_db(transaction=True)
def test_a_gallery_is_exported_and_fetched_by_the_same_credential(
    alice_user: User, erin_user: User, bob_user: User, charlie_user: User, north: Studio, south: Studio
) -> None:
    api = bearer(erin_user, "north")
    album = AlbumFactory.create(studio=north, title="Anna & Ben")
    sent = [SimpleUploadedFile("a.jpg", jpeg()) for _ in range(2)]
    assert api.post(f"/api/albums/{album.pk}/photos", {"files": sent}).status_code == 201
    begun = api.send("/api/export", {"what": "album", "album": str(album.pk)})
    assert begun.status_code == 202
    url = f"/api/export/{begun.json()['export']}"
    assert api.get(url).json()["parts"] == []
    assert api.get(f"{url}/1").status_code == 404
    work()
    told = api.get(url).json()
    [part] = told["parts"]
    assert (told["title"], told["files"], part["name"][:9]) == ("Anna & Ben", 2, "anna-ben-")
    data = _read(api.get(part["url"]))
    assert len(data) == part["size"]
    assert _read(api.get(part["url"], headers={"range": "bytes=100-"})) == data[100:]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:3] == ["a.jpg", "a (2).jpg", "photos.json"]
        assert [one["path"] for one in json.loads(archive.read("photos.json"))] == ["a.jpg", "a (2).jpg"]
    assert bearer(bob_user, "north").get(url).status_code == 403
    assert bearer(charlie_user, "south").get(part["url"]).status_code == 404
    assert str(begun.json()["export"]) not in signed_in(alice_user).get("/studio/north/export/").content.decode()


def test_chosen_photos_are_exported_by_one_act_among_many(alice_user: User, north: Studio, south: Studio) -> None:
    api = bearer(alice_user, "north")
    mine, theirs = PhotoFactory.create(studio=north), PhotoFactory.create(studio=south)
    nothing = api.send("/api/photos/batch", {"do": "export", "photos": [str(theirs.pk)]})
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (422, "empty")
    begun = api.send("/api/photos/batch", {"do": "export", "photos": [str(mine.pk), str(theirs.pk)]})
    assert begun.status_code == 202
    with acting_in(north):
        assert StudioExport.objects.for_studio(north).get(pk=begun.json()["export"]).files == 1
    assert api.send("/api/export", {"what": "photos"}).status_code == 400
