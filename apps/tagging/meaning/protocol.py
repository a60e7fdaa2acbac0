"""The two protocols of embeddings. Pure.

Ollama: POST <url>/api/embed with `model` and `input`, answered with `embeddings`; tokens in `prompt_eval_count`
(github.com/ollama/ollama, docs/api.md).  OpenAI-compatible: POST <url>/embeddings, answered with `data`, each with
`index` and `embedding`; tokens in `usage.prompt_tokens` (platform.openai.com/docs/api-reference/embeddings).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from apps.tagging.meaning_models import MOST_DIMENSIONS
from apps.tagging.protocols import OLLAMA, NoAnswer

# What a half-precision number holds (IEEE 754 binary16).
_LARGEST: Final = 65_504.0


@dataclass(frozen=True, slots=True)
class Embeddings:
    """vectors: one for each text, all of one length.  tokens: as the server counted them, None if it did not."""

    vectors: list[list[float]]
    tokens: int | None


def path_of(kind: str) -> str:
    """What follows the server's URL."""
    return "/api/embed" if kind == OLLAMA else "/embeddings"


def body_of(kind: str, model: str, texts: Sequence[str]) -> bytes:
    """The body of the request."""
    rest = {"truncate": True} if kind == OLLAMA else {"encoding_format": "float"}
    return json.dumps({"model": model, "input": list(texts), **rest}).encode()


def read(kind: str, body: bytes, *, texts: int) -> Embeddings:
    """What the answer to so many texts says. Raises NoAnswer."""
    try:
        said = json.loads(body)
        rows = said["embeddings"] if kind == OLLAMA else _in_order(said["data"])
        vectors = [[_number(value) for value in row] for row in rows]
        tokens = said.get("prompt_eval_count") if kind == OLLAMA else (said.get("usage") or {}).get("prompt_tokens")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoAnswer("The server answered something else than its protocol says.") from None
    lengths = {len(vector) for vector in vectors}
    if len(vectors) != texts or len(lengths) != 1 or not 1 <= lengths.pop() <= MOST_DIMENSIONS:
        raise NoAnswer("The server answered with other vectors than were asked for.")
    if not all(any(vector) for vector in vectors):
        raise NoAnswer("The server answered with an empty vector.")
    is_count = isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0
    return Embeddings(vectors, tokens if is_count else None)


def _in_order(data: list[dict[str, Any]]) -> list[Any]:
    return [one["embedding"] for one in sorted(data, key=lambda one: int(one["index"]))]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    if abs(value) > _LARGEST:
        raise ValueError("too large for a half-precision number")
    return float(value)
