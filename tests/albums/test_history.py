"""The history of a studio, a gallery and a photo: sentences, pages, and what they cost."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts import journal
from apps.accounts.access import Entered
from apps.accounts.journal import Watch, history
from apps.accounts.models import JournalEntry, Role, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import editing, history_views, marks, placements, sections
from apps.albums.models import Album, Photo
from apps.web.index_order import in_index_order
from tests.albums.people import Caller, page, part
from tests.factories import AlbumFactory, PlacementFactory, SectionFactory
from tests.markup import tight


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, title="Anna & Tom")


@pytest.fixture
def photos(album: Album) -> list[UUID]:
    return [PlacementFactory.create(album=album).photo_id for _ in range(3)]


def acts(album: Album, photos: list[UUID], by: User) -> list[JournalEntry]:
    """Three acts: two on some photos, one on the gallery."""
    section = SectionFactory.create(album=album, rank=1, title="Ceremony")
    with acting_in(album.studio):
        found = [
            placements.move_to_section(album, photos[:2], section, by=by),
            marks.set_own(album, photos[1:], by=by, flag="pick"),
            editing.change(album, by=by, title="Eva & Jan"),
        ]
    return [entry for entry in found if entry]


def said(client: Client, path: str) -> list[str]:
    """The lines of a history as text."""
    html = client.get(path).content.decode()
    lines = re.findall(r'<span class="grow anywhere">(.*?)<br>', html, re.S)
    return [" ".join(re.sub(r"<[^>]*>", "", line).replace("&amp;", "&").split()) for line in lines]


def studio_page(studio: Studio) -> str:
    return reverse("albums:studio_history", args=[studio.slug])


def test_each_history_tells_what_belongs_to_it(album: Album, photos: list[UUID], alice_user: User, bob: Client) -> None:
    acts(album, photos, alice_user)
    other = AlbumFactory.create(studio=album.studio)
    with acting_in(album.studio):
        sections.add(other, "Party", by=alice_user)
    moved, picked = "Alice moved 2 photos to “Ceremony”", "Alice gave 2 photos the flag pick"
    renamed, made = "Alice changed the title of the gallery", "Alice made the section “Party”"
    assert said(bob, studio_page(album.studio)) == [made, renamed, picked, moved]
    assert said(bob, page("history", album)) == [renamed, picked, moved]
    assert said(bob, page("history", other)) == [made]
    assert said(bob, page("photo_history", album, photos[0])) == [moved]
    assert said(bob, page("photo_history", album, photos[1])) == [picked, moved]
    assert said(bob, page("photo_history", album, photos[2])) == [picked]


def test_what_was_undone_says_so_and_so_does_the_undo(
    album: Album, photos: list[UUID], alice_user: User, erin: Client
) -> None:
    moved = acts(album, photos, alice_user)[0]
    path = page("history", album)
    assert tight(erin.get(path).content).count("Undo</button>") == 3
    erin.post(reverse("accounts:undo", args=["north", moved.pk]))
    html = tight(erin.get(path).content)
    assert said(erin, path)[0] == "Erin undid: moved 2 photos to “Ceremony”"
    assert html.count("· Undone") == 1
    # The undo itself, the mark and the title.
    assert html.count("Undo</button>") == 3
    assert said(erin, page("photo_history", album, photos[0]))[0] == "Erin undid: moved 2 photos to “Ceremony”"


def test_viewers_read_and_get_no_button(album: Album, photos: list[UUID], alice_user: User, bob: Client) -> None:
    acts(album, photos, alice_user)
    assert "<button class" not in bob.get(page("history", album)).content.decode().partition('id="history"')[2]


def test_only_owners_read_of_members_and_keys(album: Album, alice_user: User, alice: Client, erin: Client) -> None:
    with acting_in(album.studio):
        journal.note(album.studio, alice_user, "member.invited", email="ben@example.com", role="editor")
    assert said(alice, studio_page(album.studio)) == ["Alice invited ben@example.com as editor"]
    assert said(erin, studio_page(album.studio)) == []


def test_titles_are_text(album: Album, alice_user: User, alice: Client) -> None:
    with acting_in(album.studio):
        sections.add(album, "<script>alert(1)</script>", by=alice_user)
    assert "<script>alert" not in alice.get(page("history", album)).content.decode()


def test_strangers_find_no_history(album: Album, photos: list[UUID], charlie: Client, nobody: Client) -> None:
    paths = [studio_page(album.studio), page("history", album), page("photo_history", album, photos[0])]
    for path in paths:
        assert charlie.get(path).status_code == 404
        assert nobody.get(path).status_code == 302


def test_the_photo_must_lie_in_the_gallery(album: Album, erin: Client) -> None:
    other = PlacementFactory.create(album=AlbumFactory.create(studio=album.studio))
    assert erin.get(page("photo_history", album, other.photo_id)).status_code == 404


def test_the_history_goes_on_where_it_ended(album: Album, alice_user: User, bob: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(history_views, "PAGE", 4)
    with acting_in(album.studio):
        for number in range(9):
            editing.change(album, by=alice_user, title=str(number))
    path, found = page("history", album), []
    while path:
        answer = bob.get(path, headers=part("more"))
        found += [line.id for line in answer.context["lines"]]
        path = answer.context["next_url"]
    assert len(found) == len(set(found)) == 9
    assert found == sorted(found, reverse=True)
    assert bob.get(page("history", album) + "?after=junk").status_code == 200


def test_a_long_act_is_one_line_with_all_its_photos(
    album: Album, photos: list[UUID], alice_user: User, erin: Client
) -> None:
    act = uuid4()
    for photo in photos:
        with acting_in(album.studio):
            watch = Watch(album.studio)
            rows = Photo.objects.for_studio(album.studio).filter(pk=photo)
            watch.rows(rows, "rating")
            rows.update(rating=5)
            journal.record(
                album.studio, by=alice_user, verb="photos.marked", subject=album, things=[photo],
                changes=watch.changes(), act=act, rating=5,
            )  # fmt: skip
    line = "Alice gave 3 photos 5 stars"
    for path in (studio_page(album.studio), page("history", album), page("photo_history", album, photos[2])):
        assert said(erin, path) == [line], path
    answer = erin.get(page("photo_history", album, photos[2]))
    assert erin.post(reverse("accounts:undo", args=["north", answer.context["lines"][0].undo_id])).status_code == 303
    assert said(erin, page("photo_history", album, photos[1])) == [f"Erin undid: {line[6:]}", line]


def test_a_page_costs_the_same_however_much_it_tells(
    album: Album, photos: list[UUID], alice_user: User, erin: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        with acting_in(album.studio):
            entry = marks.set_own(album, photos, by=alice_user, rating=number % 5 + 1)
            if number % 3 == 0 and entry:
                journal.undo(entry, by=alice_user)
    for path in (studio_page(album.studio), page("history", album), page("photo_history", album, photos[0])):
        erin.get(path)
        with django_assert_max_num_queries(22):
            assert len(erin.get(path).context["lines"]) == 40


@pytest.mark.slow
def test_an_old_page_is_not_found_by_reading_all_that_came_after(
    north: Studio, south: Studio, alice_user: User, charlie_user: User, may_analyze: None
) -> None:
    """20,000 entries in two studios; those of the gallery asked for are the oldest."""
    thing = uuid4()
    for studio, user in ((south, charlie_user), (north, alice_user)):
        with acting_in(studio), connection.cursor() as cursor:
            cursor.execute(MANY_ENTRIES, {"studio": studio.pk, "user": user.pk, "other": uuid4(), "thing": thing})
    entered = Entered(north, alice_user, Role.EDITOR)
    for analyzed in (False, True):
        asks: list[dict[str, Any]] = [{}, {"album": thing}, {"photo": thing}]
        for asked in asks:
            with acting_in(north), in_index_order(), connection.cursor() as cursor:
                if analyzed:
                    cursor.execute("analyze accounts_journalentry, accounts_journalsubject")
                rows = history.entries(entered, **asked).order_by(*history.NEWEST)[:51]
                plan = json.loads(rows.explain(format="json", analyze=True, buffers=True))[0]["Plan"]
            assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 1_000, (analyzed, asked, plan)


# Every entry is of another second, the last one of now; the gallery has those of the 100 oldest.
MANY_ENTRIES = """
    with made as (
        insert into accounts_journalentry (
            id, studio_id, at, actor_id, verb, subject_kind, subject_id, albums, count, detail, is_first)
        select (lpad(to_hex(((extract(epoch from now()) - n) * 1000)::bigint), 12, '0') || '7'
                || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid,
            %(studio)s, now() - n * interval '1 second', %(user)s, 'album.cover', '', null,
            array[case when n > 9900 then %(thing)s else %(other)s end]::uuid[], 0, '{}', true
        from generate_series(1, 10000) n
        returning id, studio_id, albums)
    insert into accounts_journalsubject (id, studio_id, entry_id, thing)
    select gen_random_uuid(), studio_id, id, albums[1] from made
"""


def test_the_ways_to_it(album: Album, alice: Client) -> None:
    assert page("history", album) in alice.get(page("detail", album)).content.decode()
    assert f'data-history-url="{page("detail", album)}photos/"' in alice.get(page("detail", album)).content.decode()
    for name in ("accounts:settings", "sharing:studio_activity"):
        assert studio_page(album.studio) in alice.get(reverse(name, args=["north"])).content.decode()


# -- the API -----------------------------------------------------------------------------------------------------


def test_the_api_lists_and_filters(album: Album, photos: list[UUID], alice_user: User, bob_user: User) -> None:
    moved, picked, renamed = acts(album, photos, alice_user)
    other = AlbumFactory.create(studio=album.studio)
    with acting_in(album.studio):
        made = sections.add(other, "Party", by=alice_user)
    api = Caller(album.studio, bob_user, "read")

    def ids(**query: str) -> list[str]:
        answer = api.get("/api/journal", **query)
        assert answer.status_code == 200
        return [entry["id"] for entry in answer.json()["results"]]

    every = [str(entry.pk) for entry in (made, renamed, picked, moved)]
    assert ids() == every
    assert ids(album=str(album.pk)) == every[1:]
    assert ids(photo=str(photos[0])) == every[3:]
    assert ids(photo=str(photos[1]), album=str(album.pk)) == every[2:]
    assert ids(photo=str(photos[1]), album=str(other.pk)) == []
    assert ids(since=picked.at.isoformat()) == every[:3]
    assert ids(album=str(uuid4())) == []
    for bad in ({"album": "x"}, {"since": "yesterday"}, {"photo": "1"}):
        assert api.get("/api/journal", **bad).status_code == 400
    pages = api.get("/api/journal", limit="3").json()
    assert [entry["id"] for entry in pages["results"]] == every[:3]
    assert [entry["id"] for entry in api.client.get(pages["next"]).json()["results"]] == every[3:]


def test_an_entry_of_the_api(album: Album, photos: list[UUID], alice_user: User, bob_user: User) -> None:
    moved = acts(album, photos, alice_user)[0]
    api = Caller(album.studio, alice_user)
    undone = api.post(reverse("api-journal-undo", args=[moved.pk])).json()["undo"]
    by_id = {entry["id"]: entry for entry in api.get("/api/journal").json()["results"]}
    entry = by_id[str(moved.pk)]
    assert (entry["sentence"], entry["count"], entry["verb"]) == ("moved 2 photos to “Ceremony”", 2, "photos.moved")
    assert entry["by"] == {"id": str(alice_user.pk), "name": "Alice"}
    assert entry["subject"] == {"kind": "album", "id": str(album.pk)}
    assert (entry["undo"], entry["undone_by"], entry["albums"]) == (None, undone, [str(album.pk)])
    assert (by_id[undone]["undoes"], by_id[undone]["undo"]) == (str(moved.pk), undone)
    viewer = Caller(album.studio, bob_user, "read").get("/api/journal").json()["results"]
    assert {entry["undo"] for entry in viewer} == {None}
