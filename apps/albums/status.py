"""How an album stands with its clients: its own state, and for a live one whether its links near their end.

The links are told of by their columns only; albums know nothing else of sharing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album, AlbumState
from apps.web.compiled_queries import Compiled

SOON = timedelta(days=14)


class AlbumStanding(StrEnum):
    """What the list of galleries shows. Expiring: an open link ends within two weeks.  Expired: all have ended."""

    DRAFT = "draft"
    LIVE = "live"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Links:
    """An album's links by number. open: may be used now.  soon: of these, end within two weeks.  ended: ran out."""

    total: int = 0
    open: int = 0
    soon: int = 0
    ended: int = 0

    def standing(self, state: str) -> AlbumStanding:
        """How an album in this state stands with such links."""
        if state != AlbumState.LIVE:
            return AlbumStanding(state)
        if self.soon:
            return AlbumStanding.EXPIRING
        return AlbumStanding.EXPIRED if self.ended and not self.open else AlbumStanding.LIVE


def _open(now: datetime) -> Q:
    return Q(share_links__revoked_at__isnull=True) & (
        Q(share_links__expires_at__isnull=True) | Q(share_links__expires_at__gt=now)
    )


def _soon(now: datetime, until: datetime) -> Q:
    return Q(share_links__revoked_at__isnull=True, share_links__expires_at__gt=now, share_links__expires_at__lte=until)


def _ended(now: datetime) -> Q:
    return Q(share_links__revoked_at__isnull=True, share_links__expires_at__lte=now)


@dataclass(frozen=True, slots=True)
class _LinksOf:
    """Whose links are counted, as they stand at a moment. soon: until when those end that end soon."""

    studio: UUID
    albums: list[UUID]
    now: datetime
    soon: datetime


def _counted(of: _LinksOf) -> QuerySet[Any, tuple[Any, ...]]:
    rows = Album.objects.for_studio(of.studio).filter(pk__any=of.albums).order_by().values_list("pk")
    return rows.annotate(
        n=Count("share_links"),
        n_open=Count("share_links", filter=_open(of.now)),
        n_soon=Count("share_links", filter=_soon(of.now, of.soon)),
        n_ended=Count("share_links", filter=_ended(of.now)),
    )


_COUNTED: Final = Compiled(_counted)


def links_of(studio_id: UUID, album_ids: Sequence[UUID]) -> dict[UUID, Links]:
    """The links of these albums, counted. One query."""
    now = timezone.now()
    return {pk: Links(*numbers) for pk, *numbers in _COUNTED(_LinksOf(studio_id, list(album_ids), now, now + SOON))}


def only(albums: StudioQuerySet[Album], standing: AlbumStanding, studio: Studio) -> StudioQuerySet[Album]:
    """Of these albums the ones that stand so."""
    if standing in (AlbumStanding.DRAFT, AlbumStanding.ARCHIVED):
        return albums.filter(state=standing.value)
    now = timezone.now()
    live = Album.objects.for_studio(studio).filter(state=AlbumState.LIVE)
    soon, are_open, ended = (
        live.filter(which).values("pk") for which in (_soon(now, now + SOON), _open(now), _ended(now))
    )
    if standing == AlbumStanding.EXPIRING:
        return albums.filter(pk__in=soon)
    if standing == AlbumStanding.EXPIRED:
        return albums.filter(pk__in=ended).exclude(pk__in=are_open)
    return albums.filter(state=AlbumState.LIVE)
