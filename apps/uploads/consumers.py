"""Sockets: a page of the studio hears that tasks got on, that of an album hears that photos changed. Ids only."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.accounts.access import enter
from apps.accounts.models import User
from apps.accounts.scopes import user_of
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.albums.versions import version_of
from apps.jobs import sliced
from apps.uploads.progress import group_of
from apps.web.threads import in_thread

log = logging.getLogger(__name__)

RECHECK_SECONDS = 20
NOT_YOURS = 4404


class StudioSocket(AsyncJsonWebsocketConsumer):
    """`/ws/studio/<slug>/`: {"type": "tasks", "ids": [...]} whenever the member's own tasks get on.

    The door is asked again every 20 s, so a socket does not outlive its session, a cut role, or the member's work in
    the album.
    """

    group: str | None = None
    watch: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.group = await in_thread(self._look)
        if self.group is None:
            await self.close(NOT_YOURS)
            return
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        self.watch = asyncio.create_task(self._keep_asking())

    async def disconnect(self, code: int) -> None:
        if self.watch:
            self.watch.cancel()
            with suppress(asyncio.CancelledError):
                await self.watch
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Pages have nothing to say here, so what is said is not even read."""

    async def tasks_changed(self, event: dict[str, Any]) -> None:
        """A message of `sliced.announce`."""
        await self.send_json({"type": "tasks", "ids": event["ids"]})

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            if not await self._may_still_look():
                await self.close(NOT_YOURS)
                return

    async def _may_still_look(self) -> bool:
        """A question that cannot be asked (the database restarts) counts as no: the page opens another socket."""
        try:
            return await in_thread(self._look) is not None
        except Exception:
            log.warning("a socket is closed, because its right could not be looked up", exc_info=True)
            return False

    def _look(self) -> str | None:
        """The channel group of what the address names, or None if whoever asks may not look at it (any more)."""
        try:
            return self._group(user_of(dict(self.scope)), self.scope["url_route"]["kwargs"])
        except (Http404, PermissionDenied, ValueError):
            return None

    def _group(self, user: User | None, route: dict[str, Any]) -> str:
        entered = enter(user, route["slug"], album_scoped=True)
        return sliced.group_of(entered.studio.pk, entered.user.pk)


class AlbumSocket(StudioSocket):
    """`/ws/studio/<slug>/albums/<album>/`: {"type": "photos", "ids": [...]} whenever photos of the album change.

    `?version=`: the album's version when the page was made; if it is another one now, {"type": "album"} says so.
    """

    async def connect(self) -> None:
        await super().connect()
        if self.group is not None:
            # Asked after joining: what happens from now on is heard, and what happened before is told by the number.
            seen = parse_qs(self.scope["query_string"].decode("latin-1")).get("version", [""])[0]
            if seen and seen != str(await in_thread(self._version)):
                await self.send_json({"type": "album"})

    async def photos_changed(self, event: dict[str, Any]) -> None:
        """A message of `progress.announce`."""
        await self.send_json({"type": "photos", "ids": event["ids"]})

    def _group(self, user: User | None, route: dict[str, Any]) -> str:
        album_id = UUID(route["album"])
        entered = enter(user, route["slug"], album=album_id, contributors=True)
        with acting_in(entered.studio):
            if not Album.objects.for_studio(entered.studio).filter(pk=album_id, trashed_at__isnull=True).exists():
                raise Http404
        self.studio_id = entered.studio.pk
        return group_of(album_id)

    def _version(self) -> int:
        album = Album(pk=UUID(self.scope["url_route"]["kwargs"]["album"]), studio_id=self.studio_id)
        with acting_in(self.studio_id):
            return version_of(album)
