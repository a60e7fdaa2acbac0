"""Which keywords rules mean: a synonym asks for its keyword too, when it is asked, so that no rule is rewritten."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from apps.accounts.access import Entered
from apps.library.folding import fold
from apps.library.keyword_models import Keyword
from apps.library.keywords.paths import prefixes
from apps.library.questions.kinds import KeywordList
from apps.library.questions.tree import Group

#: Keywords that are looked at for one question.
MOST: Final = 500


def meant(tree: Group, entered: Entered) -> dict[str, list[str]]:
    """For each keyword asked for, folded, what else it means; one query, none if the rules ask for none."""
    rules = [rule for rule in tree.each() if isinstance(rule.field.kind, KeywordList)]
    values = [rule.value if isinstance(rule.value, list) else [rule.value] for rule in rules if rule.value]
    asked = {fold(text) for some in values for text in some}
    if not asked:
        return {}
    paths = sorted({path for text in asked for path in prefixes(text)})
    rows = Keyword.objects.for_studio(entered.studio).filter(folded_synonyms__overlap=paths).order_by("pk")[:MOST]
    known: dict[str, list[str]] = defaultdict(list)
    for folded, synonyms in rows.values_list("folded", "folded_synonyms"):
        for synonym in synonyms:
            known[synonym].append(folded)
    found = {text: [name + text[len(path) :] for path in prefixes(text) for name in known[path]] for text in asked}
    return {text: names for text, names in found.items() if names}
