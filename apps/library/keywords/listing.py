"""All keywords of a studio in the order of their tree, each with how many photos have it or one below it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.models import Studio
from apps.library.folding import fold
from apps.library.keyword_models import Keyword
from apps.library.keywords.paths import SEPARATOR
from apps.web import keyset

PAGE: Final = 200

# Spelled as the studio keeps it, or else as most photos do. What differs only in case and accents is one keyword, so
# folding waits until each spelling is there once. A level comes before all that is below it: a separator sorts first.
_PAGE: Final = """
    with written as (
        select value as word, sum(photos) as n from library_valuecount
        where studio_id = %(studio)s and facet = 'written' group by value having sum(photos) > 0
        union all
        select name, 9223372036854775807 from library_keyword where studio_id = %(studio)s
    ), levels as (
        select array_to_string(parts[1:depth], '|') as name, max(n) as n
        from written
        cross join lateral string_to_array(written.word, '|') as parts
        cross join lateral generate_series(1, cardinality(parts)) as depth
        group by 1
    ), known as (
        select folded, (array_agg(name order by n desc, name collate "C"))[1] as name,
            replace(folded, '|', chr(1)) collate "C" as place
        from (select library_fold(name) as folded, name, n from levels where name <> '') as each
        group by folded
    )
    select folded, name from known
    where (%(query)s = '' or position(%(query)s in folded) > 0)
        and (%(place)s::text is null or place {beyond} %(place)s::text collate "C")
    order by place {order} limit %(limit)s
"""
# What `keyword:` finds, so that the number is that of the photos behind it.
_COUNTS: Final = """
    select value, sum(photos)::bigint from library_valuecount
    where studio_id = %(studio)s and facet = 'keyword'
        and hashtextextended(value, 0) = any(array(select hashtextextended(w, 0) from unnest(%(words)s::text[]) as w))
    group by value
"""


@dataclass(frozen=True, slots=True)
class ListedKeyword:
    """folded: what it is told from others by.  photos: that have it or one below it, without those in the trash."""

    name: str
    folded: str
    photos: int
    synonyms: list[str]

    @property
    def level(self) -> int:
        """0 for what lies below nothing."""
        return self.name.count(SEPARATOR)

    @property
    def leaf(self) -> str:
        return self.name.rpartition(SEPARATOR)[2]


def page(studio: Studio, *, query: str = "", cursor: str = "", limit: int = PAGE) -> keyset.KeysetPage:
    """A page of `ListedKeyword`; a cursor of another list gives the first page. Three queries."""
    scope = f"keywords {studio.pk} {query}"
    try:
        return keyset.page_of(reader(studio, query), limit=limit, cursor=cursor, scope=scope)
    except keyset.BadCursor:
        return keyset.page_of(reader(studio, query), limit=limit, scope=scope)


def reader(studio: Studio, query: str) -> keyset.Reader:
    """The same from a place on (see `web.keyset.page_of`). query: letters that a keyword has, "" for all."""

    def read(position: list[Any] | None, backwards: bool, limit: int) -> list[tuple[list[Any], Any]]:
        statement = _PAGE.format(beyond="<" if backwards else ">", order="desc" if backwards else "asc")
        values: dict[str, Any] = {
            "studio": studio.pk, "query": fold(query), "limit": limit,
            "place": None if position is None else str(position[0]),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
        return [([_place(one.folded)], one) for one in _listed(studio.pk, rows)]

    return read


def _place(folded: str) -> str:
    return folded.replace(SEPARATOR, chr(1))


def _listed(studio_id: UUID, rows: Collection[tuple[str, str]]) -> list[ListedKeyword]:
    words = [folded for folded, _ in rows]
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"studio": studio_id, "words": words})
        photos = dict(cursor.fetchall())
    known = Keyword.objects.for_studio(studio_id).filter(folded__in=words)
    synonyms = dict(known.values_list("folded", "synonyms"))
    return [ListedKeyword(name, folded, photos.get(folded, 0), synonyms.get(folded, [])) for folded, name in rows]
