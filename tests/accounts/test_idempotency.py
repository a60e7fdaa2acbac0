"""`Idempotency-Key`: once done, twice answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection

from apps.accounts import keys
from apps.accounts.models import ApiKey, IdempotentReply, Role, Studio, User
from apps.accounts.tenancy import acting_in
from tests.accounts.callers import Caller, bearer
from tests.actors import keep_to
from tests.factories import AlbumFactory, ApiKeyFactory, PlacementFactory

pytestmark = pytest.mark.django_db

PATH = "/api/api-keys"
BODY = {"name": "Lightroom", "scopes": ["read"]}


def made(studio: Studio) -> int:
    with acting_in(studio):
        return ApiKey.objects.for_studio(studio).count()


@pytest.fixture
def caller(alice_user: User) -> Caller:
    return bearer(alice_user, "north")


def test_the_same_request_again_gives_the_same_answer(caller: Caller, north: Studio) -> None:
    first, second = (caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second["Idempotent-Replayed"] == "true"
    assert made(north) == 1


def test_without_a_key_each_request_counts(caller: Caller, north: Studio) -> None:
    for _ in range(2):
        assert caller.send(PATH, BODY).status_code == 201
    assert made(north) == 2


@pytest.mark.parametrize("other", [{"name": "Other", "scopes": ["read"]}, {"name": "Lightroom", "scopes": ["share"]}])
def test_the_key_serves_no_other_request(caller: Caller, north: Studio, other: dict[str, Any]) -> None:
    caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one")
    refused = caller.send(PATH, other, HTTP_IDEMPOTENCY_KEY="one")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert made(north) == 1


def test_what_failed_may_be_tried_again(caller: Caller, north: Studio) -> None:
    assert caller.send(PATH, {"name": "x", "scopes": ["root"]}, HTTP_IDEMPOTENCY_KEY="one").status_code == 400
    assert caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").status_code == 201


def test_the_same_key_of_another_studio_is_another_key(
    caller: Caller, charlie_user: User, north: Studio, south: Studio
) -> None:
    mine = caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").json()
    theirs = bearer(charlie_user, "south").send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").json()
    assert mine["id"] != theirs["id"]
    assert made(south) == 1


def test_a_secret_in_an_answer_is_kept_sealed(caller: Caller, north: Studio) -> None:
    secret = caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="my-own-key").json()["key"]
    with acting_in(north):
        row = IdempotentReply.objects.for_studio(north).values().get()
    assert secret not in str(row)
    assert "my-own-key" not in str(row)


def test_an_answer_is_kept_for_a_day(caller: Caller, north: Studio) -> None:
    caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one")
    with acting_in(north):
        replies = IdempotentReply.objects.for_studio(north)
        replies.update(created_at=replies.get().created_at - timedelta(hours=25))
    assert caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").status_code == 201
    assert made(north) == 2


def test_another_credential_of_the_same_person_gets_no_answer_of_the_first(
    caller: Caller, alice_user: User, north: Studio
) -> None:
    """The answer holds a key that is shown once; a key of less reach must not read it."""
    secret = caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").json()["key"]
    for scopes, status in (["admin"], 403), (["read"], 403):
        ApiKeyFactory.create(studio=north, made_by=alice_user, scopes=scopes, secret=f"gk_{scopes[0]}")
        answer = Caller(f"Api-Key gk_{scopes[0]}").send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one")
        assert answer.status_code == status
        assert secret not in answer.content.decode()


def test_after_a_gallery_was_taken_away_its_answer_is_not_repeated(erin_user: User, north: Studio) -> None:
    wedding, party = (AlbumFactory.create(studio=north, title=title) for title in ("Wedding", "Party"))
    photo = PlacementFactory.create(album=wedding).photo_id
    keep_to(north, erin_user, wedding, party)
    caller = bearer(erin_user, "north")
    body = {"photos": [str(photo)], "do": "trash"}

    def send(key: str) -> Any:
        return caller.send("/api/photos/batch", {**body, "album": str(wedding.pk)}, HTTP_IDEMPOTENCY_KEY=key)

    assert send("one").status_code == 200
    assert send("one")["Idempotent-Replayed"] == "true"
    keep_to(north, erin_user, party)
    again = send("one")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "rights_cut")
    # More rights than then are no hindrance.
    keep_to(north, erin_user, wedding, party, AlbumFactory.create(studio=north))
    assert send("one")["Idempotent-Replayed"] == "true"


def test_an_answer_of_an_owner_is_not_repeated_to_the_editor_they_became(alice_user: User, north: Studio) -> None:
    caller = bearer(alice_user, "north")
    made_by_owner = caller.send("/api/albums", {"title": "Wedding"}, HTTP_IDEMPOTENCY_KEY="one")
    assert made_by_owner.status_code == 201
    with acting_in(north):
        north.memberships.filter(user=alice_user).update(role=Role.EDITOR)
    again = caller.send("/api/albums", {"title": "Wedding"}, HTTP_IDEMPOTENCY_KEY="one")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "rights_cut")


@pytest.mark.parametrize("key", ["x" * 129, "ü", "a\tb"])
def test_a_key_that_is_none_is_refused(caller: Caller, north: Studio, key: str) -> None:
    assert caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY=key).status_code == 400
    assert made(north) == 0


@pytest.mark.django_db(transaction=True)
def test_of_parallel_requests_one_is_done(alice_user: User, north: Studio) -> None:
    caller = bearer(alice_user, "north")

    def send(_: int) -> int:
        try:
            return int(caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = set(pool.map(send, range(10)))
    assert statuses <= {201, 409}
    assert made(north) == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_in_progress_is_a_conflict(alice_user: User, north: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, begun, go_on = bearer(alice_user, "north"), Event(), Event()
    make_key = keys.make_key

    def slow(*args: Any, **kwargs: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return make_key(*args, **kwargs)

    def send() -> int:
        try:
            return int(caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").status_code)
        finally:
            connection.close()

    monkeypatch.setattr(keys, "make_key", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(send)
        assert begun.wait(10)
        second = caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one")
        go_on.set()
        assert first.result() == 201
    assert (second.status_code, second.json()["error"]["code"], second["Retry-After"]) == (409, "in_progress", "1")
    assert made(north) == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_that_broke_leaves_neither_row_nor_answer(
    alice_user: User, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deed and the answer are one transaction, and an error ends it before it becomes an answer."""
    caller = bearer(alice_user, "north")
    make_key = keys.make_key

    def broken(*args: Any, **kwargs: Any) -> Any:
        make_key(*args, **kwargs)
        raise RuntimeError("after the deed")

    with monkeypatch.context() as patch:
        patch.setattr(keys, "make_key", broken)
        caller.raise_request_exception = False
        answer = caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "server_error")
    assert made(north) == 0
    assert caller.send(PATH, BODY, HTTP_IDEMPOTENCY_KEY="one").status_code == 201
