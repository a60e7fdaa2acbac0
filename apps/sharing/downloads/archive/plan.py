"""Archives of an album: what a guest chose, planned once and then fixed. Run in `acting_in(grant.studio)`.

A plan lists every photo with path, size, CRC and hash, so that the length of the ZIP and each of its bytes are known
before the first is sent. It is kept as a row: an interrupted download goes on with the same bytes, whatever became of
the album meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from apps.albums.models import PlacementQuerySet
from apps.albums.request_params import uuid_or_none
from apps.albums.scope import Scope
from apps.media.serving import Location
from apps.sharing.access import Grant, passes
from apps.sharing.downloads import naming
from apps.sharing.downloads.archive import paths
from apps.sharing.downloads.archive.layout import ZipEntry, ZipLayout
from apps.sharing.downloads.files import File
from apps.sharing.downloads.sizes import COLUMNS, Unmade, files_of, is_offered
from apps.sharing.models import Archive, Metadata, Pick, Visitor
from apps.sharing.people import strip
from apps.web.compiled_queries import Asked, Compiled, together, written
from apps.web.raw_rows import inserting
from apps.web.refusal import Refusal

MOST_CHOSEN = Archive.MOST_CHOSEN
# For so long an interrupted download finds its plan again.
KEPT = timedelta(days=2)
MOST_KEPT = 2_000
_CHOSEN = "ids"
_WHAT = re.compile(r"all|favourites|(list|section):[0-9a-f-]{32,36}|photos:[0-9a-f]{32}")
_ETAG = re.compile(r"[0-9a-f]{32}")


class Empty(Refusal):
    """Nothing to pack."""

    status = 404
    code = "empty"
    sentence = _("There are no photos here to download.")


class NotGranted(Refusal):
    """The link does not give this size."""

    status = 403
    code = "not_granted"
    sentence = _("This size is not available with this link.")


class Changed(Refusal):
    """The plan holds photos that this guest is not shown any more."""

    status = 409
    code = "changed"
    sentence = _("The gallery has changed since this download was prepared. Please start it again.")


class NotReady(Refusal):
    """Some photos are not made in this size yet."""

    status = 503
    code = "preparing"
    sentence = _("The photos are being prepared in this size. Please come back in a moment.")
    wait = 5

    def __init__(self, done: int, total: int, missing: Unmade) -> None:
        self.done, self.total, self.missing = done, total, missing
        super().__init__()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a guest wants packed.

    what: "all", "favourites", "list:<id>", "section:<id>", "photos:<digest>", "people:<id>,<id>" (all of them in each
    photo) or "either:<id>,<id>".
    size: "original", "web" or the longest edge in pixels, like "2048".
    """

    what: str
    size: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One photo of a plan. path: in the archive.  modified: seconds since 1970."""

    photo_id: UUID
    blob_id: UUID
    path: str
    size: int
    crc32: int
    sha256: str
    modified: int


@dataclass(frozen=True)
class Bundle:
    """One archive. policy: which metadata its photos keep.  zone: the time zone of its entries.

    found: of a plan just made where its bytes lie; that is never kept.
    """

    wish: Wish
    policy: str
    zone: str
    name: str
    part: int
    parts: int
    photos: tuple[Planned, ...]
    found: Mapping[UUID, Location] = field(default_factory=dict, compare=False, repr=False)

    def touched(self, start: int, end: int) -> tuple[Planned, ...]:
        """The photos of which the bytes from `start` to `end`, both included, hold a part."""
        return self.photos[self.layout.touched(start, end)]

    @cached_property
    def blobs(self) -> list[UUID]:
        """Where the bytes of each photo lie, in their order."""
        return [photo.blob_id for photo in self.photos]

    @cached_property
    def layout(self) -> ZipLayout:
        """Its bytes: the photos, and behind them the manifest."""
        zone = ZoneInfo(self.zone)
        moments = [datetime.fromtimestamp(photo.modified, zone) for photo in self.photos]
        entries = [
            ZipEntry(photo.path, photo.size, photo.crc32, moment)
            for photo, moment in zip(self.photos, moments, strict=True)
        ]
        manifest = paths.manifest((photo.path, photo.size, photo.sha256) for photo in self.photos)
        entries.append(ZipEntry.of(paths.manifest_name(self.part, self.parts), manifest, max(moments)))
        return ZipLayout(entries)

    @property
    def length(self) -> int:
        return self.layout.length

    @cached_property
    def packed(self) -> bytes:
        """All of it but the wish and the parts' numbers, as JSON."""
        photos = [
            [photo.photo_id.hex, photo.blob_id.hex, photo.path, photo.size, photo.crc32, photo.sha256, photo.modified]
            for photo in self.photos
        ]
        facts = {"policy": self.policy, "zone": self.zone, "name": self.name, "photos": photos}
        return json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()

    @cached_property
    def etag(self) -> str:
        """Digest of the content: the same for the same photos under the same names."""
        manifest = paths.manifest_name(self.part, self.parts).encode()
        return hashlib.blake2b(manifest + self.packed, digest_size=16).hexdigest()

    @classmethod
    def unpack(cls, row: Archive) -> Bundle:
        """The bundle that a row keeps."""
        facts: dict[str, Any] = json.loads(zlib.decompress(row.plan))
        photos = tuple(Planned(UUID(photo), UUID(blob), *rest) for photo, blob, *rest in facts.pop("photos"))
        return cls(wish=Wish(row.what, row.size), part=row.part, parts=row.parts, photos=photos, **facts)


