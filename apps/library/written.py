"""The few different texts of a column: which cameras there are, which lenses, towns, labels.

A rule that asks for a part of one, or for any case of it, so becomes a list of texts, whose photos an index finds.
"""

from __future__ import annotations

from typing import Final

from apps.accounts.access import Entered
from apps.accounts.tenancy import together_across
from apps.library.questions.kinds import PlaceName
from apps.library.questions.tree import Group
from apps.web.compiled_queries import written_once

#: Texts of a column; of one with more a rule compares each photo's.
MOST: Final = 1_000

# From one text to the next along the column's index, which has an entry for each photo. Before a policy of row-level
# security it would be read whole: what comes out are the texts of one studio.
_TEXTS: Final = """
    array(
        with recursive each (said) as (
            (select {column} from library_libraryphoto where studio_id = %(studio)s and {column} > '' {known}
             order by {column} limit 1)
            union all
            select (select l.{column} from library_libraryphoto l
                    where l.studio_id = %(studio)s and l.{column} > each.said {known} order by l.{column} limit 1)
            from each where each.said is not null
        )
        select said from each where said is not null limit %(most)s
    )
"""
# The condition of a column's index, where it does not hold all photos.
_KNOWN: Final = {
    "camera": "", "lens": "", "photographer": "and photographer <> ''", "label": "and label <> ''",
    "flag": "and flag <> ''", "city": "and city <> ''",
}  # fmt: skip


def of_columns(tree: Group, entered: Entered) -> dict[str, list[str]]:
    """For each column of few texts that the rules ask for, all its texts in the studio. One query, or none."""
    paths = {rule.field.kind.path for rule in tree.each()}
    if any(isinstance(rule.field.kind, PlaceName) for rule in tree.each()):
        paths.add("city")
    columns = sorted(paths & _KNOWN.keys())
    if not columns:
        return {}
    each = ", ".join(_TEXTS.format(column=column, known=_KNOWN[column]) for column in columns)
    asked = written_once(f"select {each}", {"studio": entered.studio.pk, "most": MOST + 1})
    [[row]] = together_across(asked)
    found = dict(zip(columns, row, strict=True))
    return {column: texts for column, texts in found.items() if len(texts) <= MOST}
