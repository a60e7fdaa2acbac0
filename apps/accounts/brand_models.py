"""A name under which a studio shows some of its galleries: weddings under one, business portraits under another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.accounts.tenancy import StudioModel


class Brand(StudioModel):
    """A further brand beside the studio's own, which is its default. A gallery wears one or the studio's.

    host: the domain under which its galleries' addresses are written, while it is verified; "" for the studio's.
    removed_at: since when it is worn by no gallery; the galleries remember it, so that the removal can be undone.
    """

    noun = "brand"
    journalled: ClassVar = {"name": "name", "accent": "colour", "removed_at": "removal"}
    #: Of one studio.
    MOST: ClassVar[int] = 30

    name = models.CharField(max_length=120)
    accent = models.CharField(max_length=7, default="#3b5b54")
    logo = models.BinaryField(null=True, editable=False)
    logo_version = models.PositiveIntegerField(default=0, editable=False)
    host = models.CharField(max_length=253, default="", db_default="", blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints]

    def __str__(self) -> str:
        return self.name

    def logo_url(self, slug: str) -> str:
        """Address of the logo, or "" if there is none; it changes with the logo. slug: of the studio."""
        if not self.logo_version:
            return ""
        return f"{reverse('sharing:brand_logo_image', args=[slug, self.pk])}?v={self.logo_version}"
