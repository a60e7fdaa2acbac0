"""What people type into the search box: words, filters and dates, as a list of terms.

    anna stairs camera:r6 iso:>1600 2024-05 rating:>=4 -rejected "first dance" last summer

A filter is `name:value`; before the value may stand <, <=, > or >=, within it ".." for a span. "-" or "without" before
a term is its contrary. "mother of Ben", "partner of Anna" and "anna age:6" mean people. Words that stand in every text
are left out. What cannot be understood or is left out is told, and is never dropped in silence. The same text stands in
the address, so that what was clicked can be typed and what was typed can be clicked away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from apps.library.folding import fold, words_of
from apps.library.questions import days, persons
from apps.library.questions.fields import BY_WORD, FIELDS, IN_RULES, Field
from apps.library.questions.kinds import AllWords, BadValue, Day, Number
from apps.library.questions.tree import BadOperator, Group, Node, Rule, rule_of

LONGEST = 500
MOST_TERMS = 30

_TERM = re.compile(r'(?P<minus>-)?(?:(?P<name>[^\W\d][\w-]*):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))')
_COMPARED = re.compile(r"(<=|>=|<|>)?(.*)", re.DOTALL)
_OPERATORS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_AGES = ("age", "alter")
# What stands between words and adds nothing: a photo has to be all that is asked for.
JOINTS = frozenset('&+,;-–—/·"')
_EITHER = frozenset({"or", "oder"})
_WITHOUT = frozenset({"without", "ohne", "not", "nicht"})
# In questions as people say them; of what stands in a photo they tell nothing. Folded.
COMMON = frozenset(
    {
        *("a", "an", "the", "and", "with", "of", "in", "on", "at", "by", "for", "from", "to", "all", "one"),
        *("photo", "photos", "picture", "pictures", "image", "images", "foto", "fotos", "bild", "bilder"),
        *(
            "ein",
            "eine",
            "einen",
            "einem",
            "einer",
            "der",
            "die",
            "das",
            "den",
            "dem",
            "des",
            "und",
            "mit",
            "von",
            "vom",
        ),
        *("im", "am", "an", "auf", "bei", "zu", "zum", "zur", "fur", "alle"),
    }
)
# Words that alone are a filter, as people say them.
_SHORT = {
    "rejected": ("flag", "is", "reject"),
    "picked": ("flag", "is", "pick"),
    "unflagged": ("flag", "is_empty", None),
    "unrated": ("rating", "is_empty", None),
    "favourites": ("favourite", "is", True),
    "favorites": ("favourite", "is", True),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A part of what was typed. text: as it was.  rule: what it asks."""

    text: str
    rule: Rule | Group


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed, understood. misread: of each part that is not, a sentence that says so.

    common: folded words that were left out.
    """

    terms: tuple[Term, ...]
    misread: tuple[str, ...] = ()
    common: frozenset[str] = frozenset()

    @property
    def tree(self) -> Group:
        return Group("all", tuple(term.rule for term in self.terms))

    @property
    def text(self) -> str:
        return " ".join(term.text for term in self.terms)

    def without(self, number: int) -> str:
        """The text without one of the terms."""
        return " ".join(term.text for at, term in enumerate(self.terms) if at != number)

    @property
    def words(self) -> list[str]:
        """The folded words that were typed without a filter."""
        rules = [term.rule for term in self.terms if isinstance(term.rule, Rule)]
        return [word for rule in rules if isinstance(rule.field.kind, AllWords) for word in words_of(rule.value)]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    minus: bool
    name: str
    value: str
    is_quoted: bool

    @property
    def is_word(self) -> bool:
        """A plain word, of which a date may be made."""
        return not (self.minus or self.name or self.is_quoted or self.is_sign)

    @property
    def is_sign(self) -> bool:
        """Without a letter or digit, as "&" and "?"."""
        return not self.name and not words_of(self.value)

    def is_one_of(self, words: frozenset[str]) -> bool:
        return self.is_word and fold(self.value) in words


def read(text: str, *, today: date, with_guests: bool = True) -> Search:
    """The terms of a text of any length. today: on the studio's clock.  with_guests: as in `tree.read`."""
    pieces = _pieces(text.replace("\x00", "")[:LONGEST])
    terms: list[Term] = []
    common: list[Term] = []
    misread: list[str] = ["Only the beginning was read: the search is too long."] if len(text) > LONGEST else []
    at = 0
    while at < len(pieces):
        if len(terms) + len(common) == MOST_TERMS:
            misread.append(f"Only the first {MOST_TERMS} terms were read.")
            break
        taken, make = _next(pieces, at, today, with_guests)
        said = " ".join(piece.text for piece in pieces[at : at + taken])
        try:
            term = Term(said, make())
        except (BadValue, BadOperator) as error:
            misread.append(f"“{said}” was not understood. {error}")
        else:
            (common if taken == 1 and pieces[at].is_one_of(COMMON) else terms).append(term)
        at += taken
    # Of nothing but common words these are what is looked for.
    if not terms:
        return Search(tuple(common), tuple(misread))
    if common:
        words = ", ".join(dict.fromkeys(f"“{term.text}”" for term in common))
        misread.append(f"Left out, as too common: {words}. Put words in quotes to search for exactly that.")
    return Search(tuple(terms), tuple(misread), frozenset(fold(term.text) for term in common))


