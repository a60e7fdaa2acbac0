"""Lists of the API: pages by cursor, and answers that are not sent twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.accounts.models import Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Placement
from apps.web import keyset
from tests.accounts.callers import Caller, bearer
from tests.factories import AlbumFactory, ApiKeyFactory, MembershipFactory, PlacementFactory, SectionFactory

pytestmark = pytest.mark.django_db

PATH = "/api/api-keys"
DAY = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def caller(alice_user: User, north: Studio) -> Caller:
    """Alice, whose studio has 7 keys."""
    for number in range(7):
        ApiKeyFactory.create(studio=north, made_by=alice_user, name=f"key {number}")
    return bearer(alice_user, "north")


def names(answer: Any) -> list[str]:
    return [row["name"][-1] for row in answer.json()["results"]]


# -- pages -------------------------------------------------------------------------------------------------------


def test_a_list_is_walked_forth_and_back(caller: Caller) -> None:
    seen, path = [], f"{PATH}?limit=3"
    while path:
        page = caller.get(path)
        seen.append(names(page))
        path, last = page.json()["next"], page
    assert seen == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    back = caller.get(last.json()["previous"])
    assert names(back) == ["3", "4", "5"]
    first = caller.get(back.json()["previous"])
    assert names(first) == ["0", "1", "2"]
    assert first.json()["previous"] is None
    assert names(caller.get(first.json()["next"])) == ["3", "4", "5"]


def test_a_short_list_is_one_page(caller: Caller) -> None:
    body = caller.get(PATH).json()
    assert (len(body["results"]), body["next"], body["previous"]) == (7, None, None)


def test_an_empty_list_is_a_list(bob_user: User, alice_user: User) -> None:
    assert bearer(alice_user, "north").get(PATH).json() == {"next": None, "previous": None, "results": []}


def test_the_next_page_keeps_the_question(caller: Caller) -> None:
    assert "limit=2" in caller.get(f"{PATH}?limit=2").json()["next"]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "", "1.5", "1e2", "９", "10000000000000000000", "%00"])
def test_a_limit_that_is_none_is_400(caller: Caller, limit: str) -> None:
    answer = caller.get(f"{PATH}?limit={limit}")
    assert answer.status_code == 400
    assert "limit" in answer.json()["error"]["fields"]


@pytest.mark.parametrize("cursor", ["x", "", "..", "%00", "WzAsIngiXQ:abc", "a" * 5000, "1000000000"])
def test_a_cursor_that_was_never_given_out_is_400(caller: Caller, cursor: str) -> None:
    answer = caller.get(f"{PATH}?cursor={cursor}")
    assert answer.status_code == (200 if cursor == "" else 400)


def test_a_cursor_of_one_list_does_not_serve_another(caller: Caller, north: Studio) -> None:
    with acting_in(north):
        rows = Album.objects.for_studio(north)
        AlbumFactory.create_batch(2, studio=north)
        cursor = keyset.page(rows, ("id",), limit=1, scope="one").next
        for ordering, scope in ((("id",), "two"), (("-id",), "one"), (("title", "id"), "one")):
            with pytest.raises(keyset.BadCursor):
                keyset.page(rows, ordering, limit=1, cursor=cursor, scope=scope)


def test_a_cursor_of_another_studio_shows_only_ones_own(caller: Caller, charlie_user: User, south: Studio) -> None:
    ApiKeyFactory.create(studio=south, made_by=charlie_user, name="theirs x")
    cursor = caller.get(f"{PATH}?limit=2").json()["next"]
    answer = bearer(charlie_user, "south").get(cursor)
    assert names(answer) == ["x"]


def _walk(rows: Any, ordering: tuple[str, ...], limit: int) -> list[UUID]:
    seen: list[UUID] = []
    cursor = None
    while True:
        page = keyset.page(rows, ordering, limit=limit, cursor=cursor)
        seen += [row.pk for row in page.rows]
        cursor = page.next
        if cursor is None:
            return seen


@pytest.mark.parametrize(
    "ordering", [("-created_at", "id"), ("created_at", "-id"), ("title", "-created_at", "id"), ("-focal_x", "-id")]
)
def test_every_row_comes_once_in_any_order(north: Studio, ordering: tuple[str, ...]) -> None:
    for number in range(11):
        AlbumFactory.create(
            studio=north,
            title=["a", "B", "ü"][number % 3],
            created_at=DAY + timedelta(microseconds=number % 4),
            focal_x=(number % 5) / 7,
        )
    with acting_in(north):
        rows = Album.objects.for_studio(north)
        whole = list(rows.order_by(*ordering).values_list("pk", flat=True))
        for limit in (1, 2, 3, 11, 12):
            assert _walk(rows, ordering, limit) == whole


def test_a_row_that_is_added_or_removed_meanwhile_moves_nothing(north: Studio) -> None:
    albums = AlbumFactory.create_batch(6, studio=north)
    with acting_in(north):
        rows = Album.objects.for_studio(north)
        page = keyset.page(rows, ("id",), limit=3)
        rows.filter(pk__in=[albums[0].pk, albums[2].pk]).delete()
        rest = keyset.page(rows, ("id",), limit=3, cursor=page.next)
    assert [row.pk for row in rest.rows] == [album.pk for album in albums[3:]]


def test_an_order_may_go_over_a_related_row(north: Studio) -> None:
    album = AlbumFactory.create(studio=north)
    for name in ("c", "a", "b"):
        PlacementFactory.create(album=album, section=SectionFactory.create(album=album), photo__camera_name=name)
    with acting_in(north):
        rows = Placement.objects.for_studio(north).select_related("photo")
        ordering = ("photo__camera_name", "id")
        pages = [keyset.page(rows, ordering, limit=2)]
        pages.append(keyset.page(rows, ordering, limit=2, cursor=pages[0].next))
    assert [[row.photo.camera_name for row in page.rows] for page in pages] == [["a", "b"], ["c"]]


@pytest.mark.django_db
@given(cursor=st.text(max_size=200))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_no_text_is_a_cursor(north: Studio, cursor: str) -> None:
    if not cursor:
        return
    with acting_in(north), pytest.raises(keyset.BadCursor):
        keyset.page(Album.objects.for_studio(north), ("id",), limit=1, cursor=cursor)


# -- conditional answers -----------------------------------------------------------------------------------------


def test_an_unchanged_list_is_304(caller: Caller) -> None:
    first = caller.get(PATH)
    again = caller.get(PATH, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_a_changed_list_is_sent(caller: Caller, alice_user: User, north: Studio) -> None:
    tag = caller.get(PATH)["ETag"]
    ApiKeyFactory.create(studio=north, made_by=alice_user)
    changed = caller.get(PATH, HTTP_IF_NONE_MATCH=tag)
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_a_tag_answers_nothing_before_the_door(caller: Caller, charlie_user: User) -> None:
    tag = caller.get("/api/me")["ETag"]
    stranger = bearer(charlie_user, "south").get("/api/me", HTTP_IF_NONE_MATCH=tag)
    assert stranger.status_code == 200
    refused = Caller().get("/api/me", HTTP_IF_NONE_MATCH=tag)
    assert refused.status_code == 401
    assert "ETag" not in refused


def test_answers_are_for_one_caller(caller: Caller) -> None:
    answer = caller.get(PATH)
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer["Vary"]


def test_head_is_a_get_without_body(caller: Caller) -> None:
    head = caller.head(PATH)
    assert (head.status_code, head["ETag"]) == (200, caller.get(PATH)["ETag"])


def test_viewers_get_the_lists_they_may_read(north: Studio, bob_user: User) -> None:
    MembershipFactory.create(studio=north, role=Role.OWNER)
    assert bearer(bob_user, "north").get(PATH).status_code == 403
