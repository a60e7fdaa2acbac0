"""The operators of rules: what each needs, what it says, and how it is turned into a condition."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Arity(Enum):
    """How many values an operator takes."""

    NONE = "none"
    ONE = "one"
    PAIR = "pair"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Operator:
    """positive: the operator of which this one is the contrary; "" if it is none."""

    name: str
    arity: Arity = Arity.ONE
    positive: str = ""


OPERATORS = {
    operator.name: operator
    for operator in (
        Operator("is"),
        Operator("is_not", positive="is"),
        Operator("in", Arity.MANY),
        Operator("not_in", Arity.MANY, positive="in"),
        Operator("any_of", Arity.MANY),
        Operator("all_of", Arity.MANY),
        Operator("contains"),
        Operator("starts_with"),
        Operator("lt"),
        Operator("lte"),
        Operator("gt"),
        Operator("gte"),
        Operator("between", Arity.PAIR),
        Operator("within_last"),
        Operator("is_empty", Arity.NONE),
        Operator("is_not_empty", Arity.NONE, positive="is_empty"),
    )
}
