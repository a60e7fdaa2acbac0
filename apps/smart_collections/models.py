"""Collections that a studio keeps: questions over the library, and photos chosen by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import StudioModel
from apps.albums.models import AlbumKind, CollectedPhoto, Photo, PlacementQuerySet
from apps.library.questions.tree import Group, read
from apps.smart_collections.shareable import Shareable
from apps.web.refusal import Refusal

# Of each kind, per studio; more is no list that anybody reads.
MOST = 500
# In a collection made by hand: its order is one column, which each change writes as a whole.
MOST_PHOTOS = 5_000


class TooManyCollections(Refusal):
    """The studio keeps as many as it may."""

    status = 409
    code = "too_many_collections"
    sentence = f"A studio keeps at most {MOST} collections of each kind."


class CollectionFull(Refusal):
    """More photos than a collection holds."""

    status = 409
    code = "collection_full"
    sentence = f"A collection holds at most {MOST_PHOTOS:,} photos."


class UnknownNeighbour(Refusal):
    """The photo before which others should go is not in the collection."""

    status = 409
    code = "unknown_neighbour"
    sentence = "The collection has changed. Load the page again."


class SmartCollection(Shareable):
    """A question that keeps answering itself: photos are found anew each time, and none is stored.

    rules: as `library.questions.tree` reads them; checked before they are kept.
    """

    KIND = AlbumKind.SMART
    noun = "smart collection"
    journalled = {"title": "title", "rules": "rules", "created_at": "date", "updated_at": "date"}

    rules = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints]
        indexes = [models.Index(fields=["studio", "title", "id"], name="smart_collections_title")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("smart_collections:detail", args=[self.studio.slug, self.pk])

    @property
    def tree(self) -> Group:
        """The rules, read again: what the table of fields no longer knows raises BadRules."""
        return read(self.rules)

    @classmethod
    def create(cls, studio: Studio, *, title: str, tree: Group, by: User) -> SmartCollection:
        """Keep a question. Raises TooManyCollections."""
        if cls.objects.for_studio(studio).count() >= MOST:
            raise TooManyCollections
        watch, made = journal.Watch(studio), cls(studio=studio, title=title, rules=tree.as_plain())
        made.save(force_insert=True)
        watch.made(made)
        made._record("smart_collection.created", watch, by)
        return made

    def change(self, *, by: User, title: str | None = None, tree: Group | None = None) -> JournalEntry | None:
        """Another title or other rules; None if nothing changes."""
        wanted: dict[str, Any] = {"title": title, "rules": tree.as_plain() if tree else None}
        changed = {name: value for name, value in wanted.items() if value is not None and getattr(self, name) != value}
        if not changed:
            return None
        watch = journal.Watch(self.studio)
        watch.rows(SmartCollection.objects.for_studio(self.studio).filter(pk=self.pk), *changed)
        for name, value in changed.items():
            setattr(self, name, value)
        self.updated_at = timezone.now()
        self.save(update_fields=[*changed, "updated_at"])
        self.follow(self.studio, self.pk)
        return self._record("smart_collection.changed", watch, by)

    def remove(self, *, by: User) -> JournalEntry:
        """Forget the question. No photo is touched."""
        watch = journal.Watch(self.studio)
        watch.removed(self)
        entry = self._record("smart_collection.deleted", watch, by)
        SmartCollection.objects.for_studio(self.studio).filter(pk=self.pk).delete()
        self.follow(self.studio, self.pk)
        return entry

    def _record(self, verb: str, watch: journal.Watch, by: User) -> JournalEntry:
        changes = watch.changes()
        return journal.record(self.studio, by=by, verb=verb, subject=self, changes=changes, title=self.title)


class Collection(Shareable):
    """Photos of any galleries, chosen by hand, in an order of their own.

    photos: their ids in order, each once. What was chosen and now lies in the trash keeps its place and is not shown;
    read `shown` (docs/decisions/0036).
    """

    KIND = AlbumKind.COLLECTION
    noun = "collection"
    journalled = {"title": "title", "photos": "photos", "created_at": "date", "updated_at": "date"}

    photos = ArrayField(models.UUIDField(), default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints]
        indexes = [models.Index(fields=["studio", "title", "id"], name="collections_title")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("smart_collections:by_hand", args=[self.studio.slug, self.pk])

    @property
    def shown(self) -> PlacementQuerySet:
        """Its photos that lie in a gallery and not in the trash; order them by `CollectedPhoto.ORDER`."""
        rows: Any = CollectedPhoto.objects.for_studio(self.studio_id).filter(album_id=self.pk)
        found: PlacementQuerySet = rows
        return found

    @classmethod
    def create(cls, studio: Studio, *, title: str, photos: Sequence[UUID], by: User) -> tuple[Collection, JournalEntry]:
        """Keep photos in this order. Raises TooManyCollections, CollectionFull."""
        if cls.objects.for_studio(studio).count() >= MOST:
            raise TooManyCollections
        watch, made = journal.Watch(studio), cls(studio=studio, title=title, photos=_counted(photos))
        made.save(force_insert=True)
        watch.made(made)
        return made, made._record("collection.created", watch, by, made.photos)

    def rename(self, title: str, *, by: User) -> JournalEntry | None:
        """Another title; None if it is the same."""
        if title == self.title:
            return None
        watch = self._watch("title")
        self.title, self.updated_at = title, timezone.now()
        self.save(update_fields=["title", "updated_at"])
        self.follow(self.studio, self.pk)
        return self._record("collection.renamed", watch, by)

    def add(self, photos: Iterable[UUID], *, by: User) -> JournalEntry | None:
        """Put photos at its end; None if all are there. Raises CollectionFull."""
        watch = self._watch("photos")
        new = [one for one in dict.fromkeys(photos) if one not in set(self.photos)]
        return self._write([*self.photos, *new], "collection.added", watch, by, new)

    def take_out(self, photos: Iterable[UUID], *, by: User) -> JournalEntry | None:
        """Remove photos from it; they stay where they lie. None if none was there."""
        watch, gone = self._watch("photos"), set(photos)
        left = [one for one in self.photos if one not in gone]
        return self._write(left, "collection.taken_out", watch, by, [one for one in self.photos if one in gone])

    def move(self, photos: Iterable[UUID], *, before: UUID | None, by: User) -> JournalEntry | None:
        """Put photos of it before another one, or at its end; None if none is in it or nothing changes.

        Raises UnknownNeighbour.
        """
        watch, there = self._watch("photos"), set(self.photos)
        moving = [one for one in dict.fromkeys(photos) if one in there and one != before]
        rest = [one for one in self.photos if one not in set(moving)]
        if before is not None and before not in rest:
            raise UnknownNeighbour
        place = len(rest) if before is None else rest.index(before)
        return self._write([*rest[:place], *moving, *rest[place:]], "collection.ordered", watch, by, moving)

    def arrange(self, photos: Sequence[UUID], *, by: User) -> JournalEntry | None:
        """Hold these photos in this order, and no other that is shown; None if it does. Raises CollectionFull.

        What lies in the trash stays in it, at the end.
        """
        watch, wanted = self._watch("photos"), list(dict.fromkeys(photos))
        shown, asked = set(self.shown.values_list("photo_id", flat=True)), set(wanted)
        unseen = [one for one in self.photos if one not in shown and one not in asked]
        return self._write([*wanted, *unseen], "collection.arranged", watch, by, wanted)

    def remove(self, *, by: User) -> JournalEntry:
        """Forget it. No photo is touched."""
        watch = self._watch()
        watch.removed(self)
        entry = self._record("collection.deleted", watch, by)
        Collection.objects.for_studio(self.studio).filter(pk=self.pk).delete()
        self.follow(self.studio, self.pk)
        return entry

    def _watch(self, *columns: str) -> journal.Watch:
        """Hold the row until the transaction ends and read it afresh: two who add at once both add."""
        rows: Any = Collection.objects.for_studio(self.studio_id)
        self.refresh_from_db(fields=["title", "photos"], from_queryset=rows.select_for_update(no_key=True))
        watch = journal.Watch(self.studio)
        if columns:
            watch.rows(rows.filter(pk=self.pk), *columns)
        return watch

    def _write(
        self, photos: list[UUID], verb: str, watch: journal.Watch, by: User, things: list[UUID]
    ) -> JournalEntry | None:
        if photos == self.photos:
            return None
        # Photos that were erased since go with the first change.
        known = Photo.objects.for_studio(self.studio_id).filter(pk__any=_counted(photos))
        there = set(known.values_list("pk", flat=True))
        self.photos, self.updated_at = [one for one in photos if one in there], timezone.now()
        self.save(update_fields=["photos", "updated_at"])
        return self._record(verb, watch, by, things)

    def _record(self, verb: str, watch: journal.Watch, by: User, things: Iterable[UUID] = ()) -> JournalEntry:
        return journal.record(
            self.studio, by=by, verb=verb, subject=self, things=things, changes=watch.changes(), title=self.title
        )


def _counted(photos: Iterable[UUID]) -> list[UUID]:
    """Each once. Raises CollectionFull."""
    found = list(dict.fromkeys(photos))
    if len(found) > MOST_PHOTOS:
        raise CollectionFull
    return found
