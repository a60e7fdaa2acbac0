"""Lookups of our own, registered with Django's fields when the application starts."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Lookup, UUIDField
from django.db.models.sql.compiler import SQLCompiler


@ForeignKey.register_lookup
@UUIDField.register_lookup
class AnyOf(Lookup[Any]):
    """`filter(pk__any=ids)` finds what `filter(pk__in=ids)` does, with one array for all of them.

    PostgreSQL makes the same of both; ORM and driver write and fill a hundred places in the time of one.
    """

    lookup_name = "any"

    def get_prep_lookup(self) -> Any:
        # An array that the database makes itself stays as it is.
        return self.rhs if hasattr(self.rhs, "resolve_expression") else list(self.rhs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        side, params = self.process_lhs(compiler, connection)
        if hasattr(self.rhs, "as_sql"):
            array, values = self.process_rhs(compiler, connection)
            return f"{side} = any({array})", (*params, *values)
        return f"{side} = any(%s::uuid[])", (*params, self.rhs)
