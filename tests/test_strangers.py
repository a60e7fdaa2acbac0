"""G1: no address reads or changes another studio's things.

Every address of the resolver, every method, every stranger. An address that this page does not know fails the
first test, so a new one cannot stay uncovered. The strangers hold all of north's ids, slugs and cursors.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.access import Entered
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import StudioModel, StudioQuerySet, acting_in
from apps.albums import placements
from apps.albums.models import Album, PhotoState
from apps.sharing.links import lifecycle
from apps.sharing.raw import RAW_ROUTES
from apps.uploads import receiver, sockets, tus_call
from apps.web import rate_limit
from tests.actors import keep_to, signed_in
from tests.factories import PASSWORD, AlbumFactory, PhotoFactory, PlacementFactory, jpeg
from tests.world import World, build_world

METHODS = ("get", "post", "put", "patch", "delete")

# Addresses without a studio in them: what they say is the same for everybody.
PUBLIC = re.compile(
    r"^(login/((code|passkey|passkey/ask)/)?|account/security/(off/)?|account/(sessions|passkeys)/.*|logout/|password/|sign-up/.*|first-run/|reset/.*|invitation/.*|studios/|brand/.*|p/<slug:slug>/(galleries/.*)?|"
    r"api/|api/(<path:rest>)?|api/schema/.*|api/docs/.*|api/(system/)?health|api/system/domains/ask|api/auth/(token|refresh|logout|register)|static/.*|studio/<slug:slug>/logo.*)?$"
)
# For who runs the installation: tests/monitoring/test_pages.py tries them as everyone else.
OPERATOR = re.compile(r"^(status/(again/|visit/(end/)?|containers/<str:container>/)?|metrics)$")
STUDIO = re.compile(r"^studio/<slug:slug>/")
GUEST = re.compile(r"^(g/<(str|slug):token>/|api/galleries/<str:token>)")
API = re.compile(r"^api/(?!galleries/)")


@dataclass(frozen=True)
class Route:
    """One address: its pattern, the names of what stands in it, and what answers there."""

    pattern: str
    names: tuple[str, ...]
    view: Any = field(compare=False, default=None)

    def path(self, values: dict[str, str]) -> str:
        """The address with these values in it."""
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values[part.group(1)], self.pattern)


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[Route]:
    for entry in patterns:
        pattern = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, pattern)
        elif isinstance(entry, URLPattern):
            pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern).replace(r"\Z", "").replace("\\.", ".")
            if "<format>" not in pattern and "drf_format_suffix" not in pattern:
                yield Route(pattern, tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern)), entry.callback)


ROUTES = sorted(set(_walk(get_resolver().url_patterns)), key=lambda route: route.pattern)
STUDIO_ROUTES = [route for route in ROUTES if STUDIO.match(route.pattern) and not PUBLIC.match(route.pattern)]
API_ROUTES = [route for route in ROUTES if API.match(route.pattern) and not PUBLIC.match(route.pattern)]


def test_every_address_is_guarded_by_this_page() -> None:
    unlisted = [
        route.pattern
        for route in ROUTES
        if not any(kind.match(route.pattern) for kind in (PUBLIC, OPERATOR, STUDIO, GUEST, API))
    ]
    assert unlisted == []
    assert len(STUDIO_ROUTES) > 30
    assert len(API_ROUTES) > 10


def test_byte_paths_and_sockets_are_few_and_tested_by_hand() -> None:
    """They do not stand in the resolver. A new one belongs into this list, and into the strangers' tests beside it:
    tests/sharing/test_pictures.py, tests/sharing/test_archives.py, tests/uploads/test_receiver.py,
    tests/uploads/test_sockets.py."""
    assert [pattern.pattern for pattern, _ in RAW_ROUTES] == [
        "/m/.*",
        r"/g/(?P<token>[A-Za-z0-9_.-]{1,125})/download\.zip",
    ]
    assert receiver.PATH.pattern == r"/studio/(?P<slug>[-\w]{1,60})/albums/(?P<album>[0-9a-f-]{36})/upload"
    # tests/uploads/test_tus.py
    assert tus_call.PATH.pattern == (
        r"/(?:api|studio/(?P<slug>[-\w]{1,60})|g/(?P<token>[A-Za-z0-9_.-]{1,125}))/uploads/tus"
        r"(?:/(?P<upload>[0-9a-f-]{36}))?/?"
    )
    assert [str(entry.pattern) for entry in sockets.urlpatterns] == [
        "ws/studio/<slug:slug>/",
        "ws/studio/<slug:slug>/albums/<str:album>/",
    ]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of refusals are not worth a line of the log each."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


@pytest.fixture
def world(north: Studio, south: Studio, alice_user: User) -> World:
    return build_world(north, alice_user)


TABLES = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, StudioModel))
HASHES = " union all ".join(
    f"select '{table}', md5(string_agg(r::text, ' ' order by id)) from {table} as r where studio_id = %(studio)s"
    for table in TABLES
)


def snapshot(studio: Studio) -> dict[str, str]:
    """Of each table a hash over every row of a studio, sign-in journals aside."""
    with acting_in(studio), connection.cursor() as cursor:
        cursor.execute(HASHES, {"studio": studio.pk})
        return dict(cursor.fetchall())


def written() -> int:
    """How many rows of studios this transaction wrote so far, taken back or not. Asking is a small part of a hash over
    every table, and most refusals write nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select sum(pg_stat_get_xact_tuples_inserted(t) + pg_stat_get_xact_tuples_updated(t)
                          + pg_stat_get_xact_tuples_deleted(t)) from unnest(%s::regclass[]) as t""",
            [TABLES],
        )
        return int(cursor.fetchone()[0])


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is rolled back at the end: the next address finds the world as it was."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


Check = Callable[[Client, Route], Iterable[str]]


def faults(world: World, client: Client, routes: list[Route], check: Check) -> str:
    """A line for all that `check` finds at each of the addresses, and for each table of the studio that differs then.

    All in one world, as making one takes longer than trying an address; but no try meets what another one did.
    """
    found = []
    before, cookies = snapshot(world.studio), client.cookies.output(header="", sep=";")
    for route in routes:
        rate_limit.PREFIX = f"guess:test:{uuid4()}"
        with undone():
            try:
                so_far = written()
                wrong = list(check(client, route))
                after = snapshot(world.studio) if written() != so_far else before
                wrong += [f"{table} changed" for table in TABLES if after[table] != before[table]]
            except Exception as error:
                wrong = [repr(error)]
        client.cookies = SimpleCookie(cookies)
        found += [f"{route.pattern}: {one}" for one in wrong]
    return "\n".join(found)


def call(client: Client, method: str, path: str, world: World, **headers: str) -> Any:
    """One request with a body that would do something if the door were open."""
    body = json.dumps(world.harm) if path.startswith("/api/") else None
    if method == "get":
        return client.get(path, headers=headers)
    if body is not None:
        return getattr(client, method)(path, data=body, content_type="application/json", headers=headers)
    if method == "post":
        return client.post(path, data=world.harm, headers=headers)
    return getattr(client, method)(path, headers=headers)


def leaks(response: Any, world: World, path: str) -> list[str]:
    """What of north's secrets the answer tells beyond what the asker put into the address."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode("utf-8", "replace") + str(response.headers)
    return [secret for secret in world.secrets if secret in text and secret not in path]


