"""Rows that belong to the installation and to no studio: how its parts are, what was backed up.

Nobody of a studio may see them: the manager refuses outside of `across_studios()`, and row-level security shows them
to the system role alone (`CloseToStudios`).
"""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.db import models

from apps.accounts.tenancy import Unscoped, is_across
from apps.web.ids import uuid7

M = TypeVar("M", bound=models.Model)


class OperatorManager(models.Manager[M]):
    """`objects` of an operator's table. Raises Unscoped outside of `across_studios()`."""

    def get_queryset(self) -> models.QuerySet[M]:
        if not is_across():
            raise Unscoped(f"{self.model.__name__} belongs to the operator: ask in across_studios()")
        return super().get_queryset()


class OperatorModel(models.Model):
    """A row of the installation itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    objects: ClassVar[OperatorManager[Self]] = OperatorManager()

    class Meta:
        abstract = True
