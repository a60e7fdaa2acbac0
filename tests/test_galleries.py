"""What a member who works in some galleries sees of the whole studio: in every list exactly these.

Each gallery of the studio has one of everything, marked by words of its own. A restricted member finds the words of
the right galleries in each list, page or API, and no others; also after a gallery was taken off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from apps.accounts.access import member_of
from apps.accounts.long_tasks import Task
from apps.accounts.models import Email, Studio, User
from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.albums import editing, trash
from apps.albums.models import Album, Photo, Placement
from apps.sharing.links import lifecycle
from apps.sharing.models import Activity, ActivityKind, ClientEmail, Pick, Selection, SelectionState, Visitor
from tests.accounts.callers import bearer
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory
from tests.test_strangers import API_ROUTES, LISTS, STUDIO_ROUTES, Route

pytestmark = pytest.mark.django_db

NAMES = ("Zqalpha", "Zqbravo", "Zqcharlie")


@dataclass(frozen=True)
class Gallery:
    """An album with one of everything; `name` stands in all of it. gone: a photo of it that lies in the trash."""

    name: str
    album: Album
    gone: Photo


def furnish(studio: Studio, owner: User, name: str) -> Gallery:
    album = AlbumFactory.create(studio=studio, title=f"{name} wedding", slug=name.lower())
    photo = PhotoFactory.create(studio=studio, camera_name=f"{name}_1.jpg")
    gone = PhotoFactory.create(studio=studio, camera_name=f"{name}_gone.jpg", trashed_at=timezone.now())
    PlacementFactory.create(album=album, photo=photo)
    PlacementFactory.create(album=album, photo=gone, trashed_at=gone.trashed_at)
    with acting_in(studio):
        link, _ = lifecycle.create(album, by=owner, label=f"{name} family", password=None)
        shown = link.shown
        visitor = Visitor(
            studio=studio, shown=shown, link=link, name=f"{name} Ann", email=f"{name.lower()}@example.com"
        )
        visitor.save(force_insert=True)
        sent = {"state": SelectionState.SENT, "sent_at": timezone.now()}
        picked = Selection(studio=studio, shown=shown, visitor=visitor, title=f"{name} album", **sent)
        activity = Activity(
            studio=studio, shown=shown, link=link, visitor=visitor, photo=photo, kind=ActivityKind.FAVOURITE
        )
        email = Email(studio=studio, key=name, to=visitor.email, composer="client", keeps_words=True)
        written = ClientEmail(studio=studio, email=email, album=album, link=link, kind="delivery")
        for row in (picked, Pick(studio=studio, selection=picked, photo=photo), activity, email, written):
            row.save(force_insert=True)
        editing.change(album, by=owner, description=name)
    return Gallery(name, album, gone)


@pytest.fixture
def galleries(north: Studio, alice_user: User) -> list[Gallery]:
    with acting_in(north):
        Studio.objects.filter(pk=north.pk).update(bytes_used=10**9, files_used=100)
    return [furnish(north, alice_user, name) for name in NAMES]


# -- every list ----------------------------------------------------------------------------------------------------

# How to ask for each list of LISTS, so that it names galleries. Uploads are no lists;
# "me" names no gallery; of tasks restricted members see what they began (see below).
TASKS = {"api/tasks", "studio/<slug:slug>/tasks/"}
NO_LISTS = {
    # They name photos, places and days; what restricted members read there: tests/library, "restricted" and maps.
    "api/events",
    "api/events/holiday-sets",
    "api/events/timeline",
    "api/locations/clusters",
    "api/locations/reverse",
    "studio/<slug:slug>/library/photos/",
    "studio/<slug:slug>/places/",
    "studio/<slug:slug>/places/points/",
    "studio/<slug:slug>/timeline/",
    *(f"studio/<slug:slug>/library/photos/{act}/" for act in ("gather", "mark", "place", "process", "tag", "trash")),
    *(f"studio/<slug:slug>/library/photos/{act}/" for act in ("approve", "unapprove")),
    # They name photos; whose restricted members see: tests/tagging/test_suggestions.py.
    "studio/<slug:slug>/library/photos/describe/",
    "studio/<slug:slug>/suggestions/",
    "studio/<slug:slug>/suggestions/answer/",
    "api/tags/suggestions",
    # They ask a server first; whose photos restricted members see: tests/tagging/test_meaning.py.
    "studio/<slug:slug>/library/meaning/",
    "api/photos/meaning",
    "studio/<slug:slug>/albums/bulk/",
    "api/me",
    "api/photos/batch",
    # It names photos that the asker knows already; whose: tests/library/test_match.py.
    "api/photos/match",
    # It names no gallery; whose stacks restricted members see: tests/albums/test_stacks.py.
    "api/stacks",
    "api/upload",
    "api/upload/multiple",
    "api/uploads/check",
    # They name photos and galleries by their ids; whose: tests/uploads/test_approvals_api.py, test_receipts.py.
    "api/approvals",
    "api/uploads/receipts",
} | TASKS
ASKED: dict[str, tuple[str, ...]] = {
    "studio/<slug:slug>/albums/": ("", "?q=zq", "?state=live"),
    "studio/<slug:slug>/activity/": ("", "?by=person", "?by=photo", "?newest="),
    "studio/<slug:slug>/activity/export/": ("",),
    "studio/<slug:slug>/board/": ("",),
    "studio/<slug:slug>/selections/": ("", "?show=all"),
    "studio/<slug:slug>/emails/": ("",),
    "studio/<slug:slug>/history/": ("",),
    "studio/<slug:slug>/library/": ("", "?q=wedding", "?q=-rejected", "?month=2090-01"),
    "studio/<slug:slug>/search/": ("?q=wedding",),
    "studio/<slug:slug>/trash/": ("",),
    "api/activity": ("", "?limit=1", "?kind=favourite"),
    "api/albums": ("", "?limit=1"),
    "api/albums/photos/all": ("", "?limit=1"),
    "api/board": ("", "?limit=1"),
    "api/journal": ("", "?limit=1"),
    "api/photos": ("", "?limit=1", "?q=wedding", "?order=created_at"),
    "api/photos/search": ("?q=-rejected",),
}
COUNTED = "api/stats"


def door_of(route: Route) -> Any:
    return getattr(route.view, "door", None)


def opens(route: Route) -> bool:
    """True if restricted members come in, by some method."""
    if door_of(route) is not None:
        return bool(door_of(route).album_scoped)
    view = getattr(route.view, "cls", None)
    actions = getattr(route.view, "actions", None) or {"get": "get", "post": "post"}
    return any(action in getattr(view, "album_scoped", ()) for action in actions.values())


def test_every_list_of_the_whole_studio_stands_here() -> None:
    """A page or an endpoint without a gallery in its address that lets restricted members in."""
    whole = [route for route in [*STUDIO_ROUTES, *API_ROUTES] if not set(route.names) - {"slug"}]
    assert len(whole) > 20
    assert {route.pattern for route in whole if opens(route)} == LISTS
    assert set(ASKED) | NO_LISTS | {COUNTED} == LISTS


def test_every_page_has_a_door() -> None:
    # The ways in for bytes stand in front of Django and have doors of their own (tests/uploads).
    assert {route.pattern for route in STUDIO_ROUTES if door_of(route) is None} == {
        "studio/<slug:slug>/albums/<uuid:album_id>/upload",
        "studio/<slug:slug>/uploads/tus/",
    }


def test_every_address_of_a_gallery_lets_in_who_works_there() -> None:
    """Pages and endpoints with a gallery in their address; whoever adds one says whether it shows only this."""
    closed = [
        route.pattern for route in [*STUDIO_ROUTES, *API_ROUTES] if "album_id" in route.names and not opens(route)
    ]
    assert closed == ["studio/<slug:slug>/albums/<uuid:album_id>/upload"]


def texts(user: User) -> Iterator[tuple[str, str]]:
    """Every list as this member reads it, all pages of it: (address, text)."""
    browser, caller = signed_in(user), bearer(user, "north")
    for pattern, queries in ASKED.items():
        for query in queries:
            address = f"/{pattern.replace('<slug:slug>', 'north')}{query}"
            if address.startswith("/api/"):
                yield address, "".join(json.dumps(page) for page in pages(caller, address))
            else:
                headers = {"HX-Request": "true", "HX-Target": "fresh"} if "newest" in query else {}
                answer = browser.get(address, headers=headers)
                assert answer.status_code in (200, 204), address
                yield address, answer.content.decode()


def pages(caller: Client, address: str) -> Iterator[Any]:
    while address:
        answer = caller.get(address)
        assert answer.status_code == 200, address
        yield answer.json()["results"]
        address = (answer.json()["next"] or "").replace("http://testserver", "")


def wrong(user: User, galleries: list[Gallery], allowed: set[str]) -> list[str]:
    """Where the words of another gallery stand, or those of an allowed one are missing."""
    found = []
    for address, text in texts(user):
        seen = {one.name for one in galleries if one.name.lower() in text.lower() or str(one.album.pk) in text}
        if seen != allowed:
            found.append(f"{address} shows {sorted(seen)} instead of {sorted(allowed)}")
    return found


SUBSETS = [set(NAMES[:1]), set(NAMES[1:]), set(), set(NAMES)]


def test_every_list_shows_exactly_the_galleries_of_the_member(
    north: Studio, galleries: list[Gallery], erin_user: User
) -> None:
    """Also after one was added or taken off: at the next request."""
    for allowed in SUBSETS:
        keep_to(north, erin_user, *(one.album for one in galleries if one.name in allowed))
        assert wrong(erin_user, galleries, allowed) == []


def test_who_works_everywhere_sees_all(galleries: list[Gallery], erin_user: User) -> None:
    assert wrong(erin_user, galleries, set(NAMES)) == []


def test_the_check_sees_a_list_that_forgets(
    north: Studio, galleries: list[Gallery], erin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_to(north, erin_user, galleries[0].album)
    monkeypatch.setattr(StudioQuerySet, "visible_to", lambda rows, member: rows)
    assert len(wrong(erin_user, galleries, {NAMES[0]})) > 10


def test_numbers_count_the_members_galleries(
    north: Studio, galleries: list[Gallery], erin_user: User, alice_user: User
) -> None:
    keep_to(north, erin_user, galleries[0].album, galleries[1].album)
    told = bearer(erin_user, "north").get("/api/stats").json()
    assert (told["albums"], told["photos"], told["share_links"], told["files"]) == (2, 2, 2, 2)
    assert told["bytes"] == 2 * 12_345
    assert bearer(alice_user, "north").get("/api/stats").json()["albums"] == 3


def test_the_sidebar_counts_the_members_lists(north: Studio, galleries: list[Gallery], erin_user: User) -> None:
    keep_to(north, erin_user, galleries[0].album)
    assert 'title="Waiting for you">1<' in signed_in(erin_user).get("/studio/north/albums/").content.decode()


def test_of_tasks_a_restricted_member_sees_the_own(
    north: Studio, galleries: list[Gallery], erin_user: User, alice_user: User
) -> None:
    with acting_in(north):
        mine, other = (
            Task(studio=north, kind="photos.trash", title=f"{user.name}’s task", who=user, state="failed",
                 ended_at=timezone.now())
            for user in (erin_user, alice_user)
        )  # fmt: skip
        for task in (mine, other):
            task.save(force_insert=True)
    keep_to(north, erin_user, galleries[0].album)
    browser, caller = signed_in(erin_user), bearer(erin_user, "north")
    for text in (browser.get("/studio/north/tasks/").content.decode(), caller.get("/api/tasks").content.decode()):
        assert ("Erin’s task" in text, "Alice’s task" in text) == (True, False)
    assert caller.get(f"/api/tasks/{mine.pk}").status_code == 200
    answers = [
        caller.get(f"/api/tasks/{other.pk}"),
        caller.delete(f"/api/tasks/{other.pk}"),
        caller.send(f"/api/tasks/{other.pk}/retry"),
        *(browser.post(f"/studio/north/tasks/{other.pk}/{deed}/") for deed in ("cancel", "retry", "seen")),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


# -- a photo that lies in two galleries ------------------------------------------------------------------------------


@pytest.fixture
def both(north: Studio, galleries: list[Gallery], erin_user: User) -> Photo:
    """A photo in the first and the second gallery; Erin works in the first."""
    photo: Photo = PhotoFactory.create(studio=north, camera_name="Both.jpg")
    for gallery in galleries[:2]:
        PlacementFactory.create(album=gallery.album, photo=photo)
    keep_to(north, erin_user, galleries[0].album)
    return photo


def test_a_photo_of_two_galleries_is_fetched_through_the_members_own(
    both: Photo, galleries: list[Gallery], erin_user: User
) -> None:
    rows = bearer(erin_user, "north").get("/api/albums/photos/all").json()["results"]
    (row,) = (one for one in rows if one["id"] == str(both.pk))
    assert f"/api/albums/{galleries[0].album.pk}/photos/" in row["urls"]["original"]


def trashed(north: Studio, photo: Photo, *albums: Album) -> None:
    """The photo goes to the trash out of these galleries, one after the other."""
    now = timezone.now()
    with acting_in(north):
        for number, album in enumerate(albums):
            at = now + timedelta(seconds=number)
            Placement.objects.for_studio(north).filter(photo=photo, album=album).update(trashed_at=at)
            Photo.objects.for_studio(north).filter(pk=photo.pk).update(trashed_at=at)


def test_a_photo_is_put_back_by_who_works_where_it_was_last(
    north: Studio, both: Photo, galleries: list[Gallery], erin: Client
) -> None:
    first, second = galleries[0].album, galleries[1].album
    trashed(north, both, second, first)
    restore = f"/studio/north/trash/photo/{both.pk}/restore/"
    assert restore in erin.get("/studio/north/trash/").content.decode()
    assert erin.post(restore).status_code in (302, 303)
    with acting_in(north):
        assert [placement.album_id for placement in both.placements.live()] == [first.pk]
    trashed(north, both, first, second)
    assert restore not in erin.get("/studio/north/trash/").content.decode()
    assert erin.post(restore).status_code == 404
    assert erin.post(f"/studio/north/trash/photo/{both.pk}/delete/").status_code == 404


def test_who_works_in_some_galleries_deletes_nothing_for_ever(
    north: Studio, both: Photo, galleries: list[Gallery], erin: Client
) -> None:
    trashed(north, both, galleries[1].album, galleries[0].album)
    assert erin.post(f"/studio/north/trash/photo/{both.pk}/delete/").status_code == 404
    with acting_in(north):
        assert Photo.objects.for_studio(north).filter(pk=both.pk, trashed_at__isnull=False).exists()


def test_a_restricted_editor_empties_no_trash(
    north: Studio, galleries: list[Gallery], alice_user: User, erin_user: User
) -> None:
    with acting_in(north):
        for gallery in galleries:
            trash.trash_album(gallery.album, by=alice_user)
    keep_to(north, erin_user, galleries[0].album)
    assert signed_in(erin_user).post("/studio/north/trash/empty/", {"confirm": "empty"}).status_code == 404
    with acting_in(north):
        assert north.albums.count() == len(galleries)


# -- what a page offers ----------------------------------------------------------------------------------------------


def offered(page: str) -> set[str]:
    """Addresses inside the studio to which links, forms and scripts of a page lead."""
    return set(
        re.findall(r'(?:href|action|hx-get|hx-post|data-(?!history|facts|faces)[a-z]+-url)="(/studio/[^"#?]*)', page)
    )


@pytest.mark.parametrize("role", ["contributor", "editor", "viewer"])
def test_pages_offer_only_what_opens(
    role: str, north: Studio, galleries: list[Gallery], dora_user: User, erin_user: User, bob_user: User
) -> None:
    user = {"contributor": dora_user, "editor": erin_user, "viewer": bob_user}[role]
    keep_to(north, user, galleries[0].album)
    browser, member = signed_in(user), member_of(user, "north")
    pages = ["/studio/north/albums/", galleries[0].album.get_absolute_url()]
    if role != "contributor":
        pages += ["/studio/north/activity/", "/studio/north/selections/", "/studio/north/trash/"]
    found = set().union(*(offered(browser.get(page).content.decode()) for page in pages))
    doors = {address: getattr(resolve(address).func, "door", None) for address in found}
    assert len(doors) > 4
    assert [address for address, door in doors.items() if door and not member.passes(door)] == []