_Make = Callable[[], Rule | Group]


def _next(pieces: list[_Piece], at: int, today: date, with_guests: bool) -> tuple[int, _Make]:
    """The longest thing that begins at a piece: of how many pieces, and what makes its rule or raises what is wrong."""
    taken, made = _date(pieces, at, today)
    if made is None and with_guests:
        taken, made = _people(pieces, at)
    return taken, made or (lambda: _rule(pieces[at], with_guests))


def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or not match[0]:
            at += 1
            continue
        at = match.end()
        quoted = match["quoted"]
        value = match["bare"] if quoted is None else quoted
        piece = _Piece(match[0], bool(match["minus"]), match["name"] or "", value, quoted is not None)
        if piece.is_sign and JOINTS.issuperset(piece.text):
            continue
        if found and found[-1].is_one_of(_WITHOUT) and not (piece.minus or piece.is_sign):
            piece = replace(piece, text=f"{found.pop().text} {piece.text}", minus=True)
        found.append(piece)
    return found


def _date(pieces: list[_Piece], at: int, today: date) -> tuple[int, _Make | None]:
    """The longest date that begins at a piece: of how many pieces, and its rule. (1, None) if there is none."""
    run = []
    for piece in pieces[at : at + days.LONGEST]:
        if not (piece.is_word and days.may_belong(piece.value)):
            break
        run.append(piece.value)
    for length in range(len(run), 0, -1):
        if asked := days.asked(run[:length], today):
            return length, partial(_of_days, FIELDS["taken_at"], *asked)
        if doubt := days.doubt(run[:length]):
            return length, partial(_refuse, doubt)
    return 1, None


def _refuse(sentence: str) -> Rule:
    raise BadValue(sentence)


def _of_days(field: Field, operator: str, found: days.Days) -> Rule:
    return _within(field, found) if operator in ("is", "between") else rule_of(field, operator, found.text)


def _within(field: Field, found: days.Days) -> Rule:
    first, between, last = found.text.partition("..")
    return rule_of(field, "between", [first, last]) if between else rule_of(field, "is", first)


def _people(pieces: list[_Piece], at: int) -> tuple[int, _Make | None]:
    """A person as people say it: "mother of Ben", "anna age:6", "age:18". Of how many pieces, and what makes its rule.

    (1, None) if none begins here. The rule may raise BadValue.
    """
    first = pieces[at]
    who, taken = _named(pieces, at)
    after = pieces[at + taken] if at + taken < len(pieces) else None
    has_age = after is not None and after.name.lower() in _AGES and not after.minus
    is_kin = taken > 1
    if not (is_kin or has_age) or (not who and not has_age):
        return 1, None

    def make() -> Rule | Group:
        try:
            ages = persons.ages_of(after.value) if has_age and after is not None else None
        except ValueError:
            raise BadValue("Write an age as 6, 6..8 or >17.") from None
        rule = rule_of(FIELDS["person"], "is", persons.spelt(who, ages))
        return Group("none", (rule,)) if first.minus else rule

    return taken + has_age, make


def _named(pieces: list[_Piece], at: int) -> tuple[str, int]:
    """Whom the pieces name, and how many do: a relationship, a name of one word or in quotes; ("", 0) for an age."""
    first, *others = pieces[at : at + 3]
    if first.name.lower() in _AGES:
        return "", 0
    if first.name:
        return (first.value, 1) if BY_WORD.get(first.name.lower()) is FIELDS["person"] else ("", 1)
    if len(others) == 2 and not first.is_quoted and fold(first.value) in persons.KIN:
        of, name = others
        if of.is_word and of.value.lower() in persons.OF and not (name.name or name.minus):
            return f"{first.value} of {name.value}", 3
    return first.value, 1


