"""How many photos there are: by section for one album, in total for many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import TypeVar, cast
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q, Sum
from redis import RedisError

from apps.albums.models import Album, Audience, PhotoState, Placement, PlacementQuerySet, Section
from apps.albums.tiles import Heading

KEPT_SECONDS = 30
VERSION_SECONDS = 24 * 3600
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """Photos of an album by the rank of their section; rank 0 is "without section"."""

    by_rank: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.by_rank.values())

    def of(self, section: Section) -> int:
        """Photos under a heading."""
        return self.by_rank.get(section.rank, 0)

    def before(self, section: Section) -> int:
        """Photos that come before a heading."""
        return sum(count for rank, count in self.by_rank.items() if rank < section.rank)

    def headings(self, sections: Iterable[Section]) -> dict[UUID, Heading]:
        """What the stream prints between tiles."""
        return {section.pk: Heading(section.title, self.of(section)) for section in sections}


@dataclass(frozen=True, slots=True)
class Total:
    """Photos of an album that are not in the trash. size: bytes of their originals."""

    photos: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Unready:
    """Photos of an album that a client cannot see yet."""

    processing: int
    failed: int


def shown(album: Album) -> Counts:
    """What clients may see."""
    return _counts("shown", album, lambda: _placements(album).shown())


def shown_to(
    album: Album, audience: Audience, hidden_sections: Collection[UUID], *, version: str | None = None
) -> Counts:
    """What the guests of one link may see. version: of the album for guests, read before (see `albums.versions`)."""
    return _counts(
        f"shown.{_key_of(audience)}", album, lambda: _placements(album).shown_to(audience, hidden_sections), version
    )


def remembered(kind: str, album: Album, audience: Audience, count: Callable[[], T]) -> T:
    """Something else that is counted of what the guests of one link see, kept as long as their photos' number is.

    kind: names it.  count: gives it afresh; it can be pickled.
    """
    return _remembered(f"{kind}.{_key_of(audience)}", [album.pk], lambda _: {album.pk: count()})[album.pk]


def _key_of(audience: Audience) -> str:
    return f"{audience.link_id.hex}.{audience.is_main:d}.{audience.least:d}.{audience.sees_nothing:d}"


def live(album: Album) -> Counts:
    """What the studio sees: all that is not in the trash."""
    return _counts("live", album, lambda: _placements(album).live())


def folded(
    album: Album,
    audience: Audience | None,
    placements: PlacementQuerySet,
    *,
    only_shown: bool,
    version: str | None = None,
) -> Counts:
    """The tiles of somebody's grid that folds stacks. placements: those tiles.  version: as in `shown_to`."""
    who = f"{only_shown:d}" if audience is None else _key_of(audience)
    return _counts(f"folded.{who}", album, lambda: placements, version)


def exactly(placements: PlacementQuerySet) -> Counts:
    """Some photos of an album, counted at once and not remembered."""
    return Counts(_by_rank(placements))


def _counts(kind: str, album: Album, placements: Callable[[], PlacementQuerySet], version: str | None = None) -> Counts:
    if version is not None:
        return Counts(_of_version(kind, album, version, lambda: _by_rank(placements())))

    def count(_: Sequence[UUID]) -> dict[UUID, dict[int, int]]:
        return {album.pk: _by_rank(placements())}

    return Counts(_remembered(kind, [album.pk], count)[album.pk])


def unready(album: Album) -> Unready:
    """What is still being prepared or has failed. Costs as much as there are such photos in the studio."""
    states = Count("pk", filter=Q(photo__state=PhotoState.PROCESSING)), Count("pk")
    found = (
        _placements(album)
        .live()
        .filter(photo__state__in=[PhotoState.PROCESSING, PhotoState.FAILED])
        .aggregate(processing=states[0], all=states[1])
    )
    return Unready(found["processing"], found["all"] - found["processing"])


@dataclass(frozen=True, slots=True)
class KeptCounts:
    """Photos of an album that not every guest sees: kept by the studio, by the client, shown by chosen links only."""

    hidden: int = 0
    withheld: int = 0
    chosen: int = 0


