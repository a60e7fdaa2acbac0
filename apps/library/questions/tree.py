"""Rules as a tree: what programs and forms send is read and checked here, against the one table of fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

from apps.library.questions.fields import IN_RULES, Field
from apps.library.questions.kinds import MOST_VALUES, BadValue
from apps.library.questions.operators import OPERATORS, Arity, Operator

DEEPEST = 4
MOST_RULES = 100
MATCHES = ("all", "any", "none")


class BadRules(ValueError):
    """Rules that cannot be asked. path: where in the tree, as "rules[1].op"."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition. value: as the field's kind keeps it; a list for an operator of several; None for one of none."""

    field: Field
    operator: Operator
    value: Any

    def as_plain(self) -> dict[str, Any]:
        """The same as JSON can carry it."""
        plain = {"field": self.field.name, "op": self.operator.name}
        return plain if self.operator.arity == Arity.NONE else plain | {"value": self.value}


@dataclass(frozen=True, slots=True)
class Group:
    """Rules and groups of which all, any or none hold. An empty one is as if it were not there."""

    match: str
    rules: tuple[Node, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """The same as JSON can carry it."""
        return {"match": self.match, "rules": [one.as_plain() for one in self.rules]}

    def each(self) -> Iterator[Rule]:
        """All conditions in it, at any depth."""
        for one in self.rules:
            yield from one.each() if isinstance(one, Group) else (one,)


Node: TypeAlias = Union[Rule, Group]  # noqa: UP007
EVERYTHING = Group("all")


def read(plain: object, *, with_guests: bool = True) -> Group:
    """The tree of what was sent. with_guests: who asks may learn what clients did. Raises BadRules."""
    group = _group(plain, "", 1, with_guests)
    if sum(1 for _ in group.each()) > MOST_RULES:
        raise BadRules("rules", f"At most {MOST_RULES} rules.")
    return group


def _group(plain: object, path: str, depth: int, with_guests: bool) -> Group:
    if not isinstance(plain, dict) or set(plain) != {"match", "rules"}:
        raise BadRules(path.rstrip("."), "A group has `match` and `rules`.")
    if plain["match"] not in MATCHES:
        raise BadRules(f"{path}match", "Say all, any or none.")
    if depth > DEEPEST:
        raise BadRules(path.rstrip("."), f"Groups are nested at most {DEEPEST} deep.")
    if not isinstance(plain["rules"], list) or len(plain["rules"]) > MOST_RULES:
        raise BadRules(f"{path}rules", f"A list of at most {MOST_RULES} rules.")
    found: list[Node] = []
    for number, one in enumerate(plain["rules"]):
        where = f"{path}rules[{number}]."
        is_group = isinstance(one, dict) and "rules" in one
        found.append(_group(one, where, depth + 1, with_guests) if is_group else _rule(one, where, with_guests))
    return Group(plain["match"], tuple(found))


def _rule(plain: object, path: str, with_guests: bool) -> Rule:
    if not isinstance(plain, dict):
        raise BadRules(path.rstrip("."), "A rule has `field`, `op` and `value`.")
    if unknown := set(plain) - {"field", "op", "value"}:
        raise BadRules(f"{path}{sorted(map(str, unknown))[0]}", "A rule has `field`, `op` and `value`.")
    field = IN_RULES.get(str(plain.get("field")))
    if field is None or (field.of_guests and not with_guests):
        raise BadRules(f"{path}field", "There is no such field.")
    try:
        return rule_of(field, str(plain.get("op")), plain.get("value"))
    except BadOperator as error:
        raise BadRules(f"{path}op", str(error)) from None
    except BadValue as error:
        raise BadRules(f"{path}value", str(error)) from None


class BadOperator(ValueError):
    """The field does not know that operator."""


def rule_of(field: Field, op: str, value: object) -> Rule:
    """A checked condition. Raises BadOperator or BadValue."""
    if op not in field.operators:
        raise BadOperator(f"Here one of {', '.join(field.operators)}.")
    operator = OPERATORS[op]
    if operator.arity == Arity.NONE:
        if value not in (None, ""):
            raise BadValue("This operator takes no value.")
        return Rule(field, operator, None)
    if operator.arity == Arity.ONE:
        return Rule(field, operator, field.kind.read(value, op))
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
        raise BadValue(f"A list of 1 to {MOST_VALUES} values.")
    if operator.arity == Arity.PAIR and len(value) != 2:
        raise BadValue("A list of two values.")
    return Rule(field, operator, [field.kind.read(one, op) for one in value])