def _rule(piece: _Piece, with_guests: bool) -> Rule | Group:
    rule = _plain(piece, with_guests)
    return Group("none", (rule,)) if piece.minus else rule


def _plain(piece: _Piece, with_guests: bool) -> Rule:
    if piece.is_sign:
        raise BadValue("It has no letters and no digits.")
    if piece.is_one_of(_EITHER):
        raise BadValue("A photo has to be all that is asked for; smart collections ask for either.")
    if not piece.name:
        return _short(piece, with_guests)
    name = "_".join(words_of(piece.name))
    if name == "has":
        return _has(piece.value, with_guests)
    field = BY_WORD.get(name)
    if field is None or (field.of_guests and not with_guests):
        raise BadOperator(f"There is no filter “{piece.name}”; a text with a colon goes into quotes.")
    return _filter(field, piece)


def _short(piece: _Piece, with_guests: bool) -> Rule:
    short = _SHORT.get(piece.value.lower()) if not piece.is_quoted else None
    if short and (with_guests or not FIELDS[short[0]].of_guests):
        return rule_of(FIELDS[short[0]], short[1], short[2])
    return rule_of(FIELDS["text"], "is" if piece.is_quoted else "contains", piece.value)


def _has(value: str, with_guests: bool) -> Rule:
    every = {"gps": "has_gps", "problem": "problem", "comments": "commented", "favourite": "favourite"}
    known = {word: name for word, name in every.items() if with_guests or not FIELDS[name].of_guests}
    word = value.lower()
    if word in known:
        return rule_of(FIELDS[known[word]], "is", True)
    field = BY_WORD.get(word)
    if field is None or "is_not_empty" not in field.operators or (field.of_guests and not with_guests):
        raise BadOperator(f"Say {', '.join(f'has:{name}' for name in known)}.")
    return rule_of(field, "is_not_empty", None)


def _filter(field: Field, piece: _Piece) -> Rule:
    compared = _COMPARED.fullmatch("" if piece.is_quoted else piece.value)
    sign, value = (compared[1], compared[2]) if compared and compared[1] else (None, piece.value)
    if value.lower() == "none" and "is_empty" in field.operators and not sign:
        return rule_of(field, "is_empty", None)
    if sign:
        return rule_of(field, _OPERATORS[sign], value)
    kind = field.kind
    if isinstance(kind, Day):
        found = days.of_numbers(value)
        if found is None:
            raise BadValue("Enter a date as 2024, 2024-05 or 2024-05-04.")
        return _within(field, found)
    first, between, last = value.partition("..")
    if between and isinstance(kind, Number):
        return rule_of(field, "between", [first, last])
    if piece.is_quoted and isinstance(kind, AllWords):
        return rule_of(field, "is", value)
    return rule_of(field, field.typed, value)


def of_parameter(name: str, values: Sequence[str], *, with_guests: bool = True) -> Node:
    """What `name=value` of an address asks for, as `name:value` does in a search; of several values any.

    Raises BadOperator for a name that is no field, BadValue.
    """
    field = IN_RULES.get(name)
    if field is None or (field.of_guests and not with_guests):
        raise BadOperator("There is no such field.")
    if not 1 <= len(values) <= MOST_TERMS:
        raise BadValue(f"At most {MOST_TERMS} values.")
    asked = [_filter(field, _Piece(value, False, name, value.replace("\x00", ""), False)) for value in values]
    return asked[0] if len(asked) == 1 else Group("any", tuple(asked))


def of_rule(rule: Rule) -> str:
    """How one would type a condition; "" if the language has no words for it."""
    name, op = rule.field.name, rule.operator.name
    if op in ("is_empty", "is_not_empty"):
        return f"{name}:none" if op == "is_empty" else f"-{name}:none"
    signs = {value: sign for sign, value in _OPERATORS.items()}
    if op in signs:
        return f"{name}:{signs[op]}{rule.value}"
    if op == "between":
        return f"{name}:{rule.value[0]}..{rule.value[1]}"
    if op in (rule.field.typed, "is", "contains"):
        value = str(rule.value).lower() if isinstance(rule.value, bool) else str(rule.value)
        return f'{name}:"{value.replace(chr(34), " ")}"' if re.search(r"[\s\"]", value) else f"{name}:{value}"
    return ""