def kept(album: Album) -> KeptCounts:
    """How many photos of the album are kept from whom."""

    def count(_: Sequence[UUID]) -> dict[UUID, tuple[int, int, int]]:
        found = (
            _placements(album)
            .live()
            .aggregate(
                hidden=Count("pk", filter=Q(is_hidden=True)),
                withheld=Count("pk", filter=Q(is_withheld=True)),
                chosen=Count("pk", filter=Q(audience__isnull=False)),
            )
        )
        return {album.pk: (found["hidden"], found["withheld"], found["chosen"])}

    return KeptCounts(*_remembered("kept", [album.pk], count)[album.pk])


def totals(studio_id: UUID, albums: Sequence[UUID]) -> dict[UUID, Total]:
    """Count and size of many albums, from the cache or by one query."""
    found = _remembered("total", albums, lambda missing: _count_totals(studio_id, missing))
    return {pk: Total(*total) for pk, total in found.items()}


def _placements(album: Album) -> PlacementQuerySet:
    return cast(PlacementQuerySet, Placement.objects.for_studio(album.studio_id).filter(album_id=album.pk))


def _by_rank(placements: PlacementQuerySet) -> dict[int, int]:
    rows = placements.order_by().values_list("section_rank").annotate(count=Count("pk"))
    return dict(rows)


def _count_totals(studio_id: UUID, albums: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    rows = (
        Placement.objects.for_studio(studio_id)
        .filter(album_id__in=albums, trashed_at__isnull=True)
        .order_by()
        .values_list("album_id")
        .annotate(photos=Count("pk"), size=Sum("photo__original__size"))
    )
    counted = {album_id: (photos, int(size or 0)) for album_id, photos, size in rows}
    return {pk: counted.get(pk, (0, 0)) for pk in albums}


# -- the memory --------------------------------------------------------------------------------------
# Counting 10,000 photos costs more than a page of them. What was counted is kept beside the album's version, which
# every change renews after its commit: who counted before the commit has written down the old version.


def forget(album_id: UUID) -> None:
    """The album changed: after the commit the next reader counts afresh."""
    transaction.on_commit(partial(_renew, album_id), robust=True)


def _renew(album_id: UUID) -> None:
    try:
        cache.set(_version_key(album_id), token_hex(8), VERSION_SECONDS)
    except RedisError:
        # Redis is away or empty: then it holds no old figures either, or they end by themselves.
        return


def _version_key(album_id: UUID) -> str:
    return f"albums.version.{album_id}"


def _remembered(kind: str, albums: Sequence[UUID], count: Callable[[Sequence[UUID]], dict[UUID, T]]) -> dict[UUID, T]:
    """Figures of albums; those not known in their present version are counted together."""
    keys = {pk: f"albums.{kind}.{pk}" for pk in albums}
    try:
        known = cache.get_many([*keys.values(), *map(_version_key, albums)])
    except RedisError:
        return count(albums)
    versions = {pk: known.get(_version_key(pk), "") for pk in albums}
    held = {pk: known.get(key) for pk, key in keys.items()}
    found = {pk: kept[1] for pk, kept in held.items() if kept and kept[0] == versions[pk]}
    missing = [pk for pk in albums if pk not in found]
    if missing:
        counted = count(missing)
        _keep({keys[pk]: (versions[pk], value) for pk, value in counted.items()})
        found |= counted
    return found


def _of_version(kind: str, album: Album, version: str, count: Callable[[], T]) -> T:
    """A figure of an album, counted once for each version that the database gave it.

    Triggers raise that one in the transaction of the change, so no figure grows stale and none has to end. Who counted
    beside a change may have written the new figure down under the old version, which nobody reads afterwards.
    """
    key = f"albums.{kind}.{album.pk}.of"
    try:
        kept = cache.get(key)
    except RedisError:
        return count()
    if kept and kept[0] == version:
        return cast(T, kept[1])
    counted = count()
    _keep({key: (version, counted)}, VERSION_SECONDS)
    return counted


def _keep(values: dict[str, object], seconds: int = KEPT_SECONDS) -> None:
    try:
        cache.set_many(values, seconds)
    except RedisError:
        return
