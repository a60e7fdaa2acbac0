"""Questions over the library that a studio keeps."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import StudioModel
from apps.library.questions.tree import Group, read
from apps.web.refusal import Refusal

# Per studio; more is no list that anybody reads.
MOST = 500


class TooManyCollections(Refusal):
    """The studio keeps as many as it may."""

    status = 409
    code = "too_many_collections"
    sentence = f"A studio keeps at most {MOST} smart collections."


class SmartCollection(StudioModel):
    """A question that keeps answering itself: photos are found anew each time, and none is stored.

    rules: as `library.questions.tree` reads them; checked before they are kept.
    """

    noun = "smart collection"
    journalled = {"title": "title", "rules": "rules", "created_at": "date", "updated_at": "date"}

    title = models.CharField(max_length=120)
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
        return self._record("smart_collection.changed", watch, by)

    def remove(self, *, by: User) -> JournalEntry:
        """Forget the question. No photo is touched."""
        watch = journal.Watch(self.studio)
        watch.removed(self)
        entry = self._record("smart_collection.deleted", watch, by)
        SmartCollection.objects.for_studio(self.studio).filter(pk=self.pk).delete()
        return entry

    def _record(self, verb: str, watch: journal.Watch, by: User) -> JournalEntry:
        changes = watch.changes()
        return journal.record(self.studio, by=by, verb=verb, subject=self, changes=changes, title=self.title)