def plan(grant: Grant, wish: Wish, visitor: Visitor | None) -> list[Bundle]:
    """The archives that together hold what is wished, in order.

    Raises Http404 for a choice that is none; Empty, NotGranted, NotReady, sizes.Unwhole.
    """
    if not is_offered(grant, wish.size):
        raise NotGranted
    chosen = _chosen(grant, wish.what, visitor)
    # A question, and who is in the photos, is a query of its own each time, so it is not compiled once.
    is_usual = isinstance(chosen, _Chosen) and chosen.scope.question is None
    rows = _ROWS(chosen) if is_usual else list(_rows(chosen))
    files, missing = files_of(grant, rows, wish.size)
    if missing:
        raise NotReady(len(files), len(files) + len(missing), missing)
    if not files:
        raise Empty
    where = dict(zip((file.photo_id for file in files), paths.paths(files, naming.of_archive(grant)), strict=True))
    parts = paths.split(files)
    words = [grant.shown.title, _word(files, wish.what)]
    return [
        Bundle(
            wish=wish,
            policy=grant.rights.metadata,
            zone=grant.studio.time_zone,
            name=paths.archive_name(words, number, len(parts)),
            part=number,
            parts=len(parts),
            photos=tuple(_planned(file, where[file.photo_id]) for file in part),
            found={file.blob_id: _location(grant, file) for file in part},
        )
        for number, part in enumerate(parts, 1)
    ]


def members(grant: Grant, what: str, visitor: Visitor | None) -> PlacementQuerySet:
    """The photos of a choice, of those that the guest may see. Raises Http404 for a choice that is none."""
    return _members(_chosen(grant, what, visitor))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A choice, by ids. scope: of what; all of it, where nothing else is named.

    photos: single ones.  visitor_id: whose favourites, or those of their list `selection_id`.
    """

    scope: Scope
    photos: list[UUID] | None = None
    section_id: UUID | None = None
    visitor_id: UUID | None = None
    selection_id: UUID | None = None


def _members(chosen: _Chosen | PlacementQuerySet) -> PlacementQuerySet:
    if not isinstance(chosen, _Chosen):
        return chosen
    shown = chosen.scope.placements()
    if chosen.photos is not None:
        shown = shown.filter(photo_id__any=chosen.photos)
    if chosen.section_id is not None:
        shown = shown.filter(section_id=chosen.section_id)
    if chosen.visitor_id is None:
        return shown
    picks = Pick.objects.for_studio(chosen.scope.studio_id).filter(selection__visitor_id=chosen.visitor_id)
    if chosen.selection_id is not None:
        picks = picks.filter(selection_id=chosen.selection_id)
    return shown.filter(photo_id__in=picks.values("photo_id"))


def _rows(chosen: _Chosen | PlacementQuerySet) -> QuerySet[Any, tuple[Any, ...]]:
    return _members(chosen).in_order().values_list(*COLUMNS)


_ROWS: Final = Compiled(_rows)


def _chosen(grant: Grant, what: str, visitor: Visitor | None) -> _Chosen | PlacementQuerySet:
    """What the word of a choice stands for. Raises Http404 for one that is none."""
    wish = strip.read(what)
    if wish is not None:
        return _with_people(grant, wish, grant.photos())
    if not _WHAT.fullmatch(what):
        raise Http404
    scope = grant.scope()
    kind, _colon, named = what.partition(":")
    if kind == "all":
        return _Chosen(scope)
    if kind == "photos":
        return _Chosen(scope, photos=_remembered(grant, named))
    one = uuid_or_none(named)
    if named and one is None:
        raise Http404
    if kind == "section" and one:
        return _Chosen(scope, section_id=one)
    if visitor is None:
        return _Chosen(scope, photos=[])
    return _Chosen(scope, visitor_id=visitor.pk, selection_id=one)


def _with_people(grant: Grant, wish: strip.PeopleWish, shown: PlacementQuerySet) -> PlacementQuerySet:
    if strip.known(grant, wish.people) != wish.people:
        raise Http404
    return shown.filter(photo_id__in=strip.photos_of(grant, wish))


def choose(grant: Grant, photo_ids: Collection[UUID]) -> str:
    """Remember single photos as a choice, for as long as a download may take; the word for it. Raises Http404."""
    asked = sorted(set(photo_ids))
    if not 0 < len(asked) <= MOST_CHOSEN:
        raise Http404
    text = json.dumps([photo_id.hex for photo_id in asked]).encode()
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    row = Archive(
        studio=grant.studio, link_id=grant.link_id, what=f"photos:{digest}", size=_CHOSEN, etag=f"{_CHOSEN}:{digest}",
        holder="", length=0, photos=len(asked), plan=zlib.compress(text),
    )  # fmt: skip
    _keep(grant, [row])
    return row.what


def holder(grant: Grant, cookies: Mapping[str, str]) -> str:
    """Whose plan it is: a digest of this browser's pass of the link, or "" for a browser without one."""
    held = cookies.get(passes.COOKIE.name(grant.link_id), "")
    return hashlib.blake2b(held.encode(), digest_size=16).hexdigest() if held else ""


