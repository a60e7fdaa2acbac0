"""Who sends files through a link."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.albums.models import Album
from apps.sharing.models import Visitor


@dataclass(frozen=True, slots=True)
class GuestSender:
    """A visitor who may add photos to the album of a link. waits: the studio approves them first."""

    visitor: Visitor
    link_id: UUID
    album: Album
    waits: bool
