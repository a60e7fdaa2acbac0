"""Stacks by hand: photos put together, parted, another frame on top. What a person decided the library leaves alone.

Run in `acting_in(studio)`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from apps.accounts import journal
from apps.accounts.access import Entered
from apps.accounts.journal import Undoing
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import counts
from apps.albums.models import Album, Photo, Placement, Stack, StackKind
from apps.web.refusal import Refusal

_TABLES: Final = ("stack_id", "stack_by_hand")


class TooFewFrames(Refusal):
    """One photo is no stack."""

    status = 422
    code = "too_few"
    sentence = "A stack needs at least two photos."


class TooManyFrames(Refusal):
    """More than one tile can stand for."""

    status = 422
    code = "too_many"
    sentence = f"A stack holds at most {Stack.MOST} photos."


class NotInStack(Refusal):
    """None of the photos is in a stack, or the one that shall lie on top is in another."""

    status = 409
    code = "not_in_stack"
    sentence = "This photo is not in a stack."


def hold(studio_id: UUID) -> None:
    """Until the transaction ends nobody else changes stacks of the studio: people, the pipeline, a task."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('stacks:' || %s::text, 7))", [str(studio_id)])


def put_together(
    studio: Studio, photos: Collection[UUID], *, by: User | None, top: UUID | None = None
) -> tuple[Stack, JournalEntry]:
    """Make a stack of photos; they leave the stacks in which they were, and what is left single there stands alone.

    top: the frame that stands for all; None for the first of `photos`.  Raises TooFewFrames, TooManyFrames.
    """
    hold(studio.pk)
    wanted = list(dict.fromkeys(photos))
    there = set(_photos(studio, wanted))
    ids = [pk for pk in wanted if pk in there]
    if len(ids) < 2:
        raise TooFewFrames
    if len(ids) > Stack.MOST:
        raise TooManyFrames
    left = _stacks_of(studio, ids)
    watch = _watch(studio, ids, left)
    stack = Stack(studio=studio, kind=StackKind.MANUAL, top_id=top if top in there else ids[0], is_by_hand=True)
    stack.save(force_insert=True)
    watch.made(stack)
    Photo.objects.for_studio(studio).filter(pk__in=ids).update(stack=stack, stack_by_hand=True)
    _settle(studio, watch, left)
    entry = _record(studio, by, "stack.made", ids, watch)
    return stack, entry


