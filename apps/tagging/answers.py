"""What a model wrote, read as suggestions: JSON of the shape that was asked for, cut to what a photo can hold."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from apps.library.folding import fold
from apps.library.keywords.paths import BadKeyword, clean_name
from apps.media.facts import clean
from apps.tagging.models import Purpose

MOST_TAGS: Final = 20
#: Letters of a text, by purpose.
LONGEST: Final = {Purpose.CAPTION.value: 500, Purpose.ALT.value: 300, Purpose.EVENT.value: 120}
#: Of what says nothing of how sure it is.
_UNSURE: Final = 50
_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)


class BadAnswer(ValueError):
    """What the model wrote is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """confidence: percent.  folded: see `Suggestion`."""

    text: str
    folded: str
    confidence: int


def read(purpose: str, text: str) -> list[Proposal]:
    """The proposals of an answer, each once; none if the model found nothing. Raises BadAnswer."""
    plain = _object(text)
    if purpose != Purpose.TAGS:
        return _text(purpose, plain)
    tags = plain.get("tags")
    if not isinstance(tags, list):
        raise BadAnswer
    found: dict[str, Proposal] = {}
    for tag in tags[: 10 * MOST_TAGS]:
        proposal = _tag(tag)
        if proposal and proposal.folded not in found:
            found[proposal.folded] = proposal
    return list(found.values())[:MOST_TAGS]


def _object(text: str) -> dict[str, Any]:
    match = _FENCE.match(text)
    try:
        plain = json.loads(match[1] if match else text)
    except (ValueError, RecursionError):
        raise BadAnswer from None
    if not isinstance(plain, dict):
        raise BadAnswer
    return plain


def _tag(tag: object) -> Proposal | None:
    """None for what is no keyword."""
    name, sure = (tag.get("name"), tag.get("confidence")) if isinstance(tag, dict) else (tag, None)
    if not isinstance(name, str):
        return None
    try:
        # A level above is the studio's to say.
        name = clean_name(clean(name, 80).replace("|", " "))
    except BadKeyword:
        return None
    return Proposal(name, fold(name), _percent(sure))


def _text(purpose: str, plain: dict[str, Any]) -> list[Proposal]:
    text = plain.get("text")
    if not isinstance(text, str):
        raise BadAnswer
    kept = clean(text, LONGEST[purpose])
    return [Proposal(kept, "", _percent(plain.get("confidence")))] if kept else []


def _percent(number: object) -> int:
    """0.93 and 93 are 93; what is no number says nothing."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not -1e9 < number < 1e9:
        return _UNSURE
    return round(100 * max(0.0, number)) if number <= 1 else min(100, round(number))
