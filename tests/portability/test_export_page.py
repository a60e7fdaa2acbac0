"""The owner's page: an export is a task, its archives are laid out by a worker and leave by the password alone."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.long_tasks import Task, TaskState
from apps.accounts.models import Email, Studio
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.media.models import Blob
from apps.media.storage import store
from apps.portability import exports
from apps.portability.models import ExportFile, StudioExport
from config.tasks import STEPS
from tests.factories import PASSWORD, AlbumFactory, PhotoFactory, PlacementFactory, jpeg

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(north: Studio, alice: Client) -> StudioExport:
    album = AlbumFactory.create(studio=north, title="Anna & Ben")
    for _number in range(2):
        photo = PhotoFactory.create(studio=north, original__data=jpeg(40, 30))
        PlacementFactory.create(album=album, photo=photo)
    with acting_in(north):
        # From before CRCs were counted.
        Blob.objects.for_studio(north).update(crc32=None)
    assert alice.post(page(north), {"passphrase": ""}).status_code == 303
    while queue.answer("default", STEPS):
        pass
    with acting_in(north):
        return StudioExport.objects.for_studio(north).get()


def page(studio: Studio) -> str:
    return reverse("portability:export", args=[studio.slug])


def archive_url(studio: Studio, export: StudioExport) -> str:
    return reverse("portability:download", args=[studio.slug, export.pk, 1])


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def unlock(client: Client, studio: Studio, password: str = PASSWORD) -> int:
    return client.post(reverse("portability:unlock", args=[studio.slug]), {"current": password}).status_code


def test_a_worker_makes_it_and_every_owner_is_told(north: Studio, made: StudioExport, alice: Client) -> None:
    with acting_in(north):
        task = Task.objects.for_studio(north).get(pk=str(made.task_id))
        assert (task.state, task.noun, task.done) == (TaskState.DONE, "file", 2)
        [email] = Email.objects.for_studio(north).filter(key__startswith="export:")
    assert made.is_ready
    assert email.to == "alice@example.com"
    assert page(north) in email.words.text
    assert "2 files are ready" in task.message


def test_it_leaves_by_the_password_alone(north: Studio, made: StudioExport, alice: Client, bob: Client) -> None:
    url = archive_url(north, made)
    assert bob.get(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert alice.get(url).status_code == 303
    assert unlock(alice, north, "not the password") == 422
    assert alice.get(url).status_code == 303
    assert url not in alice.get(page(north)).content.decode()
    assert unlock(alice, north) == 303
    assert url in alice.get(page(north)).content.decode()
    with zipfile.ZipFile(io.BytesIO(body(alice.get(url)))) as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if name.startswith("photos/Anna & Ben/")]) == 2


def test_a_broken_download_goes_on_where_it_ended(north: Studio, made: StudioExport, alice: Client) -> None:
    unlock(alice, north)
    whole = alice.get(archive_url(north, made))
    data, etag = body(whole), whole["ETag"]
    rest = alice.get(archive_url(north, made), headers={"range": "bytes=1000-", "if-range": etag})
    assert rest.status_code == 206
    assert body(rest) == data[1000:]
    beyond = alice.get(archive_url(north, made), headers={"range": f"bytes={len(data)}-"})
    assert beyond.status_code == 416


def test_the_password_is_asked_again_after_a_while(
    north: Studio, made: StudioExport, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(alice, north)
    monkeypatch.setattr("apps.portability.views.OPEN_SECONDS", -1)
    assert alice.get(archive_url(north, made)).status_code == 303


def test_nothing_of_the_originals_is_copied(north: Studio, made: StudioExport) -> None:
    with acting_in(north):
        own = ExportFile.objects.for_studio(north).filter(export=made)
        assert {row.blob.mime for row in own.select_related("blob")} == {StudioExport.MIME}
        held = Blob.objects.for_studio(north).count()
    assert len(list(store().entries(f"{north.pk}/"))) >= held


def test_a_second_one_waits_for_the_first(north: Studio, alice: Client) -> None:
    assert alice.post(page(north), {"passphrase": ""}).status_code == 303
    again = alice.post(page(north), {"passphrase": ""})
    assert again.status_code == 422
    assert "being made already" in again.content.decode()


def test_a_short_passphrase_is_refused(north: Studio, alice: Client) -> None:
    assert alice.post(page(north), {"passphrase": "short"}).status_code == 422


def test_after_a_week_it_is_gone(north: Studio, made: StudioExport, alice: Client) -> None:
    with acting_in(north):
        StudioExport.objects.for_studio(north).update(created_at=timezone.now() - timedelta(days=8))
    exports.forget()
    unlock(alice, north)
    assert alice.get(archive_url(north, made)).status_code == 404


def test_an_original_that_is_gone_fails_the_export_in_words(north: Studio, alice: Client) -> None:
    photo = PhotoFactory.create(studio=north, original__data=jpeg())
    store().delete(photo.original.storage_key)
    with acting_in(north):
        Blob.objects.for_studio(north).update(crc32=None)
    alice.post(page(north), {"passphrase": ""})
    while queue.answer("default", STEPS):
        pass
    with acting_in(north):
        task = Task.objects.for_studio(north).get()
    assert task.state == TaskState.FAILED
    assert "missing or damaged" in alice.get(page(north)).content.decode()
