"""G7: sockets carry ids only, of one's own studio, and die with the session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from django.db import OperationalError
from django.test import Client

from apps.accounts.long_tasks import Task
from apps.accounts.models import Membership, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.jobs import sliced
from apps.uploads import consumers
from apps.uploads.progress import group_of
from apps.uploads.sockets import urlpatterns
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north)


def socket_of(client: Client, album: Album | None, slug: str = "north") -> ApplicationCommunicator:
    """A socket of the album's page, or of any page of the studio."""
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    scope = {
        "type": "websocket",
        "path": f"/ws/studio/{slug}/albums/{album.pk}/" if album else f"/ws/studio/{slug}/",
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"cookie", cookies.encode())],
        "subprotocols": [],
    }
    return ApplicationCommunicator(URLRouter(urlpatterns), scope)


Story = Callable[[ApplicationCommunicator], Awaitable[Any]]


def live(client: Client, album: Album | None, story: Story, slug: str = "north") -> Any:
    """Run a story with an open socket; its result, or None when the socket was refused."""

    async def run() -> Any:
        socket = socket_of(client, album, slug)
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output(timeout=30)
        if answer["type"] != "websocket.accept":
            return None
        try:
            return await story(socket)
        finally:
            await socket.send_input({"type": "websocket.disconnect", "code": 1000})
            await socket.wait(timeout=30)

    return asyncio.run(run())


async def _tell(socket: ApplicationCommunicator, album: Album, ids: list[str]) -> Any:
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send(group_of(album.pk), {"type": "photos.changed", "ids": ids})
    message = await socket.receive_output(timeout=30)
    return json.loads(message["text"])


def test_a_viewer_hears_ids(bob: Client, album: Album) -> None:
    message = live(bob, album, lambda socket: _tell(socket, album, ["some-id"]))
    assert message == {"type": "photos", "ids": ["some-id"]}


def test_a_page_of_the_studio_hears_which_tasks_got_on(
    bob: Client, album: Album, north: Studio, bob_user: User, erin_user: User
) -> None:
    """By the deed itself: what it tells after its commit arrives, and of one's own tasks only."""

    def begin() -> str:
        with acting_in(north):
            for who in (None, erin_user, bob_user):
                task = Task(studio=north, kind="photos.move", title="Move photos", total=1, who=who)
                task.save(force_insert=True)
                sliced.announce(task)
        return str(task.pk)

    async def story(socket: ApplicationCommunicator) -> Any:
        task_id = await sync_to_async(begin)()
        message = await socket.receive_output(timeout=30)
        return task_id, json.loads(message["text"])

    task_id, message = live(bob, None, story)
    assert message == {"type": "tasks", "ids": [task_id]}


@pytest.mark.parametrize("slug", ["north", "south"])
def test_another_studios_owner_hears_nothing(slug: str, charlie: Client, album: Album) -> None:
    async def story(socket: ApplicationCommunicator) -> str:
        return "connected"

    assert live(charlie, album, story, slug) is None
    assert live(charlie, None, story, "north") is None


def test_nobody_hears_nothing(nobody: Client, album: Album) -> None:
    async def story(socket: ApplicationCommunicator) -> str:
        return "connected"

    assert live(nobody, album, story) is None
    assert live(nobody, None, story) is None


@pytest.mark.parametrize("page", ["album", "studio"])
def test_a_socket_dies_when_the_membership_ends(
    page: str, bob: Client, album: Album, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.2)

    def leave() -> None:
        with acting_in(north):
            Membership.objects.for_studio(north).filter(user__name="Bob").delete()

    async def story(socket: ApplicationCommunicator) -> Any:
        await sync_to_async(leave)()
        return await socket.receive_output(timeout=30)

    assert live(bob, album if page == "album" else None, story)["type"] == "websocket.close"


@pytest.mark.parametrize("who", ["bob_user", "dora_user"])
def test_a_socket_is_of_a_gallery_in_which_the_member_works(
    who: str, album: Album, north: Studio, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """It ends when the member no longer works there; then no other is opened."""
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.2)
    user = request.getfixturevalue(who)
    keep_to(north, user, album)

    async def story(socket: ApplicationCommunicator) -> Any:
        assert await _tell(socket, album, ["some-id"]) == {"type": "photos", "ids": ["some-id"]}
        await sync_to_async(keep_to)(north, user)
        return await socket.receive_output(timeout=30)

    assert live(signed_in(user), album, story)["type"] == "websocket.close"
    assert live(signed_in(user), album, story) is None


def test_a_socket_does_not_outlive_a_database_that_cannot_be_asked(
    bob: Client, album: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G7: a watch that ended by an error would never look again."""
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.2)

    async def story(socket: ApplicationCommunicator) -> Any:
        def away(*_: object) -> None:
            raise OperationalError("the database is restarting")

        monkeypatch.setattr(consumers, "enter", away)
        return await socket.receive_output(timeout=30)

    assert live(bob, album, story)["type"] == "websocket.close"


def test_whatever_a_page_says_is_not_even_read(bob: Client, album: Album) -> None:
    async def story(socket: ApplicationCommunicator) -> Any:
        await socket.send_input({"type": "websocket.receive", "text": "no json"})
        await socket.send_input({"type": "websocket.receive", "bytes": b"\x00"})
        return await _tell(socket, album, ["some-id"])

    assert live(bob, album, story) == {"type": "photos", "ids": ["some-id"]}
