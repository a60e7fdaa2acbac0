"""Photos that look as if they were one: groups that were found, and pairs of which a person said that they are not."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo


class DuplicateKind(models.TextChoices):
    EXACT = "exact", "Same pixels"
    NEAR = "near", "Look alike"


class DuplicateGroup(StudioModel):
    """Photos of which a person should keep some. kind: exact if all have the same pixels.

    score: how alike the least alike of its pairs is, 0..1 (see `likeness`).
    """

    noun = "group of duplicates"
    journalled = {"kind": "kind", "score": "score", "created_at": "date"}

    #: Photos in one group. More of a kind are one picture that somebody uses everywhere, and nobody compares them.
    MOST: ClassVar[int] = 50

    kind = models.CharField(max_length=5, choices=DuplicateKind.choices)
    score = models.FloatField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="library_duplicates_score"),
        ]
        indexes = [models.Index(fields=["studio", "-score", "id"], name="library_duplicates_best")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @classmethod
    def within(cls, member: Works) -> Q:
        """Groups of which a restricted member sees every photo."""
        members = DuplicatePhoto.objects.for_studio(member.studio)
        strange = members.exclude(photo__in=Photo.objects.for_studio(member.studio).filter(Photo.within(member)))
        return ~Q(pk__in=strange.values("group_id"))


class DuplicatePhoto(StudioModel):
    """A photo in a group of duplicates; in one at most."""

    noun = "duplicate"
    journalled = {"group_id": "group", "photo_id": "photo"}

    group = TenantKey(DuplicateGroup, related_name="members", db_index=False)
    photo = TenantKey(Photo, related_name="duplicates", db_index=False)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("group"),
            SameStudio("photo"),
            models.UniqueConstraint(fields=["studio", "photo"], name="library_duplicatephoto_once"),
        ]
        indexes = [models.Index(fields=["studio", "group"], name="library_duplicatephoto_group")]

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.group_id}"


class Different(StudioModel):
    """Two photos that a person called no duplicates, the one with the smaller id first."""

    noun = "pair of photos"
    journalled = {"one_id": "photo", "other_id": "photo"}

    one = TenantKey(Photo, related_name="+", db_index=False)
    other = TenantKey(Photo, related_name="+", db_index=False)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("one"),
            SameStudio("other"),
            models.UniqueConstraint(fields=["studio", "one", "other"], name="library_different_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="library_different_order"),
        ]
        indexes = [models.Index(fields=["studio", "other"], name="library_different_other")]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"