def unstack(studio: Studio, stacks: Iterable[UUID], *, by: User | None) -> JournalEntry:
    """Let all photos of these stacks stand alone. Raises NotInStack."""
    hold(studio.pk)
    left = list(Stack.objects.for_studio(studio).filter(pk__in=list(stacks)).order_by("pk"))
    frames = Photo.objects.for_studio(studio).filter(stack__in=left)
    ids = list(frames.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise NotInStack
    watch = _watch(studio, ids, left)
    frames.update(stack=None, stack_by_hand=True)
    _settle(studio, watch, left)
    return _record(studio, by, "stack.parted", ids, watch)


def take_out(studio: Studio, photos: Collection[UUID], *, by: User | None) -> JournalEntry:
    """Let photos leave their stacks; the others stay together, if they are more than one. Raises NotInStack."""
    hold(studio.pk)
    inside = Photo.objects.for_studio(studio).filter(pk__in=list(photos), stack__isnull=False)
    ids = list(inside.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise NotInStack
    left = _stacks_of(studio, ids)
    watch = _watch(studio, ids, left)
    Photo.objects.for_studio(studio).filter(pk__in=ids).update(stack=None, stack_by_hand=True)
    _settle(studio, watch, left)
    return _record(studio, by, "stack.left", ids, watch)


def choose_top(studio: Studio, photo_id: UUID | None, *, by: User | None) -> JournalEntry:
    """Let a frame stand for its stack; None is in none. Raises NotInStack."""
    hold(studio.pk)
    if photo_id is None:
        raise NotInStack
    stack = Stack.objects.for_studio(studio).filter(photos__pk=photo_id, photos__trashed_at__isnull=True).first()
    if stack is None:
        raise NotInStack
    watch = journal.Watch(studio)
    watch.rows(Stack.objects.for_studio(studio).filter(pk=stack.pk), "top_id", "is_by_hand")
    Stack.objects.for_studio(studio).filter(pk=stack.pk).update(top=photo_id, is_by_hand=True)
    ids = list(Photo.objects.for_studio(studio).filter(stack=stack).values_list("pk", flat=True))
    name = Photo.objects.for_studio(studio).values_list("camera_name", flat=True).get(pk=photo_id)
    forget_counts(studio, ids)
    return journal.record(
        studio, by=by, verb="stack.top", albums=albums_of(studio, ids), things=[photo_id], changes=watch.changes(),
        photo=name,
    )  # fmt: skip


def undo(undoing: Undoing) -> None:
    """Take back an act on stacks. Raises ChangedSince, Erased."""
    studio = undoing.studio
    hold(studio.pk)
    journal.write(studio, undoing.changes, may_return=(Stack._meta.label_lower,))
    forget_counts(studio, undoing.changes.ids(Photo._meta.label_lower))
    for album_id in undoing.entry.albums:
        counts.forget(album_id)


def with_frames(album: Album, photos: Collection[UUID]) -> list[UUID]:
    """Photos of an album, each followed by the frames that the grid folds beneath it: a stack moves as one."""
    chosen = list(dict.fromkeys(photos))
    rows = album.placements.live().filter(photo__stack__top__in=chosen).in_order()
    beneath: dict[tuple[UUID, UUID | None], list[UUID]] = {}
    section_of: dict[UUID, UUID | None] = {}
    for photo_id, top_id, section_id in rows.values_list("photo_id", "photo__stack__top_id", "section_id"):
        if photo_id == top_id:
            section_of[top_id] = section_id
        elif photo_id not in chosen:
            beneath.setdefault((top_id, section_id), []).append(photo_id)
    return [one for pk in chosen for one in (pk, *beneath.get((pk, section_of.get(pk)), ()))]


def within_reach(entered: Entered, photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """Those of the photos on which this member may act: none whose stack has frames that they do not see."""
    if not entered.is_restricted:
        return photos
    return photos.filter(Q(stack=None) | Q(stack__in=Stack.objects.visible_to(entered).values("pk")))


def albums_of(studio: Studio | UUID, photos: Collection[UUID]) -> list[UUID]:
    """The galleries in which photos lie."""
    lying = Placement.objects.for_studio(studio).filter(photo_id__in=photos, trashed_at__isnull=True)
    return sorted(lying.order_by().values_list("album_id", flat=True).distinct())


def forget_counts(studio: Studio | UUID, photos: Collection[UUID]) -> None:
    """Tiles of the galleries in which photos lie are counted anew."""
    for album_id in albums_of(studio, photos):
        counts.forget(album_id)


def _photos(studio: Studio, ids: Collection[UUID]) -> list[UUID]:
    rows = Photo.objects.for_studio(studio).filter(pk__in=ids, trashed_at__isnull=True)
    return list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _stacks_of(studio: Studio, photos: Collection[UUID]) -> list[Stack]:
    return list(Stack.objects.for_studio(studio).filter(photos__in=photos).distinct().order_by("pk"))


def _watch(studio: Studio, photos: Collection[UUID], left: Collection[Stack]) -> journal.Watch:
    """The photos, and those that lie in stacks which may dissolve."""
    watch = journal.Watch(studio)
    rows = Photo.objects.for_studio(studio)
    watch.rows(rows.filter(pk__in=photos) | rows.filter(stack__in=left), *_TABLES)
    return watch


def _settle(studio: Studio, watch: journal.Watch, left: Collection[Stack]) -> None:
    """Stacks of which a person took frames: one without its top gets another, one of a single frame is none."""
    for stack in left:
        frames = Photo.objects.for_studio(studio).filter(stack=stack)
        rest = list(frames.order_by("taken_at", "camera_name", "pk").values_list("pk", flat=True)[: Stack.MOST])
        if len(rest) < 2:
            watch.removed(stack)
            frames.update(stack=None)
            Stack.objects.for_studio(studio).filter(pk=stack.pk).delete()
        else:
            mine = Stack.objects.for_studio(studio).filter(pk=stack.pk)
            watch.rows(mine, "top_id", "is_by_hand")
            mine.update(top=stack.top_id if stack.top_id in rest else rest[0], is_by_hand=True)


def _record(studio: Studio, by: User | None, verb: str, photos: Collection[UUID], watch: journal.Watch) -> JournalEntry:
    forget_counts(studio, photos)
    return journal.record(
        studio, by=by, verb=verb, albums=albums_of(studio, photos), things=photos, changes=watch.changes()
    )
