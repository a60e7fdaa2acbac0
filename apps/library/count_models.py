"""How often each value stands on a studio's photos, kept beside them."""

from __future__ import annotations

from django.db import models

from apps.accounts.tenancy import StudioModel


class ValueCount(StudioModel):
    """Photos that a value gained or lost, or what such changes added up to; the sum of its rows is how many have it.

    facet: of what it is a value (see `value_counts.FACETS`).  value: as text, never empty.
    is_sum: it is what changes added up to. Rows are written by triggers, in the transaction of the change, so that two
    uploads with one camera do not wait for each other.
    """

    facet = models.CharField(max_length=12)
    value = models.TextField()
    photos = models.IntegerField()
    is_sum = models.BooleanField(default=False, db_default=False)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [*StudioModel.Meta.constraints]
        # Beside it `library_valuecount_value` of migration 0014, of values of any length.
        indexes = [
            models.Index(fields=["studio", "id"], condition=models.Q(is_sum=False), name="library_valuecount_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.value}: {self.photos:+}"
