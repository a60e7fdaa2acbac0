"""Stacks in the studio: folded in the grid, made and parted by hand, undone without a trace."""

from __future__ import annotations

import random
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import editing, placements, sections, stacks
from apps.albums.models import Album, Ordering, Photo, Section, Stack
from tests.actors import keep_to
from tests.albums.people import Caller, order_of
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, many_in

pytestmark = pytest.mark.django_db
TILES = re.compile(r'id="p-([0-9a-f-]{36})"')


@pytest.fixture
def album(north: Studio) -> Album:
    album: Album = AlbumFactory.create(studio=north)
    return album


@pytest.fixture
def photos(album: Album) -> list[Photo]:
    with many_in(album.studio):
        return [PlacementFactory.create(album=album).photo for _ in range(6)]


def made(studio: Studio, photos: list[Photo], by: User, top: Photo | None = None) -> tuple[Stack, JournalEntry]:
    with acting_in(studio):
        return stacks.put_together(studio, [one.pk for one in photos], by=by, top=top.pk if top else None)


def shown(client: Client, album: Album, **query: Any) -> list[str]:
    page = client.get(album.get_absolute_url(), query).content.decode()
    return TILES.findall(page)


def post(client: Client, album: Album, act: str, *photos: Photo) -> Any:
    address = reverse(f"albums:stack_{act}", args=[album.studio.slug, album.pk])
    return client.post(address, {"photo": [str(one.pk) for one in photos]}, headers={"HX-Request": "true"})


def tables(studio: Studio) -> tuple[Any, ...]:
    with acting_in(studio):
        frames = Photo.objects.for_studio(studio).order_by("pk").values_list("pk", "stack_id", "stack_by_hand")
        rows = Stack.objects.for_studio(studio).order_by("pk").values_list("pk", "kind", "top_id", "is_by_hand")
        return list(frames), list(rows)


def ids(*photos: Photo) -> list[str]:
    return [str(one.pk) for one in photos]


def test_a_stack_is_one_tile_with_the_number_of_its_photos(
    north: Studio, album: Album, photos: list[Photo], alice_user: User, alice: Client
) -> None:
    stack, _ = made(north, photos[1:4], alice_user, top=photos[2])
    page = alice.get(album.get_absolute_url()).content.decode()
    assert TILES.findall(page) == ids(photos[0], photos[2], *photos[4:])
    assert f'href="{album.get_absolute_url()}?stack={stack.pk}"' in page
    assert 'aria-label="Stack of 3 photos"' in page
    assert 'data-total="4"' in page
    assert 'data-select-all="6"' in page
    # The number leads to all of them.
    assert shown(alice, album, stack=str(stack.pk)) == ids(*photos[1:4])


def test_what_is_filtered_or_named_is_never_hidden_below_another(
    north: Studio, album: Album, photos: list[Photo], alice_user: User, alice: Client
) -> None:
    made(north, photos[:3], alice_user)
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=photos[1].pk).update(rating=5)
    assert shown(alice, album, mark="stars5") == ids(photos[1])
    tiles = reverse("albums:tiles", args=[north.slug, album.pk])
    assert TILES.findall(alice.get(tiles, {"ids": str(photos[1].pk)}).content.decode()) == ids(photos[1])


def test_frames_stand_by_themselves_where_their_top_does_not_lie(
    north: Studio, album: Album, photos: list[Photo], alice_user: User, alice: Client
) -> None:
    made(north, photos[:4], alice_user)
    with acting_in(north):
        section = sections.named(album, "Dinner", by=alice_user)
        assert isinstance(section, Section)
        placements.move_to_section(album, [photos[1].pk], section, by=alice_user)
    assert shown(alice, album) == ids(photos[0], photos[4], photos[5], photos[1])
    with acting_in(north):
        placements.take_out(album, [photos[0].pk], by=alice_user)
    assert sorted(shown(alice, album)) == sorted(ids(*photos[1:]))


