"""The two protocols: how a question with a picture is written, and what an answer says.

Ollama: POST <url>/api/chat, the picture as base64 in `images`, `format` a JSON schema; tokens in `prompt_eval_count`
and `eval_count` (github.com/ollama/ollama, docs/api.md).
OpenAI-compatible: POST <url>/chat/completions, the picture as a data URL in `image_url`, `response_format` a JSON
object; tokens in `usage` (platform.openai.com/docs/api-reference/chat).
Both are asked not to stream; servers that stream all the same are read too, line by line.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

OLLAMA, OPENAI = "ollama", "openai"
#: Tokens of an answer at most.
MOST_TOKENS: Final = 800
#: Low, so that the same picture is answered alike.
_TEMPERATURE: Final = 0.2


class NoAnswer(ValueError):
    """What came back is not an answer of the protocol; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class ModelQuestion:
    """system: what to do.  user: what is known of the picture.  jpeg: the picture.  schema: of the JSON to answer."""

    system: str
    user: str
    jpeg: bytes
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """text: what the model wrote.  tokens_in, tokens_out: as the server counted them, None if it did not."""

    text: str
    tokens_in: int | None
    tokens_out: int | None


def path_of(kind: str) -> str:
    """What follows the provider's URL."""
    return "/api/chat" if kind == OLLAMA else "/chat/completions"


def body_of(kind: str, model: str, question: ModelQuestion) -> bytes:
    """The body of the request."""
    picture = base64.b64encode(question.jpeg).decode()
    if kind == OLLAMA:
        user: dict[str, Any] = {"role": "user", "content": question.user, "images": [picture]}
        rest: dict[str, Any] = {
            "format": question.schema, "options": {"temperature": _TEMPERATURE, "num_predict": MOST_TOKENS},
        }  # fmt: skip
    else:
        parts = [
            {"type": "text", "text": question.user},
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{picture}"}},
        ]
        user = {"role": "user", "content": parts}
        rest = {
            "response_format": {"type": "json_object"}, "temperature": _TEMPERATURE, "max_tokens": MOST_TOKENS,
        }  # fmt: skip
    messages = [{"role": "system", "content": question.system}, user]
    return json.dumps({"model": model, "messages": messages, "stream": False, **rest}).encode()


def read(kind: str, body: bytes) -> ModelAnswer:
    """What an answer says, whether it came whole or as a stream. Raises NoAnswer."""
    try:
        text = body.decode()
        parts = _parts(text)
        return _of_ollama(parts) if kind == OLLAMA else _of_openai(parts)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise NoAnswer("The server answered something else than its protocol says.") from None


def _parts(text: str) -> list[dict[str, Any]]:
    """The objects of an answer: one, or one a line, behind "data:" or not."""
    try:
        return [json.loads(text)]
    except ValueError:
        lines = [line.removeprefix("data:").strip() for line in text.splitlines()]
        return [json.loads(line) for line in lines if line and line != "[DONE]" and not line.startswith(":")]


def _of_ollama(parts: list[dict[str, Any]]) -> ModelAnswer:
    text = "".join(part["message"]["content"] for part in parts if "message" in part)
    last = parts[-1]
    if last.get("done") is not True:
        raise NoAnswer
    return ModelAnswer(text, _count(last.get("prompt_eval_count")), _count(last.get("eval_count")))


def _of_openai(parts: list[dict[str, Any]]) -> ModelAnswer:
    pieces: list[str] = []
    usage: dict[str, Any] = {}
    is_over = False
    for part in parts:
        usage = part.get("usage") or usage
        for choice in part["choices"][:1]:
            pieces.append((choice.get("message") or choice.get("delta") or {}).get("content") or "")
            is_over = is_over or choice.get("finish_reason") is not None
    if not is_over:
        raise NoAnswer
    return ModelAnswer("".join(pieces), _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def _count(number: object) -> int | None:
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**9:
        return number
    return None
