"""A failing neighbour is told in words, with its own status, on pages, in the API and to who uploads."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, InternalError, OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums import views
from apps.albums.models import Album
from apps.media.store import StorageAway
from apps.sharing.models import ShareLink, TakenPhoto
from apps.uploads.receiver import explain
from apps.web import failures
from apps.web.api import answer_error
from apps.web.ids import uuid7
from apps.web.lanes import LaneFull
from tests.factories import AlbumFactory
from tests.sharing.conftest import Make, shared, shared_kind  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db(transaction=True)


def _of_database(cause: psycopg.Error, kind: type[DatabaseError] = OperationalError) -> DatabaseError:
    error = kind("password=hunter2")
    error.__cause__ = cause
    return error


FAILURES: dict[str, tuple[Callable[[], Exception], int]] = {
    "the bucket": (StorageAway, 503),
    "a full lane": (LaneFull, 503),
    "a full disk": (lambda: OSError(errno.ENOSPC, "No space left on device"), 507),
    "a full quota of the disk": (lambda: OSError(errno.EDQUOT, "Quota exceeded"), 507),
    "PostgreSQL's full disk": (lambda: _of_database(psycopg.errors.DiskFull()), 507),
    "too many connections": (lambda: _of_database(psycopg.errors.TooManyConnections()), 503),
    "a database that stops": (lambda: _of_database(psycopg.errors.AdminShutdown()), 503),
    "a database that is away": (lambda: _of_database(psycopg.OperationalError("connection refused")), 503),
    "a database that goes in the middle of a commit": (
        lambda: _of_database(psycopg.InternalError("received 2 results from command 'COMMIT'"), InternalError),
        503,
    ),
    "two acts that wait for each other": (lambda: _of_database(psycopg.errors.DeadlockDetected()), 503),
    "a row deleted meanwhile": (lambda: _of_database(psycopg.errors.ForeignKeyViolation(), IntegrityError), 409),
}
FAULTS: dict[str, Callable[[], Exception]] = {
    "a fault of ours": lambda: RuntimeError("hunter2"),
    "another error of the disk": lambda: OSError(errno.EIO, "hunter2"),
    "a fault within the database": lambda: _of_database(psycopg.errors.InternalError_(), InternalError),
    "a statement that is wrong": lambda: _of_database(psycopg.errors.UndefinedColumn(), DatabaseError),
}


@pytest.mark.parametrize("what", FAILURES)
def test_every_door_says_the_same_of_a_failure(what: str) -> None:
    make, status = FAILURES[what]
    request: Any = type("Drf", (), {"_request": RequestFactory().get("/api/albums")})()
    in_api = answer_error(make(), {"request": request})
    page = failures.answer(RequestFactory().get("/studio/north/"), make())
    scripted = failures.answer(RequestFactory().get("/studio/north/", headers={"HX-Request": "true"}), make())
    upload_status, code, sentence = explain(make())
    assert page is not None
    assert scripted is not None
    assert {in_api.status_code, page.status_code, scripted.status_code, upload_status} == {status}
    assert in_api.data["error"]["message"] == sentence
    assert in_api.data["error"]["code"] == code
    assert sentence in page.content.decode()
    assert sentence in scripted.content.decode()
    assert scripted["Content-Type"] == "application/json"
    assert "hunter2" not in page.content.decode() + sentence
    assert (status == 503) == ("Retry-After" in page) == ("Retry-After" in in_api)


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_of_ours_stays_one(what: str) -> None:
    assert failures.answer(RequestFactory().get("/"), FAULTS[what]()) is None
    assert explain(FAULTS[what]())[0] == 500


def test_a_page_of_the_studio_says_that_the_bucket_is_away(
    alice: Client, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise StorageAway

    monkeypatch.setattr(views, "render", away)
    answer = alice.get(reverse("albums:list", args=[north.slug]))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "The photo storage does not answer" in answer.content.decode()


def test_a_guest_reads_it_in_their_language(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    share = shared()
    monkeypatch.setattr("apps.sharing.gallery.views.render_to_string", full)
    answer = Client().get(share.url(), headers={"Accept-Language": "de"})
    assert answer.status_code == 507
    assert "Auf dem Server ist kein Platz mehr" in answer.content.decode()
    assert '<html lang="de">' in answer.content.decode()


def test_what_fails_at_the_commit_is_told_too(alice: Client, north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Foreign keys are looked at when the transaction ends, after the view has answered."""
    album: Album = AlbumFactory.create(studio=north)
    plain = views.render  # type: ignore[attr-defined]

    def late(*args: Any, **kwargs: Any) -> Any:
        with acting_in(north):
            link = ShareLink(studio=north, album=album)
            TakenPhoto(studio=north, link_id=link.pk, photo_id=uuid7()).save(force_insert=True)
        return plain(*args, **kwargs)

    monkeypatch.setattr(views, "render", late)
    answer = alice.get(reverse("albums:list", args=[north.slug]))
    assert answer.status_code == 409
    assert "deleted in the meantime" in answer.content.decode()