def guest_of_another_album(world: World) -> Client:
    """A client that opened a link of another album of the same studio."""
    with acting_in(world.studio):
        other = AlbumFactory.create(studio=world.studio, title="Another client's")
        _, token = lifecycle.create(other, by=world.owner, label="theirs", password=None)
    client = Client()
    assert client.get(reverse("sharing:gallery", args=[token])).status_code == 200
    return client


def revoked_guest(world: World) -> Client:
    """A client whose link was open and is revoked."""
    client = Client()
    with acting_in(world.studio):
        link, token = lifecycle.create(world.album, by=world.owner, label="once", password=None)
    assert client.get(reverse("sharing:gallery", args=[token])).status_code == 200
    with acting_in(world.studio):
        link.revoke(by=world.owner)
    return client


STRANGERS: dict[str, Callable[[World, pytest.FixtureRequest], Client]] = {
    "nobody": lambda world, request: Client(),
    "owner of another studio": lambda world, request: signed_in(request.getfixturevalue("charlie_user")),
    "guest of another album": lambda world, request: guest_of_another_album(world),
    "revoked guest": lambda world, request: revoked_guest(world),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_finds_no_page(stranger: str, world: World, request: pytest.FixtureRequest) -> None:
    def check(client: Client, route: Route) -> Iterator[str]:
        path = route.path(world.values)
        for method in METHODS:
            response = call(client, method, path, world)
            if response.status_code not in (302, 403, 404, 405):
                yield f"{method} is {response.status_code}"
            if response.status_code == 302 and not response.headers["location"].startswith("/login/"):
                yield f"{method} leads to {response.headers['location']}"
            yield from (f"{method} tells {secret}" for secret in leaks(response, world, path))

    found = faults(world, STRANGERS[stranger](world, request), STUDIO_ROUTES, check)
    assert not found, found


def test_my_own_studio_does_not_open_another_ones_things(world: World, charlie: Client, south: Studio) -> None:
    """Charlie's own slug with north's ids: as unknown as a random id, and the same body."""

    def check(client: Client, route: Route) -> Iterator[str]:
        path = route.path({**world.values, "slug": south.slug})
        random = route.path({**world.values, "slug": south.slug, **unknown_ids(route, world)})
        for method in METHODS:
            response = call(client, method, path, world)
            if response.status_code not in (404, 405):
                yield f"{method} is {response.status_code}"
            yield from (f"{method} tells {secret}" for secret in leaks(response, world, path))
            if response.status_code == 404 and call(client, method, random, world).content != response.content:
                yield f"{method} differs from that of a random id"

    with_ids = [route for route in STUDIO_ROUTES if len(route.names) > 1]
    assert len(with_ids) > 30
    found = faults(world, charlie, with_ids, check)
    assert not found, found


def test_a_viewer_changes_nothing(world: World, bob: Client) -> None:
    def check(client: Client, route: Route) -> Iterator[str]:
        for method in METHODS[1:]:
            status = call(client, method, route.path(world.values), world).status_code
            if status not in (302, 303, 403, 404, 405):
                yield f"{method} is {status}"

    found = faults(world, bob, STUDIO_ROUTES, check)
    assert not found, found


def unknown_ids(route: Route, world: World) -> dict[str, str]:
    """Ids of nothing, for the places of ids in this address."""
    return {name: str(uuid4()) for name in route.names if name in world.ids}


def bearer(user: User) -> dict[str, str]:
    """An access token of this person."""
    answer = Client().post(
        "/api/auth/token", data=json.dumps({"email": user.email, "password": PASSWORD}), content_type="application/json"
    )
    return {"authorization": f"Bearer {answer.json()['access']}"}


def test_a_stranger_finds_nothing_in_the_api(world: World, charlie_user: User) -> None:
    key = bearer(charlie_user)

    def check(client: Client, route: Route) -> Iterator[str]:
        path = route.path(world.values)
        random = route.path({**world.values, **unknown_ids(route, world)})
        for method in METHODS:
            status = call(client, method, path, world).status_code
            if status not in (401, 405):
                yield f"{method} is {status} without a key"
            response = call(client, method, path, world, **key)
            yield from (f"{method} tells {secret}" for secret in leaks(response, world, path))
            if path != random:
                if response.status_code not in (404, 405):
                    yield f"{method} is {response.status_code}"
                if call(client, method, random, world, **key).content != response.content:
                    yield f"{method} differs from that of a random id"

    found = faults(world, Client(), API_ROUTES, check)
    assert not found, found


# What is asked by POST because it is too long for an address; `faults` sees that nothing changes.
QUESTIONS = {("api/photos/search", "post", 200), ("api/smart-collections/preview", "post", 200)}


def test_a_viewer_changes_nothing_by_the_api(world: World, bob_user: User) -> None:
    key = bearer(bob_user)

    def check(client: Client, route: Route) -> Iterator[str]:
        for method in METHODS[1:]:
            status = call(client, method, route.path(world.values), world, **key).status_code
            if status not in (400, 403, 404, 405) and (route.pattern, method, status) not in QUESTIONS:
                yield f"{method} is {status}"

    found = faults(world, Client(), API_ROUTES, check)
    assert not found, found


# -- links that only take photos ------------------------------------------------------------------------------------

# What such a link opens: where photos are added, and the question who is there. All else is not there for it.
FOR_DROPS = re.compile(r"^g/<str:token>/(uploads/(<uuid:file_id>/withdraw/|receipt.csv|tus/)?|who/(save/|code/)?)?$")
GUEST_ROUTES = [route for route in ROUTES if GUEST.match(route.pattern)]
# The page on which photos are added names the gallery, and the question who is there nothing.
TITLE = "Zqx secret wedding"


def drop_guest(world: World) -> tuple[Client, str]:
    """Somebody known who opened a link that only takes photos, of the world's album."""
    client = Client()
    with acting_in(world.studio):
        _, token = lifecycle.create(
            world.album, by=world.owner, label="drop", password=None, upload="drop", download="original",
            may_favourite=True, may_comment=True, may_rate=True, may_find=True, may_search=True, may_see_places=True,
            people="names",
        )  # fmt: skip
    who = {"name": "Otto", "email": "otto@example.com"}
    assert client.post(reverse("sharing:who_save", args=[token]), who).status_code == 303
    assert client.get(reverse("uploads:guest", args=[token])).status_code == 200
    return client, token


def test_a_link_that_only_takes_photos_shows_none_at_any_address(world: World) -> None:
    """Whatever rights its row has besides. Pictures and archives: tests/sharing/access/test_drop_links.py."""
    client, token = drop_guest(world)

    def check(client: Client, route: Route) -> Iterator[str]:
        path = route.path({**world.values, "token": token})
        for method in METHODS:
            response = call(client, method, path, world)
            is_for_drops = FOR_DROPS.match(route.pattern)
            if not is_for_drops and response.status_code not in (404, 405):
                yield f"{method} is {response.status_code}"
            told = set(leaks(response, world, path)) - ({TITLE} if is_for_drops else set())
            yield from (f"{method} tells {secret}" for secret in told)

    assert len(GUEST_ROUTES) > 40
    found = faults(world, client, [route for route in GUEST_ROUTES if not FOR_DROPS.match(route.pattern)], check)
    assert not found, found
    for route in (route for route in GUEST_ROUTES if FOR_DROPS.match(route.pattern)):
        with undone():
            assert not list(check(client, route)), route.pattern


# -- members who work in some galleries only ---------------------------------------------------------------------------

# What contributors may do, in a gallery of theirs. All else of the studio does not exist for them.
ALBUM = "studio/<slug:slug>/albums/<uuid:album_id>/"
FOR_CONTRIBUTORS = {
    "studio/<slug:slug>/albums/": "get",
    "studio/<slug:slug>/journal/<uuid:entry_id>/undo/": "post",
    "studio/<slug:slug>/library/": "get",
    "studio/<slug:slug>/search/": "get",
    ALBUM: "get",
    f"{ALBUM}tiles/": "get",
    f"{ALBUM}status/": "get",
    f"{ALBUM}problems/": "get",
    f"{ALBUM}photos/delete/": "post",
    f"{ALBUM}sections/upload/": "post",
    f"{ALBUM}upload/look/": "post",
    f"{ALBUM}receipts/": "get",
    # One receipt is a contributor's own: tests/uploads/test_receipts.py.
    f"{ALBUM}receipts/<uuid:receipt_id>/skipped/": "post",
    f"{ALBUM}photos/<uuid:photo_id>/retry/": "post",
    f"{ALBUM}photos/<uuid:photo_id>/download/": "get",
    f"{ALBUM}photos/<uuid:photo_id>/facts/": "get",
    "api/me": "get",
    "api/albums": "get",
    "api/albums/photos/all": "get",
    "api/albums/slug/<slug:album_slug>": "get",
    "api/albums/<uuid:album_id>": "get",
    "api/albums/<uuid:album_id>/photos": "get post",
    "api/albums/<uuid:album_id>/photos/<uuid:photo_id>": "get delete",
    "api/albums/<uuid:album_id>/photos/<uuid:photo_id>/download": "get",
    "api/files/media/<uuid:photo_id>/<slug:size>": "get",
    "api/journal/<uuid:entry_id>/undo": "post",
    "api/photos": "get",
    "api/photos/match": "post",
    "api/photos/search": "get post",
    "api/photos/<uuid:photo_id>": "get",
    "api/photos/<uuid:photo_id>/original": "get",
    "api/upload": "post",
    "api/upload/multiple": "post",
    "api/uploads/check": "post",
    "api/uploads/receipts": "get",
    # One receipt is a contributor's own: tests/uploads/test_receipts.py.
}
# Pages and lists of the whole studio that restricted members open: they show what lies in their galleries. Each of
# them stands in tests/test_galleries.py, too.
LISTS = {
    "api/activity",
    "studio/<slug:slug>/albums/",
    # Galleries that are not theirs are passed over: tests/sharing/links/test_bulk.py.
    "studio/<slug:slug>/albums/bulk/",
    "studio/<slug:slug>/activity/",
    "studio/<slug:slug>/activity/export/",
    "studio/<slug:slug>/board/",
    "studio/<slug:slug>/selections/",
    "studio/<slug:slug>/emails/",
    "studio/<slug:slug>/history/",
    "studio/<slug:slug>/library/",
    "studio/<slug:slug>/library/photos/",
    # Photos of other galleries are passed over: tests/library/test_acts.py.
    *(f"studio/<slug:slug>/library/photos/{act}/" for act in ("gather", "mark", "place", "process", "tag", "trash")),
    # The same: tests/library/test_tiers.py.
    *(f"studio/<slug:slug>/library/photos/{act}/" for act in ("approve", "unapprove")),
    # The same: tests/tagging/test_suggestions.py.
    "studio/<slug:slug>/library/photos/describe/",
    "studio/<slug:slug>/suggestions/",
    "studio/<slug:slug>/suggestions/answer/",
    "api/tags/suggestions",
    # What is close in meaning of the photos that they see: tests/tagging/test_meaning.py.
    "studio/<slug:slug>/library/meaning/",
    "api/photos/meaning",
    "studio/<slug:slug>/places/",
    "studio/<slug:slug>/places/points/",
    "studio/<slug:slug>/timeline/",
    "studio/<slug:slug>/search/",
    "studio/<slug:slug>/tasks/",
    "studio/<slug:slug>/trash/",
    "api/me",
    "api/albums",
    "api/albums/photos/all",
    "api/board",
    "api/events",
    "api/events/holiday-sets",
    "api/events/timeline",
    "api/journal",
    "api/locations/clusters",
    "api/locations/reverse",
    "api/photos",
    "api/photos/batch",
    "api/photos/match",
    "api/photos/search",
    # Photos that are not theirs are passed over: tests/albums/test_stacks.py.
    "api/stacks",
    "api/stats",
    "api/tasks",
    "api/upload",
    "api/upload/multiple",
    "api/uploads/check",
    # What waits in galleries of theirs: tests/uploads/test_approvals_api.py.
    "api/approvals",
    # What was sent into galleries of theirs: tests/uploads/test_receipts.py.
    "api/uploads/receipts",
}


# Acts of which "all" means all that the member sees, which is the member's own (tests/library/test_acts.py); here the
# photos of the world are named.
ON_ALL_OF_ONES_OWN = re.compile(r"^studio/<slug:slug>/library/photos/\w+/$")


@dataclass(frozen=True)
class Kept:
    """Somebody of north who works in another gallery than the world's, which is `album`.

    theirs: its ids, by the names that they have in an address.
    """

    user: User
    world: World
    album: Album
    theirs: dict[str, str]


KEPT = ("contributor", "editor of another gallery")


@pytest.fixture
def kept(request: pytest.FixtureRequest, world: World, dora_user: User, erin_user: User) -> Kept:
    user = dora_user if request.param == KEPT[0] else erin_user
    album = AlbumFactory.create(studio=world.studio, title="Another one", slug="another-one")
    photo = PhotoFactory.create(studio=world.studio, uploaded_by=user, original__data=jpeg(), state=PhotoState.FAILED)
    PlacementFactory.create(album=album, photo=photo)
    keep_to(world.studio, user, album)
    own = {"album_id": album.pk, "album_slug": album.slug, "photo_id": photo.pk, "pk": album.pk, "id": photo.pk}
    return Kept(user, world, album, {name: str(value) for name, value in own.items()})


def finds_nothing(kept: Kept, routes: list[Route]) -> str:
    """What a member who is kept to another gallery finds of the world, by pages and API, by any method.

    All answers are those to a random id; what is about the whole studio tells and changes nothing of the world.
    """
    world, key = kept.world, bearer(kept.user)

    def check(client: Client, route: Route) -> Iterator[str]:
        path, headers = route.path(world.values), key if API.match(route.pattern) else {}
        random = route.path({**world.values, **unknown_ids(route, world)})
        harm = {name: value for name, value in world.harm.items() if name != "all"}
        sent = replace(world, harm=harm) if ON_ALL_OF_ONES_OWN.match(route.pattern) else world
        for method in METHODS:
            response = call(client, method, path, sent, **headers)
            yield from (f"{method} tells {secret}" for secret in leaks(response, world, path))
            if route.pattern not in LISTS and response.status_code not in (404, 405):
                yield f"{method} is {response.status_code}"
            if method != "get" or path == random:
                continue
            if call(client, method, random, world, **headers).content != response.content:
                yield f"{method} differs from that of a random id"

    return faults(world, signed_in(kept.user), routes, check)


@pytest.mark.parametrize("kept", KEPT, indirect=True)
def test_a_member_of_another_gallery_finds_nothing_of_this_one(kept: Kept) -> None:
    found = finds_nothing(kept, [*STUDIO_ROUTES, *API_ROUTES])
    assert not found, found


@pytest.mark.parametrize("kept", KEPT[:1], indirect=True)
def test_a_contributor_opens_what_is_meant_for_contributors(kept: Kept) -> None:
    """In a gallery of theirs. A new address is closed to them until it stands in the table above."""
    world, key, opened, client = kept.world, bearer(kept.user), {}, signed_in(kept.user)
    gone = PlacementFactory.create(album=kept.album, photo__uploaded_by=kept.user).photo
    with acting_in(world.studio):
        entry = placements.take_out(kept.album, [gone.pk], by=kept.user)
    assert entry is not None
    kept.theirs["entry_id"] = str(entry.pk)
    own = kept.theirs["photo_id"]
    world.harm |= {"photo": own, "photos": [own], "album": kept.theirs["album_id"]}
    del world.harm["all"]
    for route in [*STUDIO_ROUTES, *API_ROUTES]:
        path, headers = route.path({**world.values, **kept.theirs}), key if API.match(route.pattern) else {}
        found = []
        for method in METHODS:
            with undone():
                if call(client, method, path, world, **headers).status_code not in (404, 405):
                    found.append(method)
        if found:
            opened[route.pattern] = " ".join(found)
    assert opened == FOR_CONTRIBUTORS


@pytest.mark.parametrize("kept", KEPT[1:], indirect=True)
def test_the_check_sees_a_door_that_forgets_galleries(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entered, "admit", lambda entered, door, *, album=None: entered.require(door.needed))
    monkeypatch.setattr(StudioQuerySet, "visible_to", lambda rows, member: rows)
    some = [route for route in ROUTES if route.pattern in (f"{ALBUM}visitors/", "api/albums")]
    found = finds_nothing(kept, some)
    assert "visitors/: get is 200" in found
    assert "visitors/: get tells zqx-anna@example.com" in found
    assert "api/albums: get tells Zqx secret wedding" in found


def test_the_check_sees_a_leak(world: World, alice: Client) -> None:
    """The owner's own page does hold the secrets: the strangers' tests look for the right things."""
    page = alice.get(reverse("albums:detail", args=[world.studio.slug, world.album.pk]))
    assert page.status_code == 200
    assert leaks(page, world, "") != []


def test_the_check_sees_a_change_and_undoes_it(world: World) -> None:
    def check(client: Client, route: Route) -> Iterator[str]:
        with acting_in(world.studio):
            Album.objects.for_studio(world.studio).filter(pk=world.album.pk).update(title="changed")
        return iter(())

    before, two = snapshot(world.studio), ROUTES[:2]
    seen = "\n".join(
        f"{route.pattern}: {table} changed" for route in two for table in ("albums_album", "albums_albumchange")
    )
    assert faults(world, Client(), two, check) == seen
    assert snapshot(world.studio) == before
