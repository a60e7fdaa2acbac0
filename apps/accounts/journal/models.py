"""The tables of the journal."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey


class JournalEntry(StudioModel):
    """Who did what to which thing. Rows are added, never changed: the application may not update them.

    albums: the galleries in which it happened.  count: how many things it touched (photos, as a rule).
    changes: what it changed, row by row (see `changes.Changes`); null if it cannot be taken back.
    act: shared by the entries of one long act, of which one `is_first`; null if the entry is an act by itself.
    undoes: the (first) entry that this one took back.
    forgotten_at: when its words were erased with the person whom they told of.
    """

    studio = models.ForeignKey("accounts.Studio", on_delete=models.DO_NOTHING, db_index=False, related_name="journal")
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey("accounts.User", on_delete=models.DO_NOTHING, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    albums = ArrayField(models.UUIDField(), default=list)
    count = models.PositiveIntegerField(default=0)
    detail = models.JSONField(default=dict)
    changes = models.JSONField(null=True)
    act = models.UUIDField(null=True)
    is_first = models.BooleanField(default=True)
    undoes = TenantKey("self", null=True, related_name="undone_by", db_index=False)
    forgotten_at = models.DateTimeField(null=True, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("undoes"),
            # Undone once: of two who undo at one moment, the second waits here for the first.
            models.UniqueConstraint(
                fields=["studio", "undoes"], condition=Q(undoes__isnull=False), name="accounts_journal_undone_once"
            ),
            models.UniqueConstraint(
                fields=["studio", "act"],
                condition=Q(act__isnull=False, is_first=True),
                name="accounts_journal_act_first",
            ),
        ]
        indexes = [
            models.Index(fields=["studio", "act"], condition=Q(act__isnull=False), name="accounts_journal_act"),
        ]

    def __str__(self) -> str:
        return self.verb

    @property
    def undo_id(self) -> UUID | None:
        """What an act answers as `undo`: the entry's id, or None if there is nothing to take back."""
        return self.pk if self.changes is not None or self.undoes_id is not None else None


class JournalSubject(StudioModel):
    """A thing that an entry touched: a gallery, photo or person, by its id, so that each has a history of its own.

    A gallery stands beside the first entry of a long act only, photos beside the slice that touched them.
    """

    entry = TenantKey(JournalEntry, related_name="subjects", db_index=False)
    thing = models.UUIDField()

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("entry"),
            # Ids of entries are ordered by time, so this is the order of a history too.
            models.UniqueConstraint(fields=["studio", "thing", "entry"], name="accounts_journal_thing"),
        ]
        indexes = [models.Index(fields=["studio", "entry"], name="accounts_journal_subjects")]

    def __str__(self) -> str:
        return f"{self.thing} in {self.entry_id}"