def keeping(grant: Grant, bundles: Sequence[Bundle], visitor: Visitor | None, holder: str) -> list[Asked]:
    """What remembers plans, so that who began can go on. The same bytes for the same browser again are the same row."""
    rows = [
        Archive(
            studio=grant.studio, link_id=grant.link_id, visitor=visitor, what=bundle.wish.what, size=bundle.wish.size,
            part=bundle.part, parts=bundle.parts, etag=bundle.etag, length=bundle.length, photos=len(bundle.photos),
            plan=zlib.compress(bundle.packed, 1), holder=holder,
        )
        for bundle in bundles
    ]  # fmt: skip
    return _keeping(grant, rows)


def _keep(grant: Grant, rows: list[Archive]) -> None:
    together(*_keeping(grant, rows))


def _keeping(grant: Grant, rows: list[Archive]) -> list[Asked]:
    old = {"studio": grant.studio.pk, "link": grant.link_id, "since": timezone.now() - KEPT, "most": MOST_KEPT}
    return [*(inserting(row, twin=_SAME) for row in rows), written(_FORGET, old)]


# What is kept already is kept for as long as if it came now.
_SAME: Final = "(studio_id, link_id, etag, holder) do update set created_at = excluded.created_at"
# Every choice is another plan: whoever makes them up by a program makes them for themselves alone.
_FORGET: Final = """
    with mine as (
        select id, created_at, row_number() over (order by created_at desc, id desc) as place
        from sharing_archive where studio_id = %(studio)s and link_id = %(link)s
    )
    delete from sharing_archive where id in (select id from mine where created_at < %(since)s or place > %(most)s)
    returning 1
"""


def kept(grant: Grant, etag: str, visitor: Visitor | None, holder: str) -> Bundle | None:
    """The plan with this ETag that this browser or person began, if the link still gives what it holds."""
    if not _ETAG.fullmatch(etag):
        return None
    known = Archive.objects.for_studio(grant.studio).filter(
        link_id=grant.link_id, etag=etag, created_at__gt=timezone.now() - KEPT
    )
    mine = Q(holder=holder) | (Q(visitor=visitor) if visitor else Q())
    row = known.filter(mine).exclude(size=_CHOSEN).first()
    if row is None:
        return None
    bundle = Bundle.unpack(row)
    allowed = is_offered(grant, bundle.wish.size) and bundle.policy == Metadata(grant.rights.metadata)
    return bundle if allowed else None


def is_shown(grant: Grant, photos: Sequence[Planned]) -> bool:
    """True if this guest still sees all of these."""
    shown = grant.photos().filter(photo_id__any=[photo.photo_id for photo in photos])
    return not photos or shown.count() == len(photos)


def _word(files: Sequence[File], what: str) -> str:
    """What distinguishes the archive's name from the whole album's."""
    kind = what.partition(":")[0]
    if kind == "section":
        return files[0].section[1] if files[0].section else ""
    return {"favourites": "favourites", "list": "favourites"}.get(kind, "" if kind == "all" else "selected")


def _planned(file: File, path: str) -> Planned:
    return Planned(file.photo_id, file.blob_id, path, file.size, file.crc32, file.sha256, file.modified)


def _location(grant: Grant, file: File) -> Location:
    return Location(file.blob_id, grant.studio.pk, file.storage_key, file.sha256, file.mime, file.size)


def _remembered(grant: Grant, digest: str) -> list[UUID]:
    row = Archive.objects.for_studio(grant.studio).filter(
        link_id=grant.link_id, etag=f"{_CHOSEN}:{digest}", created_at__gt=timezone.now() - KEPT
    )
    found = row.first()
    if found is None:
        raise Http404
    return [UUID(one) for one in json.loads(zlib.decompress(found.plan))]
