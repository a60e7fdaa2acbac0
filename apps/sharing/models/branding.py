"""The watermark of a studio or an album."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.accounts.tenancy import StudioModel
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album


class Watermark(StudioModel):
    """What is burnt into the previews of links that want it: a text or a PNG, for the studio or for one album.

    opacity: percent.  scale: width of the mark in percent of the photo's long edge.  version: rises with each change,
    and with it the previews' recipe.
    """

    album = TenantKey(Album, null=True, related_name="watermarks")
    text = models.CharField(max_length=80, blank=True)
    picture = models.BinaryField(null=True, editable=False)
    opacity = models.PositiveSmallIntegerField(default=40)
    scale = models.PositiveSmallIntegerField(default=40)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "album"], name="sharing_watermark_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(opacity__gte=5, opacity__lte=100, scale__gte=5, scale__lte=100),
                name="sharing_watermark_look",
            ),
        ]

    def __str__(self) -> str:
        return self.text or "picture"
