"""Which words a studio's photos hold, for searches that were mistyped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey


class KnownWord(StudioModel):
    """A word that photos of the studio hold, and one of these as its witness.

    word: a lexeme of their texts, as `library_spelt` of migration 0019 picks those that a mistyped word may mean.
    witness: holds it, whatever happens meanwhile; null if it no longer does, until `known_words.forget` found another.
    Rows are written by triggers, in the transaction of the change. Two uploads at once may write one each: neither
    waits for the other.
    """

    word = models.CharField(max_length=61)
    witness = TenantKey("library.LibraryPhoto", null=True, related_name="+", db_index=False)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [*StudioModel.Meta.constraints, SameStudio("witness", on_delete="set null")]
        indexes = [
            models.Index(fields=["studio", "word"], name="library_knownword_word"),
            models.Index(
                fields=["studio", "witness"], condition=Q(witness__isnull=False), name="library_knownword_witness"
            ),
            models.Index(fields=["studio", "id"], condition=Q(witness__isnull=True), name="library_knownword_doubted"),
        ]

    def __str__(self) -> str:
        return self.word
