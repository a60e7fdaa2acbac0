"""Named choices for new galleries and links."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.accounts.tenancy import StudioModel


class PresetKind(models.TextChoices):
    ALBUM = "album", "Album"
    LINK = "link", "Link"


class Preset(StudioModel):
    """Named choices for new albums or links ("Wedding", "Press"). One of each kind may be the studio's default.

    values: what the form would send, by field.
    """

    kind = models.CharField(max_length=6, choices=PresetKind.choices)
    name = models.CharField(max_length=80)
    values = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "kind", "name"], name="sharing_preset_name"),
            models.UniqueConstraint(
                fields=["studio", "kind"], condition=Q(is_default=True), name="sharing_preset_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def remove(self, *, by: User) -> None:
        """Forget it. What was made with it stays as it is."""
        note(self.studio, by, "preset.deleted", self, name=self.name)
        self.delete()
