"""A web process that is broken on purpose: it says 201 before anything is safe. Only the fault tests start it."""

from __future__ import annotations

import asyncio
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from config.asgi import application  # noqa: E402, I001

from apps.albums.models import Photo  # noqa: E402
from apps.uploads import receiver  # noqa: E402
from apps.uploads.arrive import Arrived  # noqa: E402

LATE = 2.0
honest = receiver._keep


async def _answer_first(admitted: receiver.Admitted, body: receiver.Body) -> Arrived:
    class Whole:
        """The body, read before."""

        def __init__(self, parts: list[bytes]) -> None:
            self.parts = parts

        async def batch(self) -> list[bytes]:
            parts, self.parts = self.parts, []
            return parts

    parts: list[bytes] = []
    while batch := await body.batch():
        parts += batch

    async def later() -> None:
        await asyncio.sleep(LATE)
        whole: Any = Whole(parts)
        await honest(admitted, whole)

    tasks.append(asyncio.create_task(later()))
    return Arrived(Photo(camera_name=admitted.name), "stored")


tasks: list[asyncio.Task[None]] = []
receiver._keep = _answer_first

__all__ = ["application"]
