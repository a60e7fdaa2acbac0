"""Telling open pages that something changed. Messages carry ids, never content: the page fetches by its door."""

from __future__ import annotations

import logging
from collections.abc import Collection
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)


def tell(groups: Collection[str], kind: str, ids: Collection[UUID]) -> None:
    """After the commit, send the ids to everybody in the channel groups.

    kind: names the consumer's method, as "photos.changed".  A broker that is away is no loss: pages also poll.
    """
    message: dict[str, object] = {"type": kind, "ids": [str(one) for one in ids]}
    transaction.on_commit(lambda: _send(list(groups), message), robust=True)


def _send(groups: list[str], message: dict[str, object]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    for group in groups:
        try:
            async_to_sync(layer.group_send)(group, message)
        except Exception:
            log.warning("%s could not be told", group, exc_info=True)
