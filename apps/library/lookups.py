"""Lookups and transforms of the library's columns, registered with the fields when the application starts."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CharField, Lookup, TextField, Transform
from django.db.models.sql.compiler import SQLCompiler


@CharField.register_lookup
@TextField.register_lookup
class Folded(Transform):
    """`camera__folded="canon eos r6"` compares with a text that `folding.fold` made."""

    lookup_name = "folded"
    function = "library_fold"
    output_field = TextField()


@CharField.register_lookup
@TextField.register_lookup
class FoldedWords(Transform):
    """`title__words__contains=" anna"`: the folded words of a text, with a blank before each."""

    lookup_name = "words"
    template = "(' ' || library_words(%(expressions)s))"
    output_field = TextField()


@CharField.register_lookup
@TextField.register_lookup
class PlainLetters(Transform):
    """`name__plain=True`: a text of letters without accents, and the like, of which folding changes the case alone."""

    lookup_name = "plain"
    template = "(octet_length(%(expressions)s) = length(%(expressions)s))"
    output_field = BooleanField()


@ArrayField.register_lookup
class Lines(Transform):
    """The elements of a list of texts, each behind a line feed and the last before one."""

    lookup_name = "lines"
    template = "(E'\\n' || array_to_string(%(expressions)s, E'\\n') || E'\\n')"
    output_field = TextField()


@SearchVectorField.register_lookup
class NameMatches(Lookup[Any]):
    """`words__matches=question` with a question as PostgreSQL writes a tsquery (see `names`)."""

    lookup_name = "matches"

    def get_prep_lookup(self) -> str:
        return str(self.rhs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        side, params = self.process_lhs(compiler, connection)
        return f"{side} @@ %s::tsquery", (*params, self.rhs)
