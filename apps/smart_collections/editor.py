"""The editor's form as rules: what stands in its fields, what its buttons do, and where something is wrong.

A form has `match` for the outermost group and, for what lies at a path as "0.2", either `m:0.2` (a group: all, any or
none) or `f:0.2`, `o:0.2`, `v:0.2` and `w:0.2` (a rule: field, operator, value, second value). Every button sends the
whole form, so the editor works without a script and keeps nothing between two requests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from apps.albums.request_params import uuid_or_none
from apps.library.questions.fields import FIELDS
from apps.library.questions.kinds import ChoiceKind, Guests, Kind
from apps.library.questions.operators import OPERATORS, Arity
from apps.library.questions.tree import DEEPEST, MATCHES, MOST_RULES, BadRules, Group, Node, Rule, read


@dataclass
class DraftRule:
    """A row of the editor. values: as they stand in its fields.  error: what is wrong with it, "" if nothing is."""

    name: str
    op: str
    values: list[str] = field(default_factory=list)
    path: str = ""
    error: str = ""

    is_group = False

    @property
    def arity(self) -> str:
        return OPERATORS[self.op].arity.value

    @property
    def kind(self) -> Kind:
        return FIELDS[self.name].kind

    @property
    def control(self) -> str:
        """Which control asks for the value."""
        kind = self.kind.inner if isinstance(self.kind, Guests) else self.kind
        if self.op == "within_last":
            return "number"
        return kind.control

    @property
    def operators(self) -> list[tuple[str, str]]:
        return [(name, WORDS[name]) for name in FIELDS[self.name].operators]

    @property
    def choices(self) -> list[tuple[str, str]]:
        kind = self.kind.inner if isinstance(self.kind, Guests) else self.kind
        if isinstance(kind, ChoiceKind):
            return list(kind.choices.items())
        return [("true", "Yes"), ("false", "No")] if kind.control == "yes" else []

    @property
    def titles(self) -> list[str]:
        """Of galleries and sections what stands in their titles, where they are not chosen by id."""
        return [one for one in self.values if one and uuid_or_none(one) is None]

    @property
    def value(self) -> str:
        return ", ".join(self.values)

    @property
    def first(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def second(self) -> str:
        return self.values[1] if len(self.values) > 1 else ""

    def as_plain(self) -> dict[str, Any]:
        """As `tree.read` takes it."""
        plain: dict[str, Any] = {"field": self.name, "op": self.op}
        if self.arity == Arity.NONE.value:
            return plain
        if self.arity == Arity.ONE.value:
            return plain | {"value": self.first}
        return plain | {"value": self.values}


@dataclass
class DraftGroup:
    """A group of the editor."""

    match: str = "all"
    rules: list[DraftRule | DraftGroup] = field(default_factory=list)
    path: str = ""
    error: str = ""

    is_group = True

    @property
    def depth(self) -> int:
        return 1 + (self.path.count(".") + 1 if self.path else 0)

    @property
    def may_nest(self) -> bool:
        return self.depth < DEEPEST

    def as_plain(self) -> dict[str, Any]:
        """As `tree.read` takes it."""
        return {"match": self.match, "rules": [one.as_plain() for one in self.rules]}

    def number(self) -> DraftGroup:
        """Give every part its path."""
        for number, one in enumerate(self.rules):
            one.path = f"{self.path}.{number}" if self.path else str(number)
            if isinstance(one, DraftGroup):
                one.number()
        return self


# How the editor names the operators.
WORDS = {
    "is": "is", "is_not": "is not", "in": "is one of", "not_in": "is none of", "any_of": "has any of",
    "all_of": "has all of", "contains": "contains", "starts_with": "begins with", "lt": "is less than",
    "lte": "is at most", "gt": "is more than", "gte": "is at least", "between": "is between",
    "within_last": "is in the last days", "is_empty": "is empty", "is_not_empty": "is not empty",
}  # fmt: skip
FIRST_FIELD = "rating"


def of_tree(node: Group) -> DraftGroup:
    """The editor for rules at hand."""
    return _group_of(node).number()


def _group_of(node: Group) -> DraftGroup:
    return DraftGroup(node.match, [_part_of(one) for one in node.rules])


def _part_of(node: Node) -> DraftRule | DraftGroup:
    if isinstance(node, Group):
        return _group_of(node)
    return DraftRule(node.field.name, node.operator.name, _texts(node))


def _texts(rule: Rule) -> list[str]:
    if rule.value is None:
        return []
    values = rule.value if isinstance(rule.value, list) else [rule.value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def of_form(posted: QueryDict) -> DraftGroup:
    """The editor as it stands in the browser, with what the pressed button does to it."""
    root = DraftGroup(_match(posted.get("match")), _inside(posted, "", 1)).number()
    act, _, path = (posted.get("act") or "").partition(":")
    known: dict[str, Callable[[DraftGroup, str], None]] = {"rule": _add_rule, "group": _add_group, "remove": _remove}
    if act in known:
        known[act](root, path)
    return root.number()


def _match(value: str | None) -> str:
    return value if value in MATCHES else "all"


def _inside(posted: QueryDict, path: str, depth: int) -> list[DraftRule | DraftGroup]:
    found: list[DraftRule | DraftGroup] = []
    for number in range(MOST_RULES):
        at = f"{path}.{number}" if path else str(number)
        if f"m:{at}" in posted and depth < DEEPEST:
            found.append(DraftGroup(_match(posted.get(f"m:{at}")), _inside(posted, at, depth + 1)))
        elif f"f:{at}" in posted:
            found.append(_rule(posted, at))
        else:
            break
    return found


def _rule(posted: QueryDict, at: str) -> DraftRule:
    name = posted.get(f"f:{at}") or ""
    name = name if name in FIELDS else FIRST_FIELD
    op, operators = posted.get(f"o:{at}") or "", FIELDS[name].operators
    # Another field was chosen: it may not know the operator, and what was typed does not suit it.
    changed = posted.get(f"was:{at}") not in (None, name)
    rule = DraftRule(name, op if op in operators and not changed else operators[0])
    if not changed:
        rule.values = _values(posted, at, rule)
    return rule


def _values(posted: QueryDict, at: str, rule: DraftRule) -> list[str]:
    sent = [value.replace("\x00", "").strip() for value in posted.getlist(f"v:{at}")]
    if rule.arity == Arity.PAIR.value:
        return [*(sent[:1] or [""]), (posted.get(f"w:{at}") or "").strip()]
    if rule.arity == Arity.MANY.value and rule.control not in ("choice", "place"):
        sent = [part.strip() for value in sent for part in value.split(",")]
    return [value for value in sent if value]


def _at(root: DraftGroup, path: str) -> DraftGroup | None:
    group: DraftRule | DraftGroup = root
    for number in path.split(".") if path else []:
        if not isinstance(group, DraftGroup) or not number.isdecimal() or int(number) >= len(group.rules):
            return None
        group = group.rules[int(number)]
    return group if isinstance(group, DraftGroup) else None


def _add_rule(root: DraftGroup, path: str) -> None:
    if (group := _at(root, path)) is not None:
        group.rules.append(DraftRule(FIRST_FIELD, "gte", ["4"]))


def _add_group(root: DraftGroup, path: str) -> None:
    group = _at(root, path)
    if group is not None and group.may_nest:
        group.rules.append(DraftGroup("any", [DraftRule(FIRST_FIELD, "gte", ["4"])]))


def _remove(root: DraftGroup, path: str) -> None:
    above, _, number = path.rpartition(".")
    group = _at(root, above)
    if group is not None and number.isdecimal() and int(number) < len(group.rules):
        del group.rules[int(number)]


def understood(draft: DraftGroup) -> Group | None:
    """The rules, or None; then the row that is wrong says why."""
    try:
        return read(draft.as_plain())
    except BadRules as error:
        _blame(draft, error)
        return None


def _blame(draft: DraftGroup, error: BadRules) -> None:
    part: DraftRule | DraftGroup = draft
    for step in error.path.split("."):
        if step.startswith("rules[") and isinstance(part, DraftGroup):
            part = part.rules[int(step[6:-1])]
    part.error = str(error)
