"""What a person decides about a group of duplicates: which photos stay, or that all do. Run in `acting_in(studio)`.

What was said of the others goes to the one that stays: the studio's own marks, the galleries in which they lie, and
guests' hearts, marks and comments. Models whose rows say something of a photo name themselves by `said_of_photo`: the
columns that with the photo tell two of their rows apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.journal import Undoing
from apps.accounts.models import JournalEntry, Studio, User
from apps.albums import counts, placements, stacks, undo
from apps.albums.marks import MOST_ON_PHOTO
from apps.albums.models import Album, Photo, Placement
from apps.library.duplicate_models import Different, DuplicateGroup, DuplicatePhoto
from apps.web.refusal import Refusal

_MARKS: Final = ("rating", "label", "flag", "caption", "keywords", "place", "photographer")


class NotInGroup(Refusal):
    """The photos to keep are not all in the group, or the group has been dealt with."""

    status = 409
    code = "not_in_group"
    sentence = "These duplicates have changed. Reload the page and look again."


def keep(group: DuplicateGroup, kept: Collection[UUID], *, by: User | None) -> JournalEntry:
    """Move all photos of a group to the trash but those in `kept`; the first of these gets what was said of the others.

    Raises NotInGroup, and GalleryInTrash as `undo.in_album` does.
    """
    studio = group.studio
    ids = list(group.members.order_by("photo_id").values_list("photo_id", flat=True))
    held = Photo.objects.for_studio(studio).filter(pk__in=ids, trashed_at__isnull=True).order_by("pk")
    photos = {photo.pk: photo for photo in held.select_for_update(no_key=True)}
    stays = [pk for pk in dict.fromkeys(kept) if pk in photos]
    others = [photos[pk] for pk in photos if pk not in stays]
    if not stays or len(stays) < len(set(kept)) or not others:
        raise NotInGroup
    keeper, gone = photos[stays[0]], [photo.pk for photo in others]
    albums = _hold_albums(studio, gone)
    _bring(studio, keeper, gone)
    watch = placements.watched_trash(studio, [keeper.pk, *gone])
    watch.rows(Photo.objects.for_studio(studio).filter(pk=keeper.pk), *_MARKS, lock=False)
    watch.rows(Album.objects.for_studio(studio).filter(pk__in=albums), "cover_id")
    _forget_group(watch, group)
    _take_marks(keeper, others)
    for rows in _said(studio, keeper.pk, gone):
        watch.rows(rows, "photo_id")
        rows.update(photo_id=keeper.pk)
    _trash(studio, keeper.pk, gone, albums)
    for album_id in albums:
        counts.forget(album_id)
    return journal.record(
        studio, by=by, verb="duplicates.kept", albums=albums, things=[keeper.pk, *gone], changes=watch.changes(),
        photo=keeper.camera_name, gone=len(gone),
    )  # fmt: skip


def call_different(group: DuplicateGroup, *, by: User | None) -> JournalEntry:
    """Remember that the photos of a group are no duplicates of each other."""
    studio = group.studio
    ids = sorted(group.members.values_list("photo_id", flat=True))
    watch = journal.Watch(studio)
    for one, other in combinations(ids, 2):
        pair, made = Different.objects.for_studio(studio).get_or_create(studio=studio, one_id=one, other_id=other)
        if made:
            watch.made(pair)
    _forget_group(watch, group)
    return journal.record(
        studio, by=by, verb="duplicates.different", albums=stacks.albums_of(studio, ids), things=ids,
        changes=watch.changes(),
    )  # fmt: skip


def put_in_stack(group: DuplicateGroup, *, by: User | None, top: UUID | None = None) -> JournalEntry:
    """Keep all photos as one stack; frames of a stack are no duplicates. Raises TooFewFrames."""
    ids = list(group.members.order_by("photo__taken_at", "photo_id").values_list("photo_id", flat=True))
    _, entry = stacks.put_together(group.studio, ids, by=by, top=top)
    # Not part of the act: the next look for duplicates would find the same again once it is undone.
    group.delete()
    return entry


def undo_decision(undoing: Undoing) -> None:
    """Take back a decision. Raises GalleryInTrash, ChangedSince, Erased."""
    undo.in_album(undoing)


def _hold_albums(studio: Studio, photos: Sequence[UUID]) -> list[UUID]:
    albums = stacks.albums_of(studio, photos)
    for album in Album.objects.for_studio(studio).filter(pk__in=albums).order_by("pk"):
        album.studio = studio
        album.hold()
        if album.trashed_at is not None:
            raise undo.GalleryInTrash
    return albums


def _bring(studio: Studio, keeper: Photo, gone: Sequence[UUID]) -> None:
    """A placement of the keeper, in the trash for now, wherever one of the others lies and it does not."""
    mine = Placement.objects.for_studio(studio)
    there = set(mine.filter(photo=keeper).values_list("album_id", flat=True))
    now = timezone.now()
    for row in mine.filter(photo_id__in=gone, trashed_at__isnull=True).order_by("album_id", "pk"):
        if row.album_id not in there:
            there.add(row.album_id)
            # In the same place, shown to the same guests.
            Placement(
                studio=studio, album_id=row.album_id, section_id=row.section_id, photo=keeper,
                section_rank=row.section_rank, sort_key=row.sort_key, manual_key=row.manual_key,
                is_hidden=row.is_hidden, is_withheld=row.is_withheld, audience=row.audience, trashed_at=now,
            ).save(force_insert=True)  # fmt: skip


def _trash(studio: Studio, keeper: UUID, gone: Sequence[UUID], albums: Sequence[UUID]) -> None:
    now = timezone.now()
    mine = Placement.objects.for_studio(studio).filter(album_id__in=albums)
    mine.filter(photo_id=keeper, trashed_at__isnull=False).update(trashed_at=None)
    mine.filter(photo_id__in=gone, trashed_at__isnull=True).update(trashed_at=now)
    Album.objects.for_studio(studio).filter(pk__in=albums, cover_id__in=gone).update(cover=keeper, updated_at=now)
    Photo.objects.for_studio(studio).filter(pk__in=gone).update(trashed_at=now)


def _take_marks(keeper: Photo, others: Sequence[Photo]) -> None:
    """The most stars, all keywords, and what is not said of the keeper itself."""
    keeper.rating = max(keeper.rating, *(photo.rating for photo in others))
    for name in ("label", "flag", "caption", "place", "photographer"):
        if not getattr(keeper, name):
            setattr(keeper, name, next((said for photo in others if (said := getattr(photo, name))), ""))
    words = [word for photo in (keeper, *others) for word in photo.keywords]
    keeper.keywords = list(dict.fromkeys(words))[:MOST_ON_PHOTO]
    keeper.updated_at = timezone.now()
    keeper.save(update_fields=[*_MARKS, "updated_at"])


def _said(studio: Studio, keeper: UUID, gone: Sequence[UUID]) -> Iterator[Any]:
    """Rows that say something of the others and may be said of the keeper, one query for each model."""
    for relation in Photo._meta.related_objects:
        model: Any = relation.related_model
        apart = getattr(model, "said_of_photo", None)
        if apart is None:
            continue
        rows = model.objects.for_studio(studio).filter(photo_id__in=gone)
        if apart:
            told = set(model.objects.for_studio(studio).filter(photo_id=keeper).values_list(*apart))
            moved = []
            for pk, *said in rows.order_by("pk").values_list("pk", *apart):
                if tuple(said) not in told:
                    told.add(tuple(said))
                    moved.append(pk)
            rows = model.objects.for_studio(studio).filter(pk__in=moved)
        yield rows


def _forget_group(watch: journal.Watch, group: DuplicateGroup) -> None:
    for member in DuplicatePhoto.objects.for_studio(group.studio_id).filter(group=group).order_by("pk"):
        watch.removed(member)
    watch.removed(group)
    DuplicateGroup.objects.for_studio(group.studio_id).filter(pk=group.pk).delete()
