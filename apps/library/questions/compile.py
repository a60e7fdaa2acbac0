"""A tree of rules as a condition on `LibraryPhoto`, and as a sentence."""

from __future__ import annotations

from django.db.models import Q

from apps.library.questions.kinds import Asker
from apps.library.questions.tree import Group, Node, Rule


def condition(node: Node, asker: Asker) -> Q:
    """What the rules ask of a row."""
    if isinstance(node, Rule):
        operator = node.operator
        if operator.positive:
            return ~node.field.kind.condition(operator.positive, node.value, asker)
        # `in` of a list is `any_of` of it, whatever the field calls it.
        return node.field.kind.condition("in" if operator.name == "any_of" else operator.name, node.value, asker)
    conditions = [asked for one in node.rules if (asked := condition(one, asker))]
    if not conditions:
        return Q()
    found = conditions[0]
    for one in conditions[1:]:
        found = found & one if node.match == "all" else found | one
    return ~found if node.match == "none" else found


def sentence(node: Node, asker: Asker) -> str:
    """The rules as a person says them: "Canon R6 · 2024 · rating 4 or more". "" for no rules."""
    if isinstance(node, Rule):
        return _say(node, asker)
    parts = [
        f"({said})" if isinstance(one, Group) and len(one.rules) > 1 else said
        for one in node.rules
        if (said := sentence(one, asker))
    ]
    if node.match == "none":
        return f"not {' or '.join(parts)}" if len(parts) == 1 else f"none of: {', '.join(parts)}" if parts else ""
    return (" · " if node.match == "all" else " or ").join(parts)


def _say(rule: Rule, asker: Asker) -> str:
    kind = rule.field.kind
    values = rule.value if isinstance(rule.value, list) else [rule.value]
    joint = " to " if rule.operator.name == "between" else " and " if rule.operator.name == "all_of" else " or "
    value = "" if rule.value is None else joint.join(kind.say(one, asker) for one in values)
    return kind.phrases[rule.operator.name].format(label=rule.field.label, value=value).strip()
