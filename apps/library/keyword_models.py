"""What a studio says of a keyword beyond giving it to photos. Photos keep their keywords themselves, as texts."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from apps.accounts.tenancy import StudioModel, Works


class Keyword(StudioModel):
    """A keyword that was made before a photo has it, or that has other names. Most keywords have no row.

    name: with all that is above it, as Lightroom writes it: "Animals|Dog".  folded: the same (see `folding`).
    synonyms: other names, by which it is found.  folded_synonyms: the same.
    """

    MOST: ClassVar[int] = 5_000
    MOST_SYNONYMS: ClassVar[int] = 30

    noun = "keyword"
    journalled = {
        "name": "name", "folded": "name", "synonyms": "synonyms", "folded_synonyms": "synonyms",
    }  # fmt: skip

    name = models.CharField(max_length=80)
    folded = models.CharField(max_length=320)
    synonyms = ArrayField(models.CharField(max_length=80), default=list)
    folded_synonyms = ArrayField(models.CharField(max_length=320), default=list)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "folded"], name="library_keyword_once"),
        ]
        indexes = [GinIndex(fields=["folded_synonyms"], name="library_keyword_synonyms")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def within(cls, member: Works) -> models.Q:
        """None: keywords are the whole studio's."""
        return models.Q(pk__in=())