def test_a_folded_stack_moves_as_one(
    north: Studio, album: Album, photos: list[Photo], alice_user: User, alice: Client
) -> None:
    made(north, photos[1:4], alice_user)
    with acting_in(north):
        editing.sort(album, Ordering.MANUAL, by=alice_user)
        section = sections.named(album, "Dinner", by=alice_user)
    order = reverse("albums:order", args=[north.slug, album.pk])
    assert alice.post(order, {"photo": ids(photos[1]), "before": str(photos[0].pk)}).status_code == 303
    assert [str(pk) for pk in order_of(album)] == ids(*photos[1:4], photos[0], *photos[4:])
    move = reverse("albums:photos_move", args=[north.slug, album.pk])
    assert alice.post(move, {"photo": ids(photos[1]), "section": str(section.pk)}).status_code == 303
    assert [str(pk) for pk in order_of(album)] == ids(photos[0], *photos[4:], *photos[1:4])
    assert shown(alice, album) == ids(photos[0], *photos[4:], photos[1])


def test_every_page_of_a_folded_grid_has_its_tiles_once(
    north: Studio, album: Album, alice_user: User, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.albums.page_context.STUDIO_PAGE", 5)
    with many_in(north):
        every = [PlacementFactory.create(album=album).photo for _ in range(23)]
    for first in (0, 4, 9, 15):
        made(north, every[first : first + 3], alice_user)
    folded = ids(*(one for number, one in enumerate(every) if number not in (1, 2, 5, 6, 10, 11, 16, 17)))
    found, address = [], album.get_absolute_url()
    while address:
        page = alice.get(address).content.decode()
        found += TILES.findall(page)
        following = re.search(r'id="more" class="more" href="([^"]+)"', page)
        address = following[1] if following else ""
    assert found == folded


def test_acts_of_the_grid_are_told_and_undone(
    north: Studio, album: Album, photos: list[Photo], alice: Client, alice_user: User
) -> None:
    before = tables(north)
    answer = post(alice, album, "create", *photos[2::-1])
    assert answer.status_code == 204
    assert "3 photos stacked." in answer["HX-Trigger"]
    # The first of the gallery's order lies on top, whichever was selected first.
    assert shown(alice, album) == ids(photos[0], *photos[3:])
    assert post(alice, album, "top", photos[1]).status_code == 204
    assert shown(alice, album) == ids(*photos[1:2], *photos[3:])
    assert post(alice, album, "take_out", photos[2]).status_code == 204
    assert shown(alice, album) == ids(*photos[1:])
    assert post(alice, album, "part", photos[0]).status_code == 204
    assert shown(alice, album) == ids(*photos)
    with acting_in(north):
        entries = list(JournalEntry.objects.for_studio(north).filter(verb__startswith="stack.").order_by("-pk"))
        assert [entry.verb for entry in entries] == ["stack.parted", "stack.left", "stack.top", "stack.made"]
        for entry in entries:
            journal.undo(entry, by=alice_user)
    assert tables(north) == before


def test_one_photo_is_no_stack_and_a_photo_by_itself_cannot_be_parted(
    album: Album, photos: list[Photo], alice: Client
) -> None:
    assert post(alice, album, "create", photos[0]).status_code == 422
    for act in ("top", "take_out", "part"):
        answer = post(alice, album, act, photos[0])
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_in_stack")
    assert post(alice, album, "top", *photos[:2]).status_code == 400


def test_random_acts_are_taken_back_in_any_number(north: Studio, photos: list[Photo], alice_user: User) -> None:
    chance = random.Random(7)
    states, entries = [tables(north)], list[JournalEntry]()
    while len(entries) < 25:
        some = chance.sample(photos, chance.randint(1, 4))
        with acting_in(north):
            acts = [
                lambda some=some: stacks.put_together(north, [one.pk for one in some], by=alice_user)[1],
                lambda some=some: stacks.take_out(north, [some[0].pk], by=alice_user),
                lambda some=some: stacks.choose_top(north, some[0].pk, by=alice_user),
                lambda some=some: stacks.unstack(north, _stacks(north, some), by=alice_user),
            ]
            try:
                entries.append(chance.choice(acts)())
            except (stacks.TooFewFrames, stacks.NotInStack):
                continue
        states.append(tables(north))
        frames, rows = states[-1]
        inside = [stack for _, stack, _ in frames if stack]
        # No stack of one photo is left over, and each has one of its photos on top.
        assert {pk for pk, *_ in rows} == set(inside)
        assert all(inside.count(pk) > 1 for pk, *_ in rows)
        assert all((top, pk) in [(photo, stack) for photo, stack, _ in frames] for pk, _, top, _ in rows)
    while entries:
        assert tables(north) == states.pop()
        with acting_in(north):
            journal.undo(entries.pop(), by=alice_user)
    assert tables(north) == states.pop()


def _stacks(studio: Studio, photos: list[Photo]) -> set[UUID]:
    rows = Photo.objects.for_studio(studio).filter(pk__in=[one.pk for one in photos], stack__isnull=False)
    return set(rows.values_list("stack_id", flat=True))


def test_a_member_of_one_gallery_does_not_reach_into_others(
    north: Studio, album: Album, photos: list[Photo], alice_user: User, erin: Client, erin_user: User
) -> None:
    with many_in(north):
        elsewhere = PlacementFactory.create(album=AlbumFactory.create(studio=north)).photo
    made(north, [photos[0], photos[1], elsewhere], alice_user)
    own, _ = made(north, photos[2:4], alice_user)
    keep_to(north, erin_user, album)
    before = tables(north)
    for act in ("top", "part", "take_out"):
        assert post(erin, album, act, photos[0]).status_code in (400, 409)
    assert post(erin, album, "create", elsewhere, photos[0], photos[4]).status_code == 422
    assert tables(north) == before
    listed = Caller(north, erin_user).get("/api/stacks").json()["results"]
    assert [one["id"] for one in listed] == [str(own.pk)]
    assert post(erin, album, "part", photos[2]).status_code == 204
    with acting_in(north):
        assert not Stack.objects.for_studio(north).filter(pk=own.pk).exists()


def test_stacks_over_the_api(north: Studio, album: Album, photos: list[Photo], erin_user: User) -> None:
    api = Caller(north, erin_user)
    outside = str(PhotoFactory.create().pk)
    made_now = api.post("/api/stacks", {"photos": [*ids(*photos[:3]), outside], "primary": ids(*photos)[1]})
    assert made_now.status_code == 201
    stack = made_now.json()
    assert stack["photos"] == ids(*photos[:3])
    assert (stack["kind"], stack["primary"], stack["photo_count"]) == ("manual", ids(*photos)[1], 3)
    assert api.post("/api/stacks", {"photos": [ids(*photos)[4], outside]}).status_code == 422
    assert api.post("/api/stacks", {"photos": ids(*photos[:2]), "primary": outside}).status_code == 400
    listed = api.get(f"/api/stacks?album={album.pk}").json()["results"]
    assert [one["id"] for one in listed] == [stack["id"]]
    assert api.get("/api/stacks?kind=burst").json()["results"] == []
    changed = api.post(f"/api/stacks/{stack['id']}/primary", {"photo": ids(*photos)[2]})
    assert changed.json()["primary"] == ids(*photos)[2]
    assert api.post(f"/api/stacks/{stack['id']}/primary", {"photo": ids(*photos)[5]}).status_code == 400
    gone = api.delete(f"/api/stacks/{stack['id']}")
    assert gone.json()["undo"]
    assert api.get(f"/api/stacks/{stack['id']}").status_code == 404
    assert api.post(f"/api/journal/{gone.json()['undo']}/undo").status_code == 200
    assert api.get(f"/api/stacks/{stack['id']}").json()["photos"] == ids(*photos[:3])
